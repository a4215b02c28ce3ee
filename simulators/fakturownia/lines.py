"""Positions: what a client sent for them, checked against itself, and what the system makes of it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fakturownia.arithmetic import Amounts, Strategy, discounted, line_amounts, percent
from simulators.fakturownia.document import ACCOUNT_ID, Line
from simulators.fields import Faults
from simulators.money import CENT, HUNDRED, cents, number

if TYPE_CHECKING:
    from simulators.fakturownia.world import Fakturownia

ZERO = Decimal(0)
BLANK_IS_WRONG = "- nie może być puste"
STATES = ("correction_before_attributes", "correction_after_attributes")


def completed(world: "Fakturownia", given: Mapping[str, Any], reverse: str | None) -> dict[str, Any]:
    """A line with what the product, the account and the reverse charge say for it."""
    product = world.products.get(int(given["product_id"])) if given.get("product_id") is not None else None
    line = {"quantity": 1, "tax": "23", **_of_product(product, given), **_without_nulls(given)}
    if reverse:
        line["tax"] = reverse
    return line


def line_faults(world: "Fakturownia", given: Mapping[str, Any], place: str) -> Faults:
    """Faults of one line that a look at single fields cannot see."""
    if given.get("product_id") is not None and int(given["product_id"]) not in world.products:
        yield f"{place}.product_id", "does not exist"
        return
    line = completed(world, given, None)
    # README of fakturownia/API leads with total_price_gross; without it a 422 was measured (sheet section 3).
    for name in ("name", "total_price_gross"):
        if line.get(name) in (None, ""):
            yield f"{place}.{name}", BLANK_IS_WRONG
    if line.get("total_price_gross") not in (None, ""):
        yield from _own_totals(line, place)


def correction_faults(line: Mapping[str, Any], place: str) -> Faults:
    """A corrected line carries the difference and both states (section 4)."""
    if line.get("kind") != "correction":
        yield f"{place}.kind", "must be correction"
    for name in STATES:
        if not line.get(name):
            yield f"{place}.{name}", BLANK_IS_WRONG
    if all(line.get(name) for name in STATES):
        before, after = (line[name] for name in STATES)
        yield from _difference("total_price_gross", line, before, after, place)
        yield from _difference("quantity", line, before, after, place)
        yield from _states(line, place)


def build(world: "Fakturownia", given: dict[str, Any], ident: int, strategy: Strategy,
          rules: Mapping[str, Any]) -> Line:  # fmt: skip
    """`rules`: the reverse-charge word and the discount kind of the document, if any."""
    line = completed(world, given, rules.get("reverse"))
    tax = tax_text(line["tax"])
    gross = discounted(number(line["total_price_gross"]) or ZERO, line, rules.get("discount_kind"))
    amounts = line_amounts(gross, tax, strategy)
    return Line(ident, given, amounts, _shown(line, tax, amounts, ident, world.stamp()))


def tax_text(tax: object) -> str:
    """A rate comes back as a string: "23" for 23, "25.5" for 25.50."""
    rate = number(tax)
    return str(tax) if rate is None else f"{rate.normalize():f}"


def _of_product(product: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """A line by product id needs no price (vendor's minimal example)."""
    if product is None:
        return {}
    total = cents((number(product["price_gross"]) or ZERO) * (number(given.get("quantity")) or Decimal(1)))
    return {"name": product["name"], "code": product["code"], "tax": product["tax"], "total_price_gross": total}


def _without_nulls(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _own_totals(line: Mapping[str, Any], place: str) -> Faults:
    """What is given twice must agree: unit times quantity within its rounding, net within a grosz."""
    total, count = number(line["total_price_gross"]) or ZERO, number(line["quantity"]) or ZERO
    unit, net = number(line.get("price_gross")), number(line.get("total_price_net"))
    if unit is not None and abs(unit * count - total) > CENT / 2 * (abs(count) + 1):
        yield f"{place}.total_price_gross", "is not price_gross times quantity"
    if net is not None and abs(net - total * HUNDRED / (HUNDRED + percent(line["tax"]))) > CENT:
        yield f"{place}.total_price_net", "is not total_price_gross without tax"


def _difference(name: str, line: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any],
                place: str) -> Faults:  # fmt: skip
    figures = [number(part.get(name)) for part in (line, before, after)]
    if None in figures:
        yield f"{place}.{name}", "must be given for the line and for both states"
    elif figures[0] != (figures[2] or ZERO) - (figures[1] or ZERO):
        yield f"{place}.{name}", "is not after minus before"


def _states(line: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for name, kind in zip(STATES, ("correction_before", "correction_after"), strict=True):
        if line[name].get("kind") != kind:
            yield f"{place}.{name}.kind", f"must be {kind}"


def _shown(line: Mapping[str, Any], tax: str, amounts: Amounts, ident: int, now: str) -> dict[str, Any]:
    """The keys of a recorded position; unit prices are worked back from the totals."""
    count = number(line["quantity"]) or ZERO
    unit = Amounts(*(cents(part / count) if count else ZERO for part in (amounts.net, amounts.vat, amounts.gross)))
    product = line.get("product_id")
    return {
        "id": ident, "invoice_id": None, "name": line["name"], "description": line.get("description"),
        "price_net": unit.net, "quantity": count, "total_price_gross": amounts.gross, "total_price_net": amounts.net,
        "account_id": ACCOUNT_ID, "created_at": now, "updated_at": now, "additional_info": line.get("additional_info"),
        "quantity_unit": line.get("quantity_unit"), "tax": tax, "price_gross": unit.gross, "price_tax": unit.vat,
        "total_price_tax": amounts.vat, "kind": line.get("kind"), "invoice_position_id": None,
        "product_id": None if product is None else int(product), "deleted": False, "discount": line.get("discount"),
        "discount_percent": line.get("discount_percent"), "tax2": "0", "exchange_rate": "1.0",
        "accounting_tax_kind": None, "code": line.get("code"), "additional_fields": None,
        "gtu_code": line.get("gtu_code"),
    }  # fmt: skip
