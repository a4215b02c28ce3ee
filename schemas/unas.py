"""Reading a UNAS `<Order>` (getOrder's XML) into an Order: unit prices gross, Budapest time, virtual items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from xml.etree.ElementTree import Element as Node  # nosec B405
from zoneinfo import ZoneInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from marshmallow import ValidationError

from schemas.document import Address, Party
from schemas.errors import Unreadable
from schemas.fields import decimal_of, instant, problems_of
from schemas.money import ONE, ZERO
from schemas.order import Element, Order
from schemas.unas_fields import ORDER

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
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,10})?)\s*%?")


def read_order(xml: bytes | str, timezone: str = BUDAPEST) -> Order:
    """Read one `<Order>`, or an `<Orders>` that holds exactly one (documents.md 1.4, unas.md 3).

    Dates are wall time of `timezone`. Raises Unreadable with path → sentence: no XML, an `<Error>`, no order,
    odd values.
    """
    node = _order_node(xml)
    try:
        loaded = cast(dict[str, Any], ORDER.load(_flat(node)))
    except ValidationError as odd:
        problems = problems_of(odd)
        raise Unreadable(f"The order cannot be read: {', '.join(sorted(problems))}.", problems) from odd
    return _order(loaded, timezone)


def _order_node(xml: bytes | str) -> Node:
    try:
        root = fromstring(xml)
    except DefusedXmlException as odd:
        told = "XML that declares entities, or fetches something, is not read."
        raise Unreadable(told, {"body": f"{told} ({type(odd).__name__})"}) from None
    except (ParseError, ValueError, LookupError) as odd:
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
        "TakesBack": "Info/ReturnedFrom/Key",
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
    data["MadeOf"] = [
        _clean(k.text) for name in ("MergedFrom", "SeparatedFrom") for k in node.iterfind(f"Info/{name}/Key")
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
        made_of=tuple(filter(None, loaded["MadeOf"])),
        takes_back=loaded["TakesBack"],
    )


def _invoiced_elsewhere(loaded: dict[str, Any]) -> str:
    """Invoice/Status 2 says that an invoice exists (documents.md 1.4), and so does a number beside any other status."""
    if loaded["InvoiceStatus"] == "2":
        return loaded["InvoiceNumber"] or "UNAS says that the order is invoiced"
    number: str = loaded["InvoiceNumber"]
    return number


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
