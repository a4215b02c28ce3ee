"""Konto keeps the contract."""

from __future__ import annotations

from schemas.document import Seller
from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract
from tests.adapters.drafts import Home

VENDOR = Vendor(
    system="konto",
    credentials=lambda url: {"url": f"{url}/api/v1", "username": "shop", "api_key": CANARY_KEY},
    started={"token": CANARY_KEY},
    wrong_key={"api_key": "wrong-key-0815/demo"},
    home=Home(
        seller=Seller("Búð ehf.", "IS", vat_id="IS12345", timezone="Atlantic/Reykjavik"),
        currency="EUR",
        foreign="USD",
        rates={"23": "24", "8": "11", "5": "0"},
    ),
    options={"default_kennitala": "0000000000"},
    creates=r"/create-invoice$",
    harmless=r"/get-",
    refusals=(200,),
    looks=r"/get-dashboard-data$",
    searches=r"/get-customers$",
)

test_contract = contract(VENDOR)
