"""Reading Billhook's own order JSON (documents.md 1.5) into an Order, or into problems by JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from marshmallow import ValidationError

from schemas import strict_json
from schemas.document import Address, GiftCard, Party
from schemas.errors import Unreadable
from schemas.event import Envelope
from schemas.fields import MOST_PROBLEMS
from schemas.generic_fields import ORDER, PRICES
from schemas.money import HUNDRED, plain
from schemas.order import Element, Order, Refund, RefundLine
from schemas.taxnumbers import LOCAL_IS_VAT

TOPIC = "order"

_SOURCES = {"item": "line_item", "shipping": "shipping", "fee": "fee"}
_REMEDY = "Correct what the problems name, then send the order again; /openapi.json has its shape."


def read_order(body: bytes) -> Order:
    """An order in Billhook's own JSON; raises Unreadable with JSON pointer (RFC 6901) → sentence."""
    try:
        data = strict_json.parse(body, exact=True)
    except Unreadable as odd:
        raise Unreadable(odd.detail, {"": odd.detail}, code=odd.code, remedy=_REMEDY) from None
    if not isinstance(data, dict):
        raise Unreadable("The body is no JSON object.", {"": "An object is expected."}, remedy=_REMEDY)
    try:
        return _order(cast(dict[str, Any], ORDER.load(data)))
    except ValidationError as odd:
        raise _unreadable(list(_pointers(odd.messages_dict))) from None


def envelope_of(order: Order) -> Envelope:
    """What the order is filed by."""
    return Envelope(TOPIC, TOPIC, order.id, order.status, order.modified_at, len(order.refunds))


def _unreadable(found: Sequence[tuple[str, str]]) -> Unreadable:
    places = ", ".join(pointer or "/" for pointer, _ in found[:5])
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return Unreadable(f"The order cannot be read: {places}{more}.", dict(found[:MOST_PROBLEMS]), remedy=_REMEDY)


def _pointers(messages: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Marshmallow's nested messages as JSON pointers; what is said of a whole object stands at its own place."""
    if not isinstance(messages, Mapping):
        yield above, " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
        return
    for name, inner in messages.items():
        step = "" if name == "_schema" else "/" + str(name)[:64].replace("~", "~0").replace("/", "~1")
        yield from _pointers(inner, above + step)


def _order(said: dict[str, Any]) -> Order:
    lines = [_element(line) for line in said["lines"]]
    kinds = dict(zip((line["id"] for line in said["lines"]), said["lines"], strict=True))
    payment = said["payment"]
    return Order(
        id=said["id"],
        number=said["number"],
        status=said["status"],
        currency=said["currency"],
        total=said["total"],
        basis=said["basis"],
        buyer=_buyer(said["buyer"]),
        platform="generic",
        placed_at=said["placed"],
        modified_at=said["modified"],
        paid_at=payment["paid_at"],
        completed_at=said["completed_at"],
        paid=payment["paid_at"] is not None,
        payment_method=payment["method"],
        payment_title=payment["title"] or "",
        transaction_id=payment["reference"] or "",
        channel=said["channel"] or "",
        delivery=_delivery(said["delivery"]),
        lines=tuple(e for e in lines if e.source.startswith("line_item:")),
        shipping=tuple(e for e in lines if e.source.startswith("shipping:")),
        fees=tuple(e for e in lines if e.source.startswith("fee:")),
        refunds=tuple(_refund(refund, kinds) for refund in said["refunds"] or ()),
        gift_cards=tuple(GiftCard(card["code"], card["amount"]) for card in said["gift_cards"] or ()),
        meta=said["meta"] or {},
        note=said["note"] or "",
        language=said["language"] or "",
        sequence=tuple(e.source for e in lines),
    )


def _source(line: Mapping[str, Any]) -> str:
    return f"{_SOURCES[line['kind']]}:{line['id']}"


def _element(line: Mapping[str, Any]) -> Element:
    rate = line["rate"]
    net, tax = _amounts(line, rate, line["quantity"])
    return Element(
        source=_source(line),
        name=line["name"],
        quantity=line["quantity"],
        net=net,
        tax=tax,
        tax_said=tax,
        tax_class=line["tax_class"] or "",
        rate=rate,
        vat_text=f"{plain(rate)}%",
        net_said="line_net" in line or "unit_net" in line,
        sku=line["sku"] or "",
        unit=line["unit"] or "C62",
        method=line["name"] if line["kind"] == "shipping" else "",
        note=line["note"] or "",
    )


def _amounts(line: Mapping[str, Any], rate: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Net and tax of the whole line, unrounded; the amount that was not given follows from the rate."""
    name = next(price for price in PRICES if price in line)
    amount = line[name] * quantity if name.startswith("unit") else line[name]
    if name.endswith("net"):
        return amount, amount * rate / HUNDRED
    net = amount * HUNDRED / (HUNDRED + rate)
    return net, amount - net


def _refund(refund: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]]) -> Refund:
    return Refund(
        id=refund["id"],
        amount=refund["amount"],
        at=refund["at"],
        reason=refund["reason"] or "",
        lines=tuple(_refund_line(line, kinds[line["id"]]) for line in refund["lines"] or ()),
    )


def _refund_line(line: Mapping[str, Any], sold: Mapping[str, Any]) -> RefundLine:
    net, tax = _amounts(line, sold["rate"], line["quantity"])
    return RefundLine(_source(sold), line["quantity"], net, tax)


def _address(said: Mapping[str, Any]) -> Address:
    texts = {name: said[name] or "" for name in ("street", "street2", "city", "postcode", "state")}
    return Address(**texts, country=said["country"])


def _buyer(said: Mapping[str, Any]) -> Party:
    """As typed; whether numbers are well-formed is decided when the document is drafted."""
    local = said["tax_number"] if said["country"] in LOCAL_IS_VAT else ""
    return Party(
        name=said["company"] or said["name"],
        address=_address(said),
        company=said["company"] or "",
        vat_id=said["vat_id"] or local or None,
        tax_number=said["tax_number"] or None,
        registration=said["registration"] or None,
        email=said["email"] or "",
        phone=said["phone"] or "",
    )


def _delivery(said: Mapping[str, Any] | None) -> Party | None:
    return Party(said["name"] or "", _address(said)) if said else None
