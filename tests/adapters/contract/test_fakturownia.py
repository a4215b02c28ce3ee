"""Fakturownia keeps the contract."""

from __future__ import annotations

from adapters.base import OfficialState
from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract

VENDOR = Vendor(
    system="fakturownia",
    credentials=lambda url: {"url": url, "api_token": CANARY_KEY},
    started={"token": CANARY_KEY},
    wrong_key={"api_token": "wrong-key-0815/demo"},
    refused_options={"department_id": "999999"},
    read_only={"role": "readonly"},
    duplicates={"oid_unique": "off"},
    other_errors=({"message_style": "string"}, {"oid_unique": "account"}),
    pdf_pending={"pdf_pending_reads": 1},
    official={
        OfficialState.WAITING: {"ksef": "on", "ksef_outcome": "processing"},
        OfficialState.ACCEPTED: {"ksef": "demo", "ksef_outcome": "ok"},
        OfficialState.REFUSED: {"ksef": "on", "ksef_outcome": "send_error"},
    },
)

test_contract = contract(VENDOR)
