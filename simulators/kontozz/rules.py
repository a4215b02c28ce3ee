"""What is refused although every field is known and well typed."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.fields import Faults, missing
from simulators.kontozz.accepted import (
    CANCELLED,
    CODES,
    CUSTOMER_REQUIRED,
    DOMESTIC_NUMBER,
    HIGHEST,
    ITEM_REQUIRED,
    PERCENTS,
    PROFORMA,
)
from simulators.kontozz.arithmetic import Amounts, Reckoning, total, value
from simulators.money import cents, number

if TYPE_CHECKING:
    from simulators.kontozz.world import Kontozz

IS_REQUIRED = "is required"


def document_faults(world: "Kontozz", kind: str, given: Mapping[str, Any]) -> Faults:
    """Of an invoice or a proforma."""
    yield from _customer(given["customer"])
    yield from _block(world, kind, given)
    yield from _today(world, given)
    yield from items_faults(given["items"], given.get("oss") is True)
    if given.get("company_id") is not None and int(given["company_id"]) != world.settings["company"]:
        yield "company_id", "is not the company of this key"
    if given.get("related_id") is not None:
        related = world.documents.get(int(given["related_id"]))
        if related is None or related.type != PROFORMA or related.status == CANCELLED:
            yield "related_id", "is no open proforma"


def correction_faults(world: "Kontozz", given: Mapping[str, Any], oss: bool) -> Faults:
    yield from _today(world, given)
    yield from items_faults(given.get("items") or [], oss)


def items_faults(items: list[dict[str, Any]], oss: bool) -> Faults:
    if not items:
        yield "items", IS_REQUIRED
    for index, item in enumerate(items):
        place = f"items[{index}]"
        yield from ((f"{place}.{name}", text) for name, text in missing(item, ITEM_REQUIRED, IS_REQUIRED))
        if not _known_vat(str(item.get("vat")), oss):
            yield f"{place}.vat", "is unknown"
        if value(item.get("quantity")) == 0:
            yield f"{place}.quantity", "must not be 0"


def total_faults(given: Mapping[str, Any], rates: Mapping[str, Amounts], reckoning: Reckoning) -> Faults:
    """`total` is what the client believes the document comes to."""
    if given.get("total") is None:
        return
    asked, found = value(given["total"]), total(rates).gross
    if cents(asked, reckoning.unit) != asked or asked != found:
        yield "total", f"is {asked}, but the items come to {found}"


def left_faults(left: Mapping[str, Amounts], change: Mapping[str, Amounts]) -> Faults:
    """A correction takes back no more than stands."""
    for vat, amounts in change.items():
        if vat not in left or left[vat].gross + amounts.gross < 0:
            yield "items", f"more is taken back at {vat} than is left"


def _customer(customer: Mapping[str, Any]) -> Faults:
    yield from ((f"customer.{name}", text) for name, text in missing(customer, CUSTOMER_REQUIRED, IS_REQUIRED))
    domestic = customer.get("type") == "vat_payer" and customer.get("country") == "HU"
    if domestic and not re.fullmatch(DOMESTIC_NUMBER, str(customer.get("tax_number") or "")):
        yield "customer.tax_number", "must be like 12345678-1-23"


def _block(world: "Kontozz", kind: str, given: Mapping[str, Any]) -> Faults:
    """One block a kind and fiscal year is the vendor's advice; ours insists on it."""
    block = world.blocks.get(int(given["block_id"]))
    if block is None:
        yield "block_id", "does not exist"
    elif block["type"] != kind:
        yield "block_id", f"is no block of type {kind}"
    elif not block["open"] or block["year"] != world.today().year:
        yield "block_id", "is closed"


def _today(world: "Kontozz", given: Mapping[str, Any]) -> Faults:
    issued = given.get("issue_date")
    if issued is not None and issued != world.today().isoformat():
        yield "issue_date", "must be today"


def _known_vat(vat: str, oss: bool) -> bool:
    if vat in PERCENTS or vat in CODES:
        return True
    found = number(vat)
    return oss and found is not None and 0 < found <= HIGHEST
