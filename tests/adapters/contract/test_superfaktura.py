"""SuperFaktura keeps the contract."""

from __future__ import annotations

from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract

VENDOR = Vendor(
    system="superfaktura",
    credentials=lambda url: {"url": url, "email": "shop+sf@example.test", "apikey": CANARY_KEY, "company_id": "1"},
    started={"token": CANARY_KEY},
    wrong_key={"apikey": "wrong-key-0815/demo"},
    refused_options={"sequence_id": "999999"},
    read_only={"role": "no_create"},
    role_shows=False,
    creates=r"/invoices/create$",
)

test_contract = contract(VENDOR)
