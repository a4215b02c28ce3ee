"""Reading a UNAS `<Order>` (getOrder's XML) into an Order: unit prices gross, Budapest time, virtual items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from xml.etree.ElementTree import Element as Node
from zoneinfo import ZoneInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from schemas.document import Address, Party
from schemas.errors import Unreadable
from schemas.fields import Identifier, Money, OptionalMoney, Words, decimal_of, instant, problems_of
from schemas.money import ONE, ZERO
from schemas.order import Element, Order

BUDAPEST = "Europe/Budapest"

#: Virtual items (unas.md 3.3): what they are among our elements. Any other id is an ordinary item.
VIRTUAL = {
    "shipping-cost": "shipping",
    "handel-cost": "fee",
    "discount-amount": "fee",
    "discount-percent": "fee",
    "gift": "fee",
}

_COUNTRY = re.compile(r"[A-Z]{2}")
_STAMP = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)(?: (\d\d):(\d\d):(\d\d))?")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%?")


class Stamp(fields.Field[datetime | None]):
    """`YYYY.MM.DD HH:MM:SS`, Budapest wall time (unas.md 3.2)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | None:
        if not value:
            return None
        match = _STAMP.fullmatch(str(value))
        if match is None:
            raise ValidationError(f"{str(value)[:40]!r} is not a date.")
        try:
            return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError as odd:
            raise ValidationError(f"{str(value)[:40]!r} is not a date.") from odd


class ItemSchema(Schema):
    """`Items/Item`."""

    Id = Words(load_default="")
    Sku = Words(load_default="")
    Name = Words(load_default="")
    Unit = Words(load_default="")
    Quantity = OptionalMoney(load_default=None)
    PriceNet = OptionalMoney(load_default=None)
    PriceGross = OptionalMoney(required=True)
    Vat = Words(load_default="")


class AddressSchema(Schema):
    """`Customer/Addresses/Invoice` and `/Shipping`."""

    Name = Words(load_default="")
    RecipientName = Words(load_default="")
    ZIP = Words(load_default="")
    City = Words(load_default="")
    Street = Words(load_default="")
    County = Words(load_default="")
    CountryCode = Words(load_default="")
    TaxNumber = Words(load_default="")
    EUTaxNumber = Words(load_default="")
    CustomerType = Words(load_default="")


class OrderSchema(Schema):
    """The parts of an `<Order>` that matter; paths as in the XML."""

    Key = Identifier(required=True)
    Id = Words(load_default="")
    Date = Stamp(load_default=None)
    DateMod = Stamp(load_default=None)
    StatusDateMod = Stamp(load_default=None)
    Lang = Words(load_default="")
    Email = Words(load_default="")
    Currency = Words(required=True, validate=validate.Regexp("^[A-Za-z]{3}$", error="This is not a currency code."))
    VatCountryCode = Words(load_default="")
    StatusType = Words(load_default="")
    PaymentType = Words(load_default="")
    PaymentName = Words(load_default="")
    PaymentStatus = Words(load_default="")
    PaidAt = fields.List(Stamp(), load_default=list)
    ShippingName = Words(load_default="")
    InvoiceStatus = Words(load_default="")
    InvoiceNumber = Words(load_default="")
    MergedFrom = Words(load_default="")
    Invoice = fields.Nested(AddressSchema(unknown=EXCLUDE), load_default=dict)
    Shipping = fields.Nested(AddressSchema(unknown=EXCLUDE), load_default=dict)
    TaxParam = Words(load_default="")
    Note = Words(load_default="")
    SumPriceGross = Money(required=True)
    Items = fields.List(fields.Nested(ItemSchema(unknown=EXCLUDE)), load_default=list)


ORDER = OrderSchema(unknown=EXCLUDE)


