"""Reading a WooCommerce v3 order and its refunds into an Order, tolerant of every version and plugin seen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, DecimalException
from typing import Any, cast
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError

from schemas.document import Address, GiftCard, Party
from schemas.errors import Unreadable
from schemas.fields import instant, problems_of
from schemas.money import ONE, ZERO
from schemas.order import Element, Order, Refund, RefundLine, TaxRate, TaxShare
from schemas.strict_json import refuse_crowded
from schemas.taxnumbers import LOCAL_KEYS, REGISTRATION_KEYS, VAT_KEYS, first_of, vat_number_in
from schemas.woocommerce_fields import ORDER, REFUND

UTC_ZONE = ZoneInfo("UTC")

#: Extra fields in which other invoicing plugins keep their number; one that is set means: not ours to invoice.
FOREIGN_INVOICE_KEYS: tuple[str, ...] = (
    "_wcpdf_invoice_number",
    "_wc_szamlazz_invoice",
    "_wc_billingo_plus_invoice_name",
    "_wc_billingo_plus_invoice",
    "_wc_billingo_invoice",
    "_billingo_invoice_number",
    "_pip_invoice_number",
    "wc_sf_invoice_regular_id",
    "wc_sf_internal_regular_id",
    "_fakturoid_invoice_number",
    "_fakturownia_invoice_number",
    "_idoklad_invoice_number",
    "_fortnox_invoice_number",
    "_bewpi_invoice_number",
    "_ywpi_invoice_number",
)

_COUNTRY_CODE = re.compile(r"([A-Z]{2})-")
_COUNTRY = re.compile(r"[A-Z]{2}")


def read_order(
    body: bytes | str | Mapping[str, Any],
    refunds: Sequence[Mapping[str, Any]] | None = None,
    timezone: str = "UTC",
) -> Order:
    """Read a WooCommerce v3 order (documents.md 1.3, woocommerce.md 2 to 4).

    Takes the body as received, or parsed; its full refund objects, None meaning what the body's own `refunds` hold:
    totals only, or whole refunds where the order was read back; and the shop's time zone for dates that come without
    their `_gmt` twin. Raises Unreadable, path → sentence.
    """
    data = body if isinstance(body, Mapping) else _parsed(body)
    zone = ZoneInfo(timezone)
    loaded = _load(ORDER, data, "order")
    if loaded["total"] is None:
        raise Unreadable("The order has no total.", {"total": "Missing data for required field."})
    full = None if refunds is None else tuple(_refund(_load(REFUND, entry, "refund"), zone) for entry in refunds)
    return _order(loaded, data, full, zone)


def _parsed(body: bytes | str) -> Mapping[str, Any]:
    refuse_crowded(body.encode() if isinstance(body, str) else body)
    try:
        data = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, DecimalException) as odd:
        raise Unreadable("The body is not JSON.", {"body": str(odd)[:120]}) from odd
    if not isinstance(data, dict):
        raise Unreadable("The body is not an order.", {"body": "A JSON object is expected."})
    return data


def _load(schema: Schema, data: Any, what: str) -> dict[str, Any]:
    try:
        return cast(dict[str, Any], schema.load(data))
    except ValidationError as odd:
        problems = problems_of(odd)
        raise Unreadable(f"The {what} cannot be read: {', '.join(sorted(problems))}.", problems) from odd


def _order(loaded: dict[str, Any], raw: Mapping[str, Any], full: tuple[Refund, ...] | None, zone: ZoneInfo) -> Order:
    meta = dict(loaded["meta_data"]) | _billing_extras(raw.get("billing"))
    paid_at = _moment(loaded, "date_paid", zone)
    return Order(
        id=loaded["id"],
        number=loaded["number"] or loaded["id"],
        status=loaded["status"].removeprefix("wc-"),
        currency=loaded["currency"].upper(),
        total=loaded["total"],
        basis="gross" if loaded["prices_include_tax"] in (True, "true", "yes", 1, "1") else "net",
        placed_at=_moment(loaded, "date_created", zone),
        modified_at=_moment(loaded, "date_modified", zone),
        paid_at=paid_at,
        completed_at=_moment(loaded, "date_completed", zone),
        paid=paid_at is not None,
        payment_method=loaded["payment_method"],
        payment_title=loaded["payment_method_title"],
        transaction_id=loaded["transaction_id"],
        channel=loaded["created_via"],
        buyer=_buyer(loaded["billing"] or {}, meta),
        delivery=_delivery(loaded["shipping"] or {}),
        lines=tuple(_element("line_item", line) for line in loaded["line_items"]),
        shipping=tuple(_element("shipping", line) for line in loaded["shipping_lines"]),
        fees=tuple(_element("fee", line) for line in loaded["fee_lines"]),
        rates={line["rate_id"]: _tax_rate(line) for line in loaded["tax_lines"] if line["rate_id"]},
        refunds=_refunds_of(loaded["refunds"], zone) if full is None else full,
        gift_cards=tuple(GiftCard(card["code"], card["amount"]) for card in loaded["gift_cards"]),
        meta=meta,
        note=loaded["customer_note"],
        invoiced_elsewhere=first_of(meta, FOREIGN_INVOICE_KEYS),
        tax_total_said=loaded["total_tax"],
    )


def _moment(loaded: dict[str, Any], name: str, zone: ZoneInfo) -> Any:
    """The `_gmt` twin is UTC and rules; the local one is wall time of the shop."""
    return instant(loaded[f"{name}_gmt"], UTC_ZONE) or instant(loaded[name], zone)


def _billing_extras(billing: object) -> dict[str, str]:
    """Tax numbers that plugins add to `billing` itself."""
    if not isinstance(billing, Mapping):
        return {}
    known = {key: billing.get(key.removeprefix("_billing_").removeprefix("billing_")) for key in VAT_KEYS + LOCAL_KEYS}
    return {key: value for key, value in known.items() if isinstance(value, str) and value.strip()}


def _address(said: Mapping[str, str]) -> Address:
    country = said.get("country", "").upper()
    return Address(
        street=said.get("address_1", ""),
        street2=said.get("address_2", ""),
        city=said.get("city", ""),
        postcode=said.get("postcode", ""),
        state=said.get("state", ""),
        country=country if _COUNTRY.fullmatch(country) else "",
    )


def _party(said: Mapping[str, str]) -> Party:
    person = f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
    return Party(
        name=said.get("company", "") or person,
        address=_address(said),
        company=said.get("company", ""),
        first_name=said.get("first_name", ""),
        last_name=said.get("last_name", ""),
        email=said.get("email", ""),
        phone=said.get("phone", ""),
    )


def _buyer(said: Mapping[str, str], meta: Mapping[str, str]) -> Party:
    """The buyer, numbers as typed; whether they are well-formed is decided when the document is drafted."""
    party = _party(said)
    return replace(
        party,
        vat_id=vat_number_in(meta, party.country) or None,
        tax_number=first_of(meta, LOCAL_KEYS) or None,
        registration=first_of(meta, REGISTRATION_KEYS) or None,
    )


def _delivery(said: Mapping[str, str]) -> Party | None:
    party = _party(said)
    return party if party.country else None


def _element(kind: str, said: dict[str, Any]) -> Element:
    taxes = said["taxes"]
    quantity = said["quantity"]
    return Element(
        source=f"{kind}:{said['id']}",
        name=said["name"] or said["method_title"] or kind,
        quantity=ONE if quantity is None or kind != "line_item" else quantity,
        net=said["total"],
        tax=sum((share.total for share in taxes), ZERO) if taxes else said["total_tax"],
        taxes=taxes,
        tax_said=said["total_tax"],
        tax_class=said["tax_class"],
        sku=said["sku"],
        product_id=said["product_id"] if said["product_id"] != "0" else "",
        method=said["method_id"],
    )


def _tax_rate(said: dict[str, Any]) -> TaxRate:
    code = _COUNTRY_CODE.match(said["rate_code"].upper())
    return TaxRate(
        said["rate_id"], said["rate_percent"], code[1] if code else "", said["label"], bool(said["compound"])
    )


def _refunds_of(entries: Sequence[dict[str, Any]], zone: ZoneInfo) -> tuple[Refund, ...]:
    """What the order's body tells of its refunds, oldest first; the lines of one told by its total are unknown."""
    read = (_summary(said) if said["line_items"] is None else _refund(said, zone) for said in entries)
    return tuple(sorted(read, key=lambda refund: (len(refund.id), refund.id)))


def _summary(said: dict[str, Any]) -> Refund:
    return Refund(said["id"], abs(said["total"]), None, said["reason"], None)


def _refund(said: dict[str, Any], zone: ZoneInfo) -> Refund:
    kinds = (("line_item", "line_items"), ("shipping", "shipping_lines"), ("fee", "fee_lines"))
    lines = (_refund_line(kind, line) for kind, key in kinds for line in said[key])
    return Refund(
        id=said["id"],
        amount=abs(said["total"] if said["amount"] is None else said["amount"]),
        at=_moment(said, "date_created", zone),
        reason=said["reason"],
        lines=tuple(line for line in lines if line.net or line.tax),
    )


def _refund_line(kind: str, said: dict[str, Any]) -> RefundLine:
    item = said["meta_data"].get("_refunded_item_id", "") or said["refunded_item_id"]
    taxes = tuple(TaxShare(share.rate_id, -share.total) for share in said["taxes"])
    tax = sum((share.total for share in taxes), ZERO) if taxes else -said["total_tax"]
    quantity = ZERO if kind != "line_item" or said["quantity"] is None else abs(said["quantity"])
    return RefundLine(f"{kind}:{item}" if item else "", quantity, -said["total"], tax, taxes)
