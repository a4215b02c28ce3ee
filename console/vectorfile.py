"""Test vectors as files: their input read into order, history and rules, and a decision written in their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from schemas import unas, woocommerce
from schemas.document import (
    Address,
    Draft,
    Issued,
    Kind,
    LineItem,
    Party,
    Preceding,
    Seller,
    TaxBreakdown,
    Totals,
)
from schemas.fields import instant
from schemas.money import plain, said
from schemas.order import Order
from schemas.policy import read_policy
from workers.money.rules import Decision, Rules, Trigger

#: The time zone of a seller whose vector does not name one.
ZONES = {
    "PL": "Europe/Warsaw",
    "CZ": "Europe/Prague",
    "SK": "Europe/Bratislava",
    "HU": "Europe/Budapest",
    "SE": "Europe/Stockholm",
    "NL": "Europe/Amsterdam",
    "IS": "Atlantic/Reykjavik",
    "AT": "Europe/Vienna",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "FI": "Europe/Helsinki",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "PT": "Europe/Lisbon",
}


_UNSEEN: Mapping[str, Any] = {
    "buyer": {"name": "", "country": ""},
    "currency": "",
    "decimals": 2,
    "basis": "gross",
    "lines": (),
    "vat_breakdown": (),
    "totals": dict.fromkeys(("net", "vat", "gross", "paid", "rounding", "due"), "0"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Everything decide needs, as one file says it."""

    order: Order
    history: tuple[Issued, ...]
    rules: Rules
    trigger: Trigger


def question_of(data: Mapping[str, Any]) -> Question:
    """A vector's `input`. Raises Unreadable; today is the day of the order's last change, so that runs repeat."""
    seller = seller_of(data["seller"])
    order = _order(data, seller.timezone)
    zone = ZoneInfo(seller.timezone)
    today = (order.modified_at or datetime.now(UTC)).astimezone(zone).date()
    event = data.get("event") or {}
    refund_id = event.get("refund_id")
    starts_at = data.get("starts_at")
    return Question(
        order=order,
        history=tuple(_issued(entry, seller, zone) for entry in data.get("history") or ()),
        rules=Rules(
            shop_key=str(data.get("shop", "preview")),
            seller=seller,
            policy=read_policy(data["policy"], strict=False),
            starts_at=instant(datetime.fromisoformat(starts_at), zone) if starts_at else None,
            today=today,
        ),
        trigger=Trigger(event.get("type", "order.updated"), None if refund_id is None else str(refund_id)),
    )


def _order(data: Mapping[str, Any], timezone: str) -> Order:
    if data.get("source") == "unas" or not data.get("order"):
        return unas.read_order(str(data["order_xml"]).encode())
    return woocommerce.read_order(data["order"], data.get("refunds") or [], timezone)


def seller_of(said_seller: Mapping[str, Any]) -> Seller:
    """A seller as vectors write it, with the time zone of its country."""
    country = str(said_seller["country"])
    return Seller(
        name=str(said_seller.get("name", "")),
        country=country,
        vat_status=str(said_seller.get("vat_status", "payer")),
        vat_id=said_seller.get("vat_id") or None,
        oss=bool(said_seller.get("oss")),
        timezone=str(said_seller.get("timezone") or ZONES.get(country, "UTC")),
    )


def _issued(entry: Mapping[str, Any], seller: Seller, zone: ZoneInfo) -> Issued:
    modified = entry.get("order_modified")
    # A document in flight has no figures yet; nothing asks for them while it flies.
    document = entry.get("document") or _UNSEEN
    kind, reference = Kind(entry["kind"]), str(entry.get("ref") or "")
    refund_id = entry.get("refund_id") or document.get("refund_id")
    return Issued(
        kind=kind,
        reference=reference,
        state=str(entry.get("state", "issued")),
        draft=_draft(document, kind, reference, seller),
        order_modified=instant(datetime.fromisoformat(modified), zone) if modified else None,
        refund_id=None if refund_id is None else str(refund_id),
    )