def read_order(xml: bytes | str, timezone: str = BUDAPEST) -> Order:
    """Read one `<Order>`, or an `<Orders>` that holds exactly one (documents.md 1.4, unas.md 3).

    Dates are wall time of `timezone`. Raises Unreadable with path → sentence: not XML, an `<Error>`, no order, odd values.
    """
    node = _order_node(xml)
    try:
        loaded = cast(dict[str, Any], ORDER.load(_flat(node)))
    except ValidationError as odd:
        problems = problems_of(odd.normalized_messages())
        raise Unreadable(f"The order cannot be read: {', '.join(sorted(problems))}.", problems) from odd
    return _order(loaded, timezone)


def _order_node(xml: bytes | str) -> Node:
    try:
        root = cast(Node, fromstring(xml))
    except (ParseError, DefusedXmlException, ValueError) as odd:
        raise Unreadable("The answer is not XML.", {"body": str(odd)[:120] or type(odd).__name__}) from odd
    if root.tag == "Error":
        raise Unreadable(f"UNAS answered with an error: {_clean(root.text)[:200]}", {"Error": _clean(root.text)[:200]})
    orders = [root] if root.tag == "Order" else root.findall("Order") if root.tag == "Orders" else []
    if len(orders) != 1:
        raise Unreadable(
            f"Exactly one order is expected, not {len(orders)}.", {root.tag: "One Order is expected here."}
        )
    return orders[0]


def _clean(text: str | None) -> str:
    return (text or "").strip()


def _text(node: Node, path: str) -> str:
    return _clean(node.findtext(path))


def _children(node: Node | None) -> dict[str, str]:
    """Child elements that hold text; absent, empty and blank are the same (unas.md 3.2)."""
    return {child.tag: _clean(child.text) for child in (node if node is not None else ()) if _clean(child.text)}


def _flat(node: Node) -> dict[str, Any]:
    nested = {
        "Email": "Customer/Email",
        "PaymentType": "Payment/Type",
        "PaymentName": "Payment/Name",
        "PaymentStatus": "Payment/Status",
        "ShippingName": "Shipping/Name",
        "InvoiceStatus": "Invoice/Status",
        "InvoiceNumber": "Invoice/Number",
        "MergedFrom": "Info/MergedFrom/Key",
    }
    data: dict[str, Any] = _children(node)
    data |= {name: text for name, path in nested.items() if (text := _text(node, path))}
    data["Invoice"] = _children(node.find("Customer/Addresses/Invoice"))
    data["Shipping"] = _children(node.find("Customer/Addresses/Shipping"))
    data["Items"] = [_children(item) for item in node.findall("Items/Item")]
    data["PaidAt"] = [
        date
        for done in node.findall("Payment/Transactions/Transaction")
        if _text(done, "Status") == "finish" and (date := _text(done, "Date"))
    ]
    data["TaxParam"] = _tax_param(node)
    data["Note"] = next(
        (_text(c, "Text") for c in node.findall("Comments/Comment") if _text(c, "Type") == "customer"), ""
    )
    return data


def _tax_param(node: Node) -> str:
    """The tax number as an answer to the shop's own question (unas.md trap 9)."""
    params = [*node.findall("Params/Param"), *node.findall("Customer/Params/Param")]
    return next((_text(p, "Value") for p in params if _text(p, "Name").casefold() in ("adószám", "adoszam")), "")


@dataclass(frozen=True, slots=True)
class _Times:
    """The instants of an order; UNAS has no day of payment but in transactions, so the last change stands in."""

    placed: datetime | None
    modified: datetime | None
    paid: datetime | None
    completed: datetime | None


def _times(loaded: dict[str, Any], timezone: str, paid: bool) -> _Times:
    zone = ZoneInfo(timezone)
    modified = instant(loaded["DateMod"] or loaded["Date"], zone)
    finished = [moment for stamp in loaded["PaidAt"] if (moment := instant(stamp, zone))]
    closed = instant(loaded["StatusDateMod"], zone) or modified
    return _Times(
        placed=instant(loaded["Date"], zone),
        modified=modified,
        paid=(min(finished) if finished else modified) if paid else None,
        completed=closed if loaded["StatusType"] == "close_ok" else None,
    )


