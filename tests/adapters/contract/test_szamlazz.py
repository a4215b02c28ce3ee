"""Számlázz.hu keeps the contract."""

from __future__ import annotations

from schemas.document import Seller
from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.contract.suite import contract
from tests.adapters.drafts import Home

VENDOR = Vendor(
    system="szamlazz",
    credentials=lambda url: {"url": f"{url}/szamla", "agent_key": CANARY_KEY},
    started={"token": CANARY_KEY},
    wrong_key={"agent_key": "wrong-key-0815/demo"},
    home=Home(
        seller=Seller("Bolt Kft.", "HU", vat_id="HU12345676", timezone="Europe/Budapest"),
        currency="EUR",
        foreign="USD",
        rates={"23": "27", "8": "18", "5": "5"},
    ),
    # Several of the contract's documents share an order number, which Számlázz.hu takes for one order.
    options={"order_number": "reference"},
    refused_options={"prefix": "NINCS"},
    read_only={"rights": "read"},
    role_shows=False,
    # One address for everything: the stand-in's log and faults name the file field behind it.
    creates=r"#action-xmlagentxmlfile$",
    harmless=r"#action-szamla_agent_(?:xml|pdf)$",
    looks=r"#action-szamla_agent_xml$",
    credit=("POST", r"#action-szamla_agent_st$"),
    refusals=(200,),
)

test_contract = contract(VENDOR)
