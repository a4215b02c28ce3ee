"""Examples of Billhook's own order JSON, as they are published: each is read by the tests."""

from __future__ import annotations

from typing import Any

WHOLE: dict[str, Any] = {
    "id": "A-1001",
    "number": "1001",
    "status": "processing",
    "placed": "2026-11-20T10:58:00+01:00",
    "modified": "2026-11-20T11:00:00+01:00",
    "currency": "EUR",
    "total": "128.90",
    "basis": "gross",
    "channel": "ovoko",
    "language": "pl",
    "buyer": {
        "name": "Anna Kowalska",
        "company": "Kowalska i Syn sp. z o.o.",
        "vat_id": "PL5252445767",
        "street": "Prosta 1",
        "postcode": "00-001",
        "city": "Warszawa",
        "country": "PL",
        "email": "anna@example.com",
    },
    "delivery": {"name": "Jan Kowalski", "street": "Krzywa 2", "postcode": "30-001", "city": "Kraków", "country": "PL"},
    "payment": {"method": "card", "paid_at": "2026-11-20T10:59:00+01:00", "reference": "pay_93"},
    "lines": [
        {"id": "1", "name": "Mug", "sku": "MUG-1", "quantity": 3, "rate": "23", "unit_gross": "41.00"},
        {
            "id": "2",
            "name": "Parcel locker",
            "kind": "shipping",
            "quantity": 1,
            "rate": "23",
            "line_gross": "15.90",
        },
        {"id": "3", "name": "Voucher SPRING", "quantity": 1, "rate": "23", "line_gross": "-10.00"},
    ],
    "note": "Please ring twice.",
    "meta": {"warehouse": "KRK"},
}

PARTIAL_REFUND: dict[str, Any] = {
    **WHOLE,
    "status": "completed",
    "modified": "2026-11-25T09:00:00+01:00",
    "completed_at": "2026-11-22T14:00:00+01:00",
    "refunds": [
        {
            "id": "r-1",
            "at": "2026-11-25T09:00:00+01:00",
            "amount": "41.00",
            "reason": "One was broken",
            "lines": [{"id": "1", "quantity": 1, "line_gross": "41.00"}],
        }
    ],
}

PROBLEM: dict[str, Any] = {
    "type": "https://bills.example.com/docs/errors.md#unreadable",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "The order cannot be read: /lines/0, /modified.",
    "code": "UNREADABLE",
    "remedy": "Correct what the problems name, then send the order again; /openapi.json has its shape.",
    "problems": [
        {
            "pointer": "/lines/0",
            "detail": "Exactly one of line_gross, line_net, unit_gross, unit_net is needed; none is given.",
        },
        {"pointer": "/modified", "detail": "This is no time with its zone like 2026-11-21T10:00:00+01:00."},
    ],
}
