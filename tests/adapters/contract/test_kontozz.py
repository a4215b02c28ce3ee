"""Kontozz keeps the contract, by a profile that has a look-up."""

from __future__ import annotations

from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract
from tests.adapters.drafts import HUNGARY
from tests.adapters.kontozz import OPTIONS

VENDOR = Vendor(
    system="kontozz",
    credentials=lambda url: {"url": url, "api_key": CANARY_KEY},
    started={"token": CANARY_KEY},
    wrong_key={"api_key": "wrong-key-0815/demo"},
    home=HUNGARY,
    options=OPTIONS,
    refused_options={"company_id": "8"},
    pdf_pending={"pdf_delay": 60.0},
    creates=r"/(invoices|proformas|correct)$",
)

test_contract = contract(VENDOR)
