"""What the account is: user, account, bank accounts, number formats; read-only over the API."""

from typing import Any

from simulators.exchange import Request, Response
from simulators.fakturoid.making import BANK, SELLER
from simulators.fakturoid.routes import ACCOUNT, API, ROUTES
from simulators.fakturoid.rules import CHOOSABLE
from simulators.fakturoid.world import Fakturoid

MADE = "2023-11-06T13:01:40.816+01:00"
MASKS = {704_078: "#yyyy#-#dddd#", 704_081: "E-#yyyy#-#dddd#"}
FIXED: dict[str, Any] = {
    "plan": "Na maximum", "plan_price": 460, "plan_paid_users": 0, "invoice_email": "shop@example.test", "phone": None,
    "web": None, "full_name": None, "local_vat_no": None, "unit_name": "", "vat_rate": 21, "displayed_note": "",
    "invoice_note": "", "invoice_language": "cz", "invoice_payment_method": None, "invoice_proforma": False,
    "invoice_hide_bank_account_for_payments": None, "fixed_exchange_rate": False, "invoice_selfbilling": False,
    "default_estimate_type": None, "send_overdue_email": False, "overdue_email_days": 3,
    "send_repeated_reminders": False, "send_invoice_from_proforma_email": False, "send_thank_you_email": False,
    "invoice_paypal": False, "invoice_gopay": False, "digitoo_enabled": True, "digitoo_auto_processing_enabled": False,
    "digitoo_remaining_extractions": 44, "created_at": MADE, "updated_at": MADE,
}  # fmt: skip


@ROUTES.add("GET", f"{API}/user.json")
def user(world: Fakturoid, request: Request) -> Response:
    permission = world.settings["permission"]
    scope = ["expenses"] if permission == "no_invoices" else ["invoices", "expenses", "reports"]
    account = {"slug": world.settings["slug"], "logo": None, "name": SELLER["your_name"],
               "registration_no": SELLER["your_registration_no"], "allowed_scope": scope,
               "permission": "owner" if permission == "owner" else permission}  # fmt: skip
    return world.reply({"id": 5, "full_name": "Jana Vzorná", "email": "jana@example.test", "avatar_url": None,
                        "default_account": None, "accounts": [account]})  # fmt: skip


@ROUTES.add("GET", f"{ACCOUNT}/account.json")
def account(world: Fakturoid, request: Request) -> Response:
    seller = {name.removeprefix("your_"): value for name, value in SELLER.items()}
    set_here = {name: world.settings[name] for name in ("vat_mode", "vat_price_mode", "currency", "due")}
    return world.reply({"subdomain": world.settings["slug"], **FIXED, **seller, **set_here})


@ROUTES.add("GET", f"{ACCOUNT}/bank_accounts.json")
def bank_accounts(world: Fakturoid, request: Request) -> Response:
    if not world.settings["bank_account"]:
        return world.reply([])
    return world.reply([{"id": 326_794, "name": "Účet", "currency": world.settings["currency"],
                         "number": BANK["bank_account"], "iban": BANK["iban"], "swift_bic": BANK["swift_bic"],
                         "pairing": False, "expense_pairing": False, "payment_adjustment": False, "default": True,
                         "created_at": MADE, "updated_at": MADE}])  # fmt: skip


@ROUTES.add("GET", f"{ACCOUNT}/number_formats/invoices.json")
def number_formats(world: Fakturoid, request: Request) -> Response:
    """Those that may be chosen for an invoice; proformas have their own."""
    year = world.today().year
    return world.reply([{"id": ident, "format": MASKS[ident], "default": ident == CHOOSABLE[0],
                         "preview": ", ".join(_number(MASKS[ident], year, count) for count in (1, 2, 9999)),
                         "created_at": MADE, "updated_at": MADE} for ident in CHOOSABLE])  # fmt: skip


def _number(mask: str, year: int, count: int) -> str:
    return mask.replace("#yyyy#", str(year)).replace("#dddd#", f"{count:04d}")
