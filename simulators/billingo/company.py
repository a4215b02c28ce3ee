"""What the account is: organization, document blocks, bank accounts, currencies, utilities; read-only."""

import re
import time
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.billingo.accepted import BLOCK_TYPES, CURRENCIES
from simulators.billingo.document import ORGANIZATION
from simulators.billingo.routes import API, ROUTES
from simulators.exchange import Refusal, Request, Response
from simulators.fields import by_place, day, is_whole
from simulators.money import cents

if TYPE_CHECKING:
    from simulators.billingo.world import Billingo

BLOCKS: tuple[dict[str, Any], ...] = (
    {"id": 1001, "name": "Webshop", "prefix": "ABC", "custom_field1": "", "custom_field2": "", "type": "invoice"},
    {"id": 1002, "name": "Üzlet", "prefix": "UZL", "custom_field1": "", "custom_field2": "", "type": "invoice"},
    {"id": 1003, "name": "Nyugta", "prefix": "NY", "custom_field1": "", "custom_field2": "", "type": "receipt"},
)
BANKS: tuple[dict[str, Any], ...] = (
    {"id": 801, "name": "Fő számla", "account_number": "11111111-22222222-33333333", "account_number_iban": "",
     "swift": "", "currency": "HUF", "need_qr": False},
)  # fmt: skip
# What one unit is worth in forints, beside the euro (setting euro_rate).
FORINTS = {"HUF": "1", "USD": "370", "GBP": "470", "CZK": "16", "PLN": "93", "RON": "80", "SEK": "35", "CHF": "410"}


def block_of(ident: int) -> Mapping[str, Any]:
    return next(block for block in BLOCKS if block["id"] == ident)


def block_options(world: "Billingo") -> dict[str, Any]:
    """Seen in 3.0.15: a block may issue by itself the invoice of a proforma that was paid."""
    return {"create_invoice_from_paid_proforma": world.settings["create_invoice_from_paid_proforma"],
            "fulfillment_date_from_proforma_payment_date": False, "advance_paid_instant": False,
            "invoice_number_format": "default"}  # fmt: skip


@ROUTES.add("GET", f"{API}/organization")
def organization(world: "Billingo", request: Request) -> Response:
    ends, connected = world.settings["expiration_date"], world.settings["nav_connection"]
    return world.reply({"tax_code": ORGANIZATION["tax_number"], "has_nav_connection": connected,
                        "subscription": {"expiration_date": ends, "features": ["api_limit_basic"]}})  # fmt: skip


@ROUTES.add("GET", f"{API}/document-blocks")
def document_blocks(world: "Billingo", request: Request) -> Response:
    wanted = request.query.get("type")
    if wanted is not None and wanted not in BLOCK_TYPES:
        raise world.invalid([("type", "is invalid.")])
    found = [{**block, **block_options(world)} for block in BLOCKS if wanted in (None, block["type"])]
    return world.page(request, found, ("type",))


@ROUTES.add("GET", f"{API}/bank-accounts")
def bank_accounts(world: "Billingo", request: Request) -> Response:
    return world.page(request, list(BANKS))


@ROUTES.add("GET", f"{API}/bank-accounts/{{id}}")
def bank_account(world: "Billingo", request: Request) -> Response:
    for bank in BANKS:
        if str(bank["id"]) == request.params["id"]:
            return world.reply(bank)
    raise Refusal(world.refuse(404, "Bank account not found."))


@ROUTES.add("GET", f"{API}/currencies")
def currencies(world: "Billingo", request: Request) -> Response:
    """`conversation_rate` is how the vendor spells it."""
    asked = request.query
    world.demand((name, "is invalid.") for name in ("from", "to") if asked.get(name) not in CURRENCIES)
    if "date" in asked and by_place(day(asked["date"], "date")):
        raise world.invalid([("date", "is not a valid date.")])
    worth = {**FORINTS, "EUR": world.settings["euro_rate"]}
    one, other = (Decimal(worth.get(asked[name], "100")) for name in ("from", "to"))
    return world.reply({"from_currency": asked["from"], "to_currency": asked["to"],
                        "conversation_rate": cents(one / other, Decimal("0.000001")),
                        "date": asked.get("date") or world.today().isoformat()})  # fmt: skip


@ROUTES.add("GET", f"{API}/utils/time")
def server_time(world: "Billingo", request: Request) -> Response:
    now = datetime.now(world.zone)
    return world.reply({"epoch": int(time.time()), "formatted": f"{now:%Y-%m-%d %H:%M:%S}",
                        "w3c": now.isoformat(timespec="seconds"), "timezone": "Europe/Budapest"})  # fmt: skip


@ROUTES.add("GET", f"{API}/utils/check-tax-number/{{number}}")
def check_tax_number(world: "Billingo", request: Request) -> Response:
    number = request.params["number"]
    good = re.fullmatch(r"\d{8}(-?[1-5]-?\d{2})?", number) is not None
    found = "no_online_szamla_settings" if not world.settings["nav_connection"] else "validation_ok"
    return world.reply({"tax_number": number, "result": found if good else "invalid_tax_number"})


@ROUTES.add("GET", f"{API}/utils/convert-legacy-id/{{id}}")
def convert_legacy_id(world: "Billingo", request: Request) -> Response:
    if not is_whole(request.params["id"]):
        raise Refusal(world.refuse(404, "Document not found."))
    legacy = int(request.params["id"])
    return world.reply({"id": legacy, "legacy_id": legacy})
