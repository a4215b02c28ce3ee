"""Billingo keeps the contract."""

from __future__ import annotations

from adapters.base import OfficialState
from schemas.document import Seller
from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract
from tests.adapters.drafts import Home

VENDOR = Vendor(
    system="billingo",
    credentials=lambda url: {"url": f"{url}/v3", "api_key": CANARY_KEY},
    started={"token": CANARY_KEY, "pdf_pending_reads": 0},
    wrong_key={"api_key": "wrong-key-0815/demo"},
    home=Home(
        Seller("Bolt Kft.", "HU", vat_id="HU12345676", oss=True, timezone="Europe/Budapest"),
        currency="HUF",
        rates={"23": "27", "8": "18", "5": "5"},
    ),
    options={"block_id": "1001"},
    refused_options={"block_id": "999999"},
    read_only={"key_scope": "read"},
    pdf_pending={"pdf_pending_reads": 1},
    creates=r"/documents(?:/\d+/(?:cancel|create-[a-z-]+))?$",
    harmless=r"/documents/0/archive$",
    searches=r"/partners$",
    official={
        OfficialState.WAITING: {"nav_status": "processing"},
        OfficialState.ACCEPTED: {"nav_status": "done"},
        OfficialState.REFUSED: {"nav_status": "aborted"},
    },
)

test_contract = contract(VENDOR)