def _order(loaded: dict[str, Any], timezone: str) -> Order:
    paid = loaded["PaymentStatus"].casefold() in ("paid", "overpaid")
    times = _times(loaded, timezone, paid)
    elements = [_element(place, item) for place, item in enumerate(loaded["Items"], 1)]
    return Order(
        id=loaded["Key"],
        number=loaded["Key"],
        status=loaded["StatusType"] or "unknown",
        currency=loaded["Currency"].upper(),
        total=loaded["SumPriceGross"],
        basis="gross",
        platform="unas",
        placed_at=times.placed,
        modified_at=times.modified,
        paid_at=times.paid,
        completed_at=times.completed,
        paid=paid,
        payment_method=loaded["PaymentType"],
        payment_title=loaded["PaymentName"],
        buyer=_buyer(loaded),
        delivery=_delivery(loaded["Shipping"]),
        lines=tuple(e for e in elements if e.source.startswith("line_item")),
        shipping=tuple(e for e in elements if e.source.startswith("shipping")),
        fees=tuple(e for e in elements if e.source.startswith("fee")),
        meta={"unas_id": loaded["Id"], "shipping_name": loaded["ShippingName"]},
        note=loaded["Note"],
        language=loaded["Lang"],
        invoiced_elsewhere=_invoiced_elsewhere(loaded),
        vat_country=loaded["VatCountryCode"].upper(),
        sequence=tuple(e.source for e in elements),
    )


def _invoiced_elsewhere(loaded: dict[str, Any]) -> str:
    """Invoice/Status 2 means that an invoice exists (documents.md 1.4); a merged order may hold invoiced ones."""
    if loaded["InvoiceStatus"] == "2":
        return loaded["InvoiceNumber"] or "UNAS says that the order is invoiced"
    return ""


def _element(place: int, item: dict[str, Any]) -> Element:
    quantity = ONE if item["Quantity"] is None else item["Quantity"]
    gross = (item["PriceGross"] or ZERO) * quantity
    percent = _PERCENT.fullmatch(item["Vat"])
    rate = decimal_of(percent[1].replace(",", ".")) if percent else None
    net = _net(item["PriceNet"], quantity, gross, rate)
    return Element(
        source=f"{VIRTUAL.get(item['Id'], 'line_item')}:{place}",
        name=item["Name"] or item["Sku"] or item["Id"],
        quantity=quantity,
        net=net,
        tax=gross - net,
        tax_said=gross - net,
        rate=rate,
        vat_text=item["Vat"],
        net_said=item["PriceNet"] is not None,
        sku=item["Sku"],
        unit=item["Unit"] or "C62",
        product_id="" if item["Id"] in VIRTUAL else item["Id"],
        method=item["Name"] if item["Id"] == "shipping-cost" else "",
    )


def _net(price: Decimal | None, quantity: Decimal, gross: Decimal, rate: Decimal | None) -> Decimal:
    if price is not None:
        return price * quantity
    return gross if rate is None else gross * 100 / (100 + rate)


def _address(said: dict[str, str]) -> Address:
    country = said.get("CountryCode", "").upper()
    return Address(
        street=said.get("Street", ""),
        city=said.get("City", ""),
        postcode=said.get("ZIP", ""),
        state=said.get("County", ""),
        country=country if _COUNTRY.fullmatch(country) else "",
    )


def _buyer(loaded: dict[str, Any]) -> Party:
    said = loaded["Invoice"]
    company = said.get("CustomerType", "") == "company"
    local = said.get("TaxNumber", "") or loaded["TaxParam"]
    private = said.get("CustomerType", "") == "private"
    return Party(
        name=said.get("Name", ""),
        address=_address(said),
        company=said.get("Name", "") if company else "",
        vat_id=None if private else (said.get("EUTaxNumber", "") or local or None),
        tax_number=None if private else (local or None),
        email=loaded["Email"],
    )


def _delivery(said: dict[str, str]) -> Party | None:
    address = _address(said)
    return Party(said.get("RecipientName", "") or said.get("Name", ""), address) if address.country else None
