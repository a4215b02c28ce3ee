"""Fortnox keeps the contract."""

from __future__ import annotations

from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract
from tests.adapters.drafts import SWEDEN

VENDOR = Vendor(
    system="fortnox",
    credentials=lambda url: {
        "url": url,
        "identity_url": f"{url}/oauth-v1",
        "client_id": "simulator-client",
        "client_secret": CANARY_KEY,
        "tenant_id": "1001",
    },
    rotating={"refresh_token": "kanarek-refresh-4711", "tenant_id": ""},
    started={"client_secret": CANARY_KEY, "refresh_token": "kanarek-refresh-4711"},
    home=SWEDEN,
    wrong_key={"client_secret": "wrong-key-0815/demo"},
    refused_options={"terms_of_payment": "NEVER"},
    read_only={"scopes": "companyinformation customer article settings"},
    creates=r"/3/(?:invoices|orders)/?$",
    harmless=r"/token$",
    searches=r"/customers$",
    credit=("PUT", r"/credit$"),
    mail=("GET", r"/email$"),
)

test_contract = contract(VENDOR)
