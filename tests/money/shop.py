"""A small WooCommerce: computes orders and refunds as the shop does, and writes them as its REST API would."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from console.vectorfile import document_of, seller_of
from schemas.connection import Policy
from schemas.document import Issued, Seller
from schemas.order import Order
from schemas.policy import read_policy
from schemas.woocommerce import read_order
from workers.decide import Decision, Rules, Trigger, decide

FIXTURES = Path(__file__).parent / "fixtures"
VECTORS = sorted((FIXTURES / "vectors").glob("A*.json"))
CAPTURED = Path(__file__).parents[2] / "fixtures" / "woocommerce-8.2.2"
SHARED = Path(__file__).parents[2].parent / "shared"

TODAY = date(2026, 3, 6)
POLICY = read_policy(
    {
        "documents": {
            "bacs": {"on-hold": "proforma", "processing": "invoice", "completed": "invoice"},
            "cod": {"completed": "invoice"},
            "*": {"processing": "invoice", "completed": "invoice"},
        }
    }
)

_SELLERS: Mapping[str, Mapping[str, Any]] = {
    "PL": {"name": "Sklep", "country": "PL", "vat_id": "PL1111111111", "oss": True},
    "CZ": {"name": "Obchod", "country": "CZ", "vat_id": "CZ25123891", "oss": True},
    "SK": {"name": "Obchod", "country": "SK", "vat_id": "SK2022749619", "oss": True},
    "HU": {"name": "Bolt", "country": "HU", "vat_id": "HU12892312", "oss": True},
    "SE": {"name": "Butik", "country": "SE", "vat_id": "SE556012579001", "oss": True},
    "NL": {"name": "Winkel", "country": "NL", "vat_id": "NL004495445B01", "oss": True},
    "IS": {"name": "Búð", "country": "IS", "vat_id": "IS00621", "oss": False},
    "ES": {"name": "Tienda", "country": "ES", "vat_id": "ESA28015865", "oss": True},
}


def seller(country: str = "PL", **changes: Any) -> Seller:
    """A VAT payer of a country."""
    return seller_of({**_SELLERS[country], **changes})


def rules(country: str = "PL", policy: Mapping[str, Any] | None = None, **changes: Any) -> Rules:
    """Rules with the usual table; `policy` adds to it, other names change the seller."""
    return Rules("shop", seller(country, **changes), _policy(json.dumps(policy or {})), None, TODAY)


@cache
def _policy(changes: str) -> Policy:
    documents = {method: dict(row) for method, row in POLICY.documents.items()}
    return read_policy({"documents": documents, **json.loads(changes)})


def cents(amount: Decimal, places: int = 2, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Rounded to the shop's decimals."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding)


def tax_line(rate_id: int, percent: str | None, code: str = "PL-VAT-1") -> dict[str, Any]:
    """A rate of the order; `percent` None as in old shops."""
    line: dict[str, Any] = {
        "id": 800 + rate_id,
        "rate_code": code,
        "rate_id": rate_id,
        "label": "VAT",
        "compound": False,
    }
    return line if percent is None else {**line, "rate_percent": float(percent)}


def item(
    item_id: int, net: str, tax: str = "", rate_id: int = 1, quantity: Any = 1, name: str = "Thing", **more: Any
) -> dict[str, Any]:
    """A line, shipping or fee element; without tax its tax list is empty."""
    return {
        "id": item_id,
        "name": name,
        "quantity": quantity,
        "total": net,
        "total_tax": str(cents(Decimal(tax or 0))),
        "taxes": [{"id": rate_id, "total": tax, "subtotal": tax}] if tax else [],
        "price": 999999,
        **more,
    }


def order(total: str, lines: Sequence[Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """An order of a Polish consumer at 23 % (rate id 1), gross prices, paid by card, unless `changes` say else."""
    address = {"first_name": "Jan", "last_name": "Testowy", "company": "", "country": "PL", "postcode": "00-001"}
    base: dict[str, Any] = {
        "id": 7001,
        "number": "7001",
        "status": "processing",
        "currency": "PLN",
        "prices_include_tax": True,
        "date_created": "2026-03-02T10:15:00",
        "date_modified": "2026-03-02T10:16:00",
        "date_paid": "2026-03-02T10:16:00",
        "payment_method": "stripe",
        "total": total,
        "line_items": list(lines),
        "shipping_lines": [],
        "fee_lines": [],
        "tax_lines": [tax_line(1, "23")],
        "meta_data": [],
    }
    to = changes.pop("to", {})
    billing = {**address, **to}
    return {**base, "billing": billing, "shipping": dict(billing), **changes}


def read(body: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]] | None = ()) -> Order:
    """The body as it would come over the wire."""
    return read_order(json.dumps(body).encode(), None if refunds is None else list(refunds))


def ask(
    body: Mapping[str, Any],
    given: Rules | None = None,
    history: Sequence[Issued] = (),
    trigger: Trigger | None = None,
    refunds: Sequence[Mapping[str, Any]] | None = (),
) -> Decision:
    """Decide on a body."""
    return decide(read(body, refunds), history, given or rules(), trigger or Trigger())


def document(decision: Decision) -> dict[str, Any]:
    """The drafted document as the vectors write it."""
    assert decision.draft is not None, decision
    return document_of(decision.draft)


def issued(decision: Decision, body: Order | None = None, **changes: Any) -> Issued:
    """The decision carried out: what the ledger would remember."""
    assert decision.draft is not None, decision
    made = Issued(
        kind=decision.draft.kind,
        reference=decision.draft.reference,
        state="issued",
        draft=decision.draft,
        order_modified=body.modified_at if body else None,
        refund_id=decision.refund_id,
    )
    return replace(made, **changes)


def refund(refund_id: int, amount: str, *lines: Mapping[str, Any], at: str = "2026-03-20T09:00:00") -> dict[str, Any]:
    """A refund object; without lines an amount only."""
    return {"id": refund_id, "amount": amount, "date_created": at, "line_items": list(lines)}


def returned(item_id: int, net: str, tax: str = "", rate_id: int = 1, quantity: int = 1) -> dict[str, Any]:
    """A refund line that takes back part of an item: amounts given positive, written negative."""
    taxes = [{"id": rate_id, "total": f"-{tax}"}] if tax else []
    meta = [{"id": 1, "key": "_refunded_item_id", "value": str(item_id)}]
    line_tax = f"-{tax}" if tax else "0"
    return {
        "id": 1,
        "quantity": -quantity,
        "total": f"-{net}",
        "total_tax": line_tax,
        "taxes": taxes,
        "meta_data": meta,
    }
