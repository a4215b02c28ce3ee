"""The shop itself: what it tells of itself, its age and its oddities, and its back door."""

import pytest
import requests

from tests.simulators import woo
from tests.simulators.woo import MUG, code


def test_the_shop_tells_its_zone_currency_and_products(store: woo.Shop) -> None:
    assert store.get(f"{store.url}/wp-json/").json()["timezone_string"] == "Europe/Warsaw"
    told = {option["id"]: option["value"] for option in store.read("settings/general")}
    assert (told["woocommerce_currency"], told["woocommerce_price_num_decimals"]) == ("PLN", "2")
    assert store.read("system_status")["settings"]["number_of_decimals"] == 2
    order = store.order(lines=[{**MUG, "categories": ["Books", "Sale"]}])
    product = store.read(f"products/{order['line_items'][0]['product_id']}")
    assert [category["name"] for category in product["categories"]] == ["Books", "Sale"]
    assert [one["id"] for one in store.read("products", include=product["id"])] == [product["id"]]


def test_bulk_orders_come_by_seed_and_add_up(store: woo.Shop) -> None:
    idents = store.sim("POST", "bulk", {"count": 40, "seed": 7, "minutes": 600})["ids"]
    orders = [order for page in (1, 2) for order in store.read("orders", per_page=20, page=page)]
    assert sorted(order["id"] for order in orders) == idents
    for order in orders:
        lines = order["line_items"] + order["shipping_lines"] + order["fee_lines"]
        gross = sum(round(100 * (float(line["total"]) + float(line["total_tax"]))) for line in lines)
        assert gross == round(100 * float(order["total"]))
    store.sim("POST", "reset")
    store.sim("POST", "bulk", {"count": 40, "seed": 7, "minutes": 600})
    assert store.read("orders", per_page=1)[0]["total"] == orders[0]["total"]


def test_newer_versions_show_more_and_old_ones_less(store: woo.Shop) -> None:
    ident = store.order(shipping="10.00", coupons=[{"code": "ten", "percent": "10"}])["id"]
    store.sim("POST", f"orders/{ident}/refunds", {"amount": "1.00"})
    store.sim("POST", "settings", {"version": "11.0.1"})
    order = store.read(f"orders/{ident}", dp=6)
    assert order["refunds"][0]["total_tax"] == "0.000000"
    assert (order["coupon_lines"][0]["discount_type"], order["coupon_lines"][0]["nominal_amount"]) == ("percent", 10)
    assert order["shipping_lines"][0]["taxes"] == [{"id": 1, "total": "2.700000", "subtotal": ""}]
    assert order["line_items"][0]["global_unique_id"] == ""
    store.sim("POST", "settings", {"old_refunds": True})
    assert "tax_lines" not in store.read(f"orders/{ident}/refunds")[0]


def test_old_shops_ignore_modified_after_and_tell_no_percentage(store: woo.Shop) -> None:
    ident = store.order(created="2026-02-01T10:00:00")["id"]
    assert store.read("orders", modified_after="2026-02-20T00:00:00") == []
    store.sim("POST", "settings", {"old_filters": True, "old_tax_lines": True})
    (found,) = store.read("orders", modified_after="2026-02-20T00:00:00")
    assert (found["id"], found["tax_lines"][0]["rate_percent"]) == (ident, None)


def test_a_php_notice_stands_before_the_json(store: woo.Shop) -> None:
    store.sim("POST", "settings", {"php_notices": True})
    answer = store.rest("GET", "orders")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.text.startswith("<br />") and answer.text.endswith("[]")


def test_a_gift_card_lowers_the_total_outside_the_lines(store: woo.Shop) -> None:
    order = store.order(gift_cards=[{"code": "GC-1", "amount": "20.00"}])
    assert (order["total"], order["total_tax"]) == ("5.80", "5.49")
    assert order["gift_cards"] == [{"id": 1, "code": "GC-1", "amount": "20.00"}]


def test_an_edited_order_has_new_sums_and_the_same_items(store: woo.Shop) -> None:
    order = store.order(shipping="10.00")
    store.sim("POST", "advance", {"seconds": 5})
    store.sim("POST", f"orders/{order['id']}/edit", {"lines": [{**MUG, "quantity": 4}]})
    edited = store.read(f"orders/{order['id']}")
    assert (order["total"], edited["total"]) == ("38.50", "64.30")
    assert edited["line_items"][0]["id"] == order["line_items"][0]["id"]
    assert edited["tax_lines"][0]["id"] == order["tax_lines"][0]["id"]
    assert edited["date_modified_gmt"] == "2026-03-01T09:00:05"


def test_a_wrong_description_is_refused_with_every_fault(store: woo.Shop) -> None:
    told = store.sim("POST", "orders", {"lines": [{"prise": 1, "quantity": "x"}], "status": "done"}, status=422)
    assert all(word in told["error"] for word in ("lines[0].prise", "lines[0].quantity", "status"))
    assert store.read("orders") == []


def test_the_common_faults_work_here_too(store: woo.Shop) -> None:
    ident = store.order()["id"]
    store.sim("POST", "faults", {"name": "429", "params": {"retry_after": 7}})
    limited = store.rest("GET", f"orders/{ident}")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    store.sim("POST", "faults", {"name": "reset_after"})
    with pytest.raises(requests.ConnectionError):
        store.rest("PUT", f"orders/{ident}", {"meta_data": [{"key": "done", "value": "1"}]})
    assert store.read(f"orders/{ident}")["meta_data"][0]["key"] == "done"
    store.sim("POST", "faults", {"name": "expired_token"})
    assert code(store.rest("GET", "orders")) == (401, "woocommerce_rest_authentication_error")
    store.sim("POST", "faults", {"name": "lag"})
    assert store.read("orders") == [] and len(store.read("orders")) == 1


def test_the_clock_can_be_set_and_moved(store: woo.Shop) -> None:
    store.sim("POST", "advance", {"seconds": 3600})
    order = store.order()
    assert order["date_modified_gmt"] == "2026-03-01T10:00:00"
