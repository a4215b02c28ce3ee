"""Orders in Billhook's own JSON, and signatures of them made by hand from the Standard Webhooks text."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
JSON = {"Content-Type": "application/json"}


def order(order_id: object = "A-1001", **changes: Any) -> dict[str, Any]:
    """A paid order of 123.00 EUR at 23 %, as a tool would send it; None takes a field away."""
    said: dict[str, Any] = {
        "id": order_id,
        "number": "1001",
        "modified": "2026-11-20T10:00:00Z",
        "placed": "2026-11-20T09:58:00+00:00",
        "status": "processing",
        "currency": "EUR",
        "total": "123.00",
        "basis": "gross",
        "buyer": {
            "name": "Anna Kowalska",
            "country": "PL",
            "street": "Prosta 1",
            "city": "Warszawa",
            "postcode": "00-001",
        },
        "payment": {"method": "card", "paid_at": "2026-11-20T09:59:00Z", "reference": "pay-1"},
        "lines": [{"id": "1", "name": "Mug", "quantity": 1, "rate": "23", "line_gross": "123.00"}],
    }
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def body_of(order_id: object = "A-1001", **changes: Any) -> bytes:
    return json.dumps(order(order_id, **changes), ensure_ascii=False).encode()


def signed(
    body: bytes, secret: str = SECRET, at: float | None = None, message: str = "msg_1", more: str = ""
) -> dict[str, str]:
    """The three headers; `at` in seconds, now when not given; `more` signatures stand before the right one."""
    seconds = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = hmac.digest(key, f"{message}.{seconds}.".encode() + body, hashlib.sha256)
    signature = f"{more} v1,{base64.b64encode(right).decode()}".strip()
    return {**JSON, "webhook-id": message, "webhook-timestamp": seconds, "webhook-signature": signature}


def bearer(key: str) -> dict[str, str]:
    return {**JSON, "Authorization": f"Bearer {key}"}