def _draft(document: Mapping[str, Any], kind: Kind, reference: str, seller: Seller) -> Draft:
    buyer = document["buyer"]
    tax_point = document.get("tax_point")
    return Draft(
        kind=kind,
        counter="",
        reference=reference,
        order_id="",
        order_number="",
        currency=document["currency"],
        decimals=int(document["decimals"]),
        basis=document["basis"],
        seller=seller,
        buyer=Party(buyer["name"], Address(country=buyer["country"] or ""), vat_id=buyer.get("vat_id")),
        lines=tuple(_line(line) for line in document["lines"]),
        breakdown=tuple(_row(row) for row in document["vat_breakdown"]),
        totals=Totals(**{name: Decimal(amount) for name, amount in document["totals"].items()}),
        issue_date=date.fromisoformat(tax_point) if tax_point else date(1970, 1, 1),
        tax_point=date.fromisoformat(tax_point) if tax_point else None,
        oss=bool(document.get("oss")),
        vat_countries=tuple(document.get("vat_countries") or ()),
        preceding=Preceding(document["preceding"]) if document.get("preceding") else None,
    )


def _rate(rate: str | None) -> Decimal | None:
    return None if rate is None else Decimal(rate)


def _line(line: Mapping[str, Any]) -> LineItem:
    return LineItem(
        id=line["id"],
        source=line["source"],
        name=line["name"],
        vat_category=line["vat_category"],
        vat_rate=_rate(line["vat_rate"]),
        quantity=Decimal(line["quantity"]),
        unit_net=Decimal(line["unit_net"]),
        unit_gross=Decimal(line["unit_gross"]),
        net=Decimal(line["net"]),
        vat=Decimal(line["vat"]),
        gross=Decimal(line["gross"]),
    )


def _row(row: Mapping[str, Any]) -> TaxBreakdown:
    return TaxBreakdown(
        row["category"], _rate(row["rate"]), Decimal(row["taxable"]), Decimal(row["vat"]), Decimal(row["gross"])
    )


def answer_of(decision: Decision) -> dict[str, Any]:
    """A decision in the shape of a vector's `expected`."""
    return {
        "decision": decision.action,
        "reason": decision.reason,
        "warnings": list(decision.warnings),
        "document": document_of(decision.draft) if decision.draft else None,
    }


def document_of(draft: Draft) -> dict[str, Any]:
    """A draft in the vectors' shape: amounts as text with the document's decimals."""
    places = draft.decimals
    optional: dict[str, Any] = {
        "gift_cards": said(sum((c.amount for c in draft.gift_cards), Decimal(0)), places) if draft.gift_cards else None,
        "proforma_ref": draft.proforma_ref.reference if draft.proforma_ref else None,
        "preceding": draft.preceding.reference if draft.preceding else None,
        "refund_id": draft.refund_id,
    }
    totals = draft.totals
    return {
        "type_code": draft.type_code,
        "currency": draft.currency,
        "decimals": places,
        "basis": draft.basis,
        "buyer": {"name": draft.buyer.name, "country": draft.buyer.country, "vat_id": draft.buyer.vat_id},
        "lines": [_line_out(line, places) for line in draft.lines],
        "vat_breakdown": [_row_out(row, places) for row in draft.breakdown],
        "totals": {
            "net": said(totals.net, places),
            "vat": said(totals.vat, places),
            "gross": said(totals.gross, places),
            "paid": said(totals.paid, places),
            "rounding": said(totals.rounding, places),
            "due": said(totals.due, places),
        },
        "oss": draft.oss,
        "vat_countries": list(draft.vat_countries),
        "tax_point": draft.tax_point.isoformat() if draft.tax_point else None,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _line_out(line: LineItem, places: int) -> dict[str, Any]:
    return {
        "id": line.id,
        "source": line.source,
        "name": line.name,
        "quantity": plain(line.quantity),
        "unit_net": format(line.unit_net, "f"),
        "unit_gross": format(line.unit_gross, "f"),
        "vat_category": line.vat_category,
        "vat_rate": None if line.vat_rate is None else plain(line.vat_rate),
        "net": said(line.net, places),
        "vat": said(line.vat, places),
        "gross": said(line.gross, places),
    }


def _row_out(row: TaxBreakdown, places: int) -> dict[str, Any]:
    return {
        "category": row.category,
        "rate": None if row.rate is None else plain(row.rate),
        "taxable": said(row.taxable, places),
        "vat": said(row.vat, places),
        "gross": said(row.gross, places),
        "vat_minus_taxable_x_rate": said(row.vat_minus_taxable_x_rate, places),
        "net_reachable": row.net_reachable,
    }
