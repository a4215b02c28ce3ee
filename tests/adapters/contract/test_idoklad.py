"""iDoklad keeps the contract."""

from __future__ import annotations

from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract
from tests.adapters.drafts import CZECHIA

VENDOR = Vendor(
    system="idoklad",
    credentials=lambda url: {
        "url": f"{url}/v3",
        "identity_url": f"{url}/server",
        "client_id": "simulator-client",
        "client_secret": CANARY_KEY,
        "application_id": "simulator-application",
    },
    started={"client_secret": CANARY_KEY, "refresh_token": "kanarek-refresh-4711"},
    home=CZECHIA,
    wrong_key={"client_secret": "wrong-key-0815/demo"},
    refused_options={"numeric_sequence_id": "999999"},
    read_only={"rights": "readonly"},
    creates=r"/v3/(?:IssuedInvoices|ProformaInvoices|CreditNotes)$",
    harmless=r"/token$|/Recount$",
    rotating={"refresh_token": "kanarek-refresh-4711", "application_id": ""},
)

test_contract = contract(VENDOR)
