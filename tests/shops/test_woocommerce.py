"""The WooCommerce client against a scripted shop: what is asked, what is understood, what each refusal means."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from adapters.shops import client_for
from adapters.shops.base import ShopClient
from schemas.connection import Shop
from tests.shops.scripted import Answerer, Said, site

FIXTURES = Path(__file__).parents[2] / "fixtures/woocommerce-8.2.2"
KEY, SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210"


def captured(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.body").read_bytes())
    return found


def shop(url: str, **credentials: str) -> Shop:
    given = {"consumer_key": KEY, "consumer_secret": SECRET, **credentials}
    return Shop(1, "hat-shop-abcd1234", "woocommerce", "Hats", url, ("s",), given)


def client(url: str, **credentials: str) -> ShopClient:
    return client_for(shop(url, **credentials), allow_private=True, deadline=3)


def always(said: Said) -> Answerer:
    return lambda asked: said


def test_an_order_without_refunds_is_read_with_six_decimals_and_as_it_is() -> None:
    order = captured("009")
    with site(always(Said(order))) as there:
        reading = client(there.url).order("30")
    assert there.paths == [("GET", "/wp-json/wc/v3/orders/30")]
    assert there.asked[0].query["dp"] == "6"
    assert (reading.order_id, reading.status, reading.refunds) == ("30", "processing", 0)
    assert json.loads(reading.body, parse_float=Decimal)["total"] == order["total"]
