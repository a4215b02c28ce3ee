"""Fakturoid keeps the contract."""

from __future__ import annotations

from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract

VENDOR = Vendor(
    system="fakturoid",
    credentials=lambda url: {
        "url": f"{url}/api/v3",
        "slug": "simulator",
        "client_id": "simulator-id",
        "client_secret": CANARY_KEY,
        "contact": "ops@example.test",
    },
    options={"currency": "PLN", "exchange_rates": "EUR 4.25, CZK 0.17"},
    started={"client_secret": CANARY_KEY, "currency": "PLN", "pdf_pending_reads": 0},
    wrong_key={"client_secret": "wrong-key-0815/demo"},
    refused_options={"number_format_id": "999999"},
    read_only={"permission": "read_only"},
    pdf_pending={"pdf_pending_reads": 1},
    searches=r"/subjects/search\.json$",
    retry_after=False,
    creates=r"/invoices\.json$",
)

test_contract = contract(VENDOR)
