"""Jortt keeps the contract."""

from __future__ import annotations

from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract
from tests.adapters.organisation import NETHERLANDS, credentials

VENDOR = Vendor(
    system="jortt",
    credentials=lambda url: credentials(url, CANARY_KEY),
    started={"client_secret": CANARY_KEY, "send_reads": 0},
    home=NETHERLANDS,
    wrong_key={"client_secret": "wrong-key-0815/demo"},
    read_only={"scopes": "invoices:read customers:read organizations:read"},
    creates=r"/v3/invoices$|/credit$",
    searches=r"/v1/customers$",
    pdf_pending={"pdf_pending_reads": 9},
    pause=60.0,
)

test_contract = contract(VENDOR)
