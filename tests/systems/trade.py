"""A system's own trade: an order that it can invoice, a login to it, and a key that is withdrawn over there.

Everything is read from the system's Vendor (tests/adapters/contract/test_<system>.py): a system joins by having one.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from adapters import ADAPTERS
from schemas.document import Seller
from simulators.tokens import Tokens
from simulators.world import World
from tests.adapters.contract.bench import CANARY_KEY, Vendor
from tests.adapters.drafts import Home
from tests.browser.house import order

RENEWED_KEY = "kanarek-key-4712/renewed"
SYSTEMS = tuple(sorted(ADAPTERS))


def vendor_of(system: str) -> Vendor:
    found: Vendor = importlib.import_module(f"tests.adapters.contract.test_{system}").VENDOR
    return found


#: Those whose login may be a refresh token that is good once.
ROTATING = tuple(system for system in SYSTEMS if vendor_of(system).rotating)


def order_at(home: Home, number: int, **person: str) -> dict[str, Any]:
    """A paid WooCommerce order of the seller's own country, in its currency and at its standard rate."""
    country = home.seller.country
    made = order(number, int(home.rates.get("23", "23")), currency=home.currency)
    taxes = [{**row, "rate_code": f"{country}-VAT-1"} for row in made["tax_lines"]]
    at_home = {**made["billing"], "country": country, "postcode": "00-001", "city": "Town", "address_1": "Way 1"}
    return {**made, "tax_lines": taxes, "billing": {**at_home, **person}, "shipping": at_home}


def company(seller: Seller) -> tuple[str, ...]:
    """The options of `flask account add` that describe it."""
    told = ("--seller", seller.name, "--country", seller.country, "--timezone", seller.timezone)
    return (*told, *(("--vat-id", seller.vat_id) if seller.vat_id else ()), *(("--oss",) if seller.oss else ()))


def said(values: Mapping[str, str]) -> list[str]:
    """`--set FIELD=VALUE` for each."""
    return [part for name, value in values.items() for part in ("--set", f"{name}={value}")]


def renewed(vendor: Vendor) -> Mapping[str, str]:
    """The fields that a new key goes into, and the new key."""
    return dict.fromkeys(vendor.wrong_key, RENEWED_KEY)


def withdraw_key(vendor: Vendor, world: World) -> None:
    """Over there a person puts the new key in the old one's place: it is refused at once, and so are its tokens."""
    with world.lock:
        names = [name for name, value in vendor.started.items() if value == CANARY_KEY]
        assert names, "the contract starts the stand-in with the canary as its key"
        world.change(dict.fromkeys(names, RENEWED_KEY))
        if tokens := tokens_of(world):
            tokens.expire()


def tokens_of(world: World) -> Tokens | None:
    """What a stand-in with OAuth has handed out."""
    found = getattr(world, "tokens", None)
    return found if isinstance(found, Tokens) else None
