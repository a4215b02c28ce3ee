"""Making documents out of requests that have passed every rule; nothing here knows a request from its repetition."""

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from simulators.billingo.arithmetic import ZERO, Line, by_rate, line, rounded
from simulators.billingo.company import block_of
from simulators.billingo.document import COUNTED, Document
from simulators.money import number

if TYPE_CHECKING:
    from simulators.billingo.world import Billingo

SNAPSHOT = ("id", "name", "address", "emails", "taxcode", "iban", "swift", "account_number", "phone", "tax_type")


def make(world: "Billingo", kind: str, given: dict[str, Any]) -> Document:
    """Number it, keep it, mail it where asked; the buyer is printed as they are now."""
    partner = world.partners[given["partner_id"]]
    snapshot = deepcopy({name: partner[name] for name in SNAPSHOT})
    document = Document(world.next_id(), "", kind, given, partner, snapshot, world.today().isoformat())
    complete(world, document)
    return world.keep(document)


def complete(world: "Billingo", document: Document) -> None:
    """Lines and totals, and for what is no draft the number, the payment, the tax office and the e-mail."""
    given = document.given
    document.lines = lines_of(world, given)
    reckon(world, document)
    if document.kind == "draft":
        return
    document.number = next_number(world, document)
    document.nav = nav_status(world, document)
    if given.get("paid"):
        settle(world, document)
    addresses = document.snapshot["emails"]
    if (given.get("settings") or {}).get("should_send_email") and addresses:
        mail(world, document, addresses)


def lines_of(world: "Billingo", given: Mapping[str, Any]) -> list[Line]:
    """Free items, and those of the register filled in from there."""
    unit = world.unit(given["currency"])
    discount = number((given.get("discount") or {}).get("value")) or ZERO
    return [line(filled(world, item), unit, discount) for item in given.get("items") or []]


def filled(world: "Billingo", item: Mapping[str, Any]) -> dict[str, Any]:
    if "product_id" not in item:
        return dict(item)
    product = world.products[item["product_id"]]
    net = product.get("net_unit_price")
    priced = {"unit_price": net if net is not None else product.get("gross_unit_price") or 0,
              "unit_price_type": "gross" if net is None and product.get("gross_unit_price") else "net"}  # fmt: skip
    return {**{name: product[name] for name in ("name", "unit", "vat", "entitlement")}, **priced, **item}


def reckon(world: "Billingo", document: Document) -> None:
    """gross_total is the sum of the items; whether settings.round changes it is not documented (round_shown)."""
    document.rates = by_rate(document.lines, world.settings["vat_rounding"], world.unit(document.given["currency"]))
    how = (document.given.get("settings") or {}).get("round") or "none"
    total = document.sums.gross - _advances(world, document)
    document.gross = rounded(total, how) if world.settings["round_shown"] else total


def settle(world: "Billingo", document: Document) -> None:
    """Paid at once: with a record of a payment, unless settings say without financial fulfilment."""
    if (document.given.get("settings") or {}).get("without_financial_fulfillment"):
        document.settled = True
        return
    document.payments = [{"date": world.today().isoformat(), "price": document.gross,
                          "payment_method": document.given["payment_method"], "voucher_number": None,
                          "conversion_rate": document.given.get("conversion_rate")}]  # fmt: skip


def next_number(world: "Billingo", document: Document) -> str:
    """`ABC / 2026-000001`, blanks and all; a proforma has a series of its own."""
    prefix = str(block_of(document.given["block_id"])["prefix"])
    series = f"{'' if document.kind in COUNTED else 'D-'}{prefix} / {document.invoice_date[:4]}"
    world.series[series] = world.series.get(series, 0) + 1
    return f"{series}-{world.series[series]:06d}"


def nav_status(world: "Billingo", document: Document) -> str:
    """What the tax office says: a VAT code without its reason is found there, not at the door."""
    settings = document.given.get("settings") or {}
    if document.kind not in COUNTED:
        return "not_checked"
    if settings.get("no_send_onlineszamla_by_user") or settings.get("dont_send_to_nav_reason"):
        return "no_send_by_user"
    if not world.settings["nav_connection"]:
        return "no_online_szamla_settings"
    if any(not one.vat.endswith("%") and not one.given.get("entitlement") for one in document.lines):
        return "invalid_vat_data"
    return str(world.settings["nav_status"])


def mail(world: "Billingo", document: Document, addresses: list[str]) -> None:
    world.emails.append({"document_id": document.ident, "vendor_id": document.vendor, "to": list(addresses),
                         "at": world.stamp()})  # fmt: skip


def relate(one: Document, other: Document) -> None:
    """Both know of each other."""
    one.related.append(other.ident)
    other.related.append(one.ident)


def _advances(world: "Billingo", document: Document) -> Any:
    return sum((world.documents[ident].gross for ident in document.given.get("advance_invoice") or []), ZERO)
