"""The items of an order from its compact description: goods first, then UNAS's virtual items (section 3.3)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from simulators.unas import arithmetic
from simulators.unas.arithmetic import money
from simulators.unas.nodes import every
from simulators.unas.orders import AMOUNT, GIFT, HANDLING, PERCENT, SHIPPING, Item
from simulators.unas.shape import ITEM, misfits

LINES = ("items", "shipping", "handling", "discount_percent", "discount_amount", "gift")
ITEM_WORDS = {"id", "sku", "name", "quantity", "gross", "net", "vat", "unit", "nodes", "omit", "percent"}
NAMES = {SHIPPING: "Szállítási költség", HANDLING: "Kezelési költség", PERCENT: "Kedvezmény", AMOUNT: "Kedvezmény",
         GIFT: "Ajándék"}  # fmt: skip
USUAL_RATE = "27"


def lines(given: Mapping[str, Any]) -> tuple[Item, ...]:
    goods = tuple(_good(entry, index) for index, entry in enumerate(given.get("items", ()), start=1))
    return (*goods, *_charges(given, goods))


def from_xml(item: Mapping[str, Any]) -> Item:
    """An <Item> sent to setOrder; ValueError when its prices are not numbers."""
    rate = str(item.get("Vat", "")).removesuffix("%")
    own = ("Id", "Sku", "Name", "Quantity", "PriceNet", "PriceGross", "Vat", "Unit")
    return _good({
        "id": item.get("Id"), "sku": item.get("Sku"), "name": item.get("Name"), "unit": item.get("Unit", "db"),
        "quantity": item.get("Quantity", "1"), "gross": item.get("PriceGross"), "net": item.get("PriceNet"),
        "vat": rate or None, "nodes": {name: value for name, value in item.items() if name not in own},
    }, 1)  # fmt: skip


def _good(given: Mapping[str, Any], index: int) -> Item:
    if wrong := set(given) - ITEM_WORDS:
        raise ValueError(f"unknown in an item: {', '.join(sorted(wrong))}")
    if wrong := set(misfits(given.get("nodes", {}), ITEM)):
        raise ValueError(f"no such node in an item: {', '.join(sorted(wrong))}")
    rate = None if given.get("vat", USUAL_RATE) is None else money(given.get("vat", USUAL_RATE), "vat")
    net, gross = _prices(given, rate)
    ident = str(given.get("id") or 717298600 + index)
    return Item(ident, given.get("sku") or f"SKU-{ident}", given.get("name") or f"Termék {index}",
                money(given.get("quantity", "1"), "quantity"), gross, net, rate, given.get("unit", "db"),
                None if given.get("percent") is None else money(given["percent"], "percent"),
                given.get("nodes", {}), tuple(given.get("omit", ())))  # fmt: skip


def _prices(given: Mapping[str, Any], rate: Decimal | None) -> tuple[Decimal | None, Decimal]:
    """(net, gross) of one unit; what is not given is worked out from the other one and the rate."""
    net, gross = (None if given.get(name) in (None, "") else money(given[name], name) for name in ("net", "gross"))
    if gross is None and net is None:
        raise ValueError("an item needs gross or net")
    if gross is None:
        return net, arithmetic.gross_of(net or Decimal(0), rate or Decimal(0))
    if net is None and rate is not None:
        net = arithmetic.net_of(gross, rate)
    return net, gross


def _charges(given: Mapping[str, Any], goods: tuple[Item, ...]) -> Iterator[Item]:
    """shipping-cost stands there with 0 too, unless told null; discounts are one item of one rate each."""
    rate = goods[0].rate if goods else Decimal(USUAL_RATE)
    if given.get("shipping", "0") is not None:
        yield _virtual(SHIPPING, given.get("shipping", "0"), 1)
    if given.get("handling") is not None:
        yield _virtual(HANDLING, given["handling"], 1)
    for entry in every(given.get("discount_percent")):
        yield _percent(entry, goods, rate)
    for ident, name in ((AMOUNT, "discount_amount"), (GIFT, "gift")):
        for entry in every(given.get(name)):
            yield _virtual(ident, entry, -1, rate)


def _virtual(ident: str, entry: Any, sign: int, rate: Decimal | None = Decimal(USUAL_RATE)) -> Item:
    """From "1490" (gross) or {"gross": …, "vat": …}; discounts are given positive and written negative."""
    given = dict(entry) if isinstance(entry, dict) else {"gross": entry}
    for name in ("gross", "net"):
        if given.get(name) is not None:
            given[name] = sign * money(given[name], name)
    usual = {"id": ident, "sku": ident, "name": NAMES[ident], "vat": rate}
    return _good({**usual, **given}, 1)


def _percent(entry: Any, goods: tuple[Item, ...], rate: Decimal | None) -> Item:
    """A percentage of the goods' gross, without shipping and fees."""
    given = dict(entry) if isinstance(entry, dict) else {"percent": entry}
    percent = money(given["percent"], "discount_percent")
    base = sum((item.total for item in goods), Decimal(0))
    given = {"gross": arithmetic.share(base, percent), "vat": rate, **given, "percent": percent}
    return _virtual(PERCENT, given, -1, rate)
