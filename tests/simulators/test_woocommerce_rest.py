"""The shop's REST API as a client meets it: keys, lists, write-back, refunds, notes, and its own errors."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from simulators import woocommerce
from tests.simulators import woo
from tests.simulators.woo import MUG, V3, signed


@pytest.fixture
def shop() -> Iterator[woo.Shop]:
    with woocommerce.start(clock="2026-03-01T09:00:00") as simulator, woo.Shop(simulator) as client:
        yield client
        assert not simulator.world.crashes, simulator.world.crashes


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# ---- who may come in ----------------------------------------------------------------------------------------------


def test_over_plain_http_only_a_true_signature_comes_in(shop: woo.Shop) -> None:
    url = f"{shop.url}{V3}/orders"
    assert shop.read("orders", status="processing,completed") == []
    assert code(shop.get(url, auth=("ck_simulator", "cs_simulator"))) == (401, "woocommerce_rest_cannot_view")
    wrong = shop.get(url, params=signed("GET", url, {}, secret="cs_other"))
    assert code(wrong) == (401, "woocommerce_rest_authentication_error")
    assert "signature does not match" in wrong.json()["message"]
    told = signed("GET", url, {"page": 1})
    assert code(shop.get(url, params={**told, "page": "2"})) == (401, "woocommerce_rest_authentication_error")
    assert code(shop.get(url, params=signed("POST", url, {}))) == (401, "woocommerce_rest_authentication_error")


def test_sha1_and_the_authorization_header_are_taken_too(shop: woo.Shop) -> None:
    url = f"{shop.url}{V3}/orders"
    told = signed("GET", url, {"per_page": 5})
    header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"'
                                  for name, value in told.items() if name.startswith("oauth_"))  # fmt: skip
    assert shop.get(url, params={"per_page": 5}, headers={"Authorization": header}).status_code == 200


def test_a_nonce_is_good_once_and_a_timestamp_for_15_minutes(shop: woo.Shop) -> None:
    url = f"{shop.url}{V3}/orders"
    told = signed("GET", url, {})
    assert shop.get(url, params=told).status_code == 200
    assert "nonce has already been used" in shop.get(url, params=told).json()["message"]
    old = signed("GET", url, {}, oauth_timestamp=str(int(time.time()) - 1000))
    assert "Invalid timestamp" in shop.get(url, params=old).json()["message"]
    part = {"oauth_consumer_key": "ck_simulator"}
    assert code(shop.get(url, params=part)) == (401, "woocommerce_rest_authentication_missing_parameter")


def test_where_the_shop_sees_tls_basic_and_query_keys_come_in(shop: woo.Shop) -> None:
    shop.sim("POST", "settings", {"ssl": "forwarded"})
    url = f"{shop.url}{V3}/orders"
    tls = {"X-Forwarded-Proto": "https"}
    keys = {"consumer_key": "ck_simulator", "consumer_secret": "cs_simulator"}
    assert shop.get(url, auth=("ck_simulator", "cs_simulator"), headers=tls).status_code == 200
    assert shop.get(url, params=keys, headers=tls).status_code == 200
    assert shop.get(url, params=keys).status_code == 401
    wrong = shop.get(url, auth=("ck_simulator", "cs_wrong"), headers=tls)
    assert code(wrong) == (401, "woocommerce_rest_authentication_error")
    assert wrong.headers["WWW-Authenticate"].startswith("Basic")
    assert code(shop.get(url, auth=("ck_unknown", "x"), headers=tls)) == (401, "woocommerce_rest_cannot_view")


def test_a_read_only_key_is_refused_in_the_shops_own_words(shop: woo.Shop) -> None:
    ident = shop.order()["id"]
    shop.sim("POST", "settings", {"permissions": "read"})
    assert shop.read(f"orders/{ident}")["status"] == "processing"
    refused = shop.rest("PUT", f"orders/{ident}", {"status": "completed"})
    assert refused.json() == {"code": "woocommerce_rest_authentication_error", "data": {"status": 401},
                              "message": "The API key provided does not have write permissions."}  # fmt: skip
    assert shop.read(f"orders/{ident}")["status"] == "processing"
    shop.sim("POST", "settings", {"permissions": "read_write", "rights": "none"})
    assert code(shop.rest("GET", "orders")) == (403, "woocommerce_rest_cannot_view")
    assert code(shop.rest("PUT", f"orders/{ident}", {})) == (403, "woocommerce_rest_cannot_edit")


def test_without_permalinks_the_api_is_a_404_page_and_lives_at_rest_route(shop: woo.Shop) -> None:
    ident = shop.order()["id"]
    shop.sim("POST", "settings", {"permalinks": "plain"})
    page = shop.rest("GET", f"orders/{ident}")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    told = signed("GET", f"{shop.url}/", {"rest_route": f"/wc/v3/orders/{ident}"})
    assert shop.get(f"{shop.url}/", params=told).json()["id"] == ident


def test_unknown_routes_methods_and_ids_have_their_own_codes(shop: woo.Shop) -> None:
    ident = shop.order()["id"]
    asked = {
        ("GET", "nothing"): (404, "rest_no_route"), ("DELETE", "orders"): (404, "rest_no_route"),
        ("GET", "orders/1"): (404, "woocommerce_rest_shop_order_invalid_id"),
        ("PUT", "orders/1"): (400, "woocommerce_rest_shop_order_invalid_id"),
        ("GET", "orders/1/notes"): (404, "woocommerce_rest_order_invalid_id"),
        ("GET", f"orders/{ident}/refunds/1"): (404, "woocommerce_rest_invalid_order_refund_id"),
        ("GET", "products/1"): (404, "woocommerce_rest_product_invalid_id"),
        ("GET", "webhooks/1"): (400, "woocommerce_rest_shop_webhook_invalid_id"),
        ("GET", "settings/none"): (404, "rest_setting_setting_group_invalid"),
    }  # fmt: skip
    assert {call: code(shop.rest(*call, {})) for call in asked} == asked
    assert code(shop.rest("GET", "orders", per_page=101)) == (400, "rest_invalid_param")
    assert shop.rest("GET", "orders", status="done").json()["data"]["params"].keys() == {"status"}
    assert code(shop.rest("GET", "orders", modified_after="yesterday")) == (400, "rest_invalid_param")
    assert code(shop.rest("GET", "orders", modified_since="2026-01-01")) == (400, "rest_invalid_param")


# ---- lists --------------------------------------------------------------------------------------------------------


def test_a_list_has_pages_totals_links_and_an_order(shop: woo.Shop) -> None:
    idents = [shop.order(created=f"2026-02-0{day}T10:00:00")["id"] for day in (3, 1, 2)]
    first = shop.rest("GET", "orders", per_page=2)
    assert [order["id"] for order in first.json()] == [idents[0], idents[2]]
    assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("3", "2")
    assert 'rel="next"' in first.headers["Link"] and "cs_simulator" not in first.headers["Link"]
    assert [order["id"] for order in shop.read("orders", page=2, per_page=2)] == [idents[1]]
    assert [order["id"] for order in shop.read("orders", order="asc", orderby="id")] == sorted(idents)
    assert [order["id"] for order in shop.read("orders", offset=1)] == [idents[2], idents[1]]
    assert shop.read("orders", _fields="id,status", include=idents[0]) == [{"id": idents[0], "status": "processing"}]


def test_bounds_are_exclusive_and_mean_site_time_unless_told_otherwise(shop: woo.Shop) -> None:
    ident = shop.order(created="2026-02-01T10:00:00")["id"]
    asked: dict[str, Any] = {"dates_are_gmt": "true"}
    assert [one["id"] for one in shop.read("orders", modified_after="2026-02-01T09:59:59", **asked)] == [ident]
    assert shop.read("orders", modified_after="2026-02-01T10:00:00", **asked) == []
    assert [one["id"] for one in shop.read("orders", modified_after="2026-02-01T10:59:59")] == [ident]
    assert shop.read("orders", modified_after="2026-02-01T11:00:00") == []
    window = {"after": "2026-01-31T00:00:00", "before": "2026-02-02T00:00:00"}
    assert [one["id"] for one in shop.read("orders", **window)] == [ident]


def test_a_walk_over_pages_misses_an_order_when_another_changes_meanwhile(shop: woo.Shop) -> None:
    idents = [shop.order(created=f"2026-02-01T10:00:0{second}")["id"] for second in range(6)]
    asked = {"orderby": "modified", "order": "asc", "per_page": 3, "dates_are_gmt": "true"}
    seen = [order["id"] for order in shop.read("orders", page=1, **asked)]
    shop.sim("POST", f"orders/{idents[0]}/touch", {})
    seen += [order["id"] for order in shop.read("orders", page=2, **asked)]
    assert idents[3] not in seen
    again = shop.read("orders", modified_after="2026-02-01T10:00:01", **asked)
    assert idents[3] in [order["id"] for order in again]


def test_statuses_are_filtered_and_trash_is_not_shown(shop: woo.Shop) -> None:
    kept, gone = shop.order(status="on-hold")["id"], shop.order()["id"]
    shop.sim("POST", f"orders/{gone}/trash", {})
    assert [order["id"] for order in shop.read("orders")] == [kept]
    assert [order["id"] for order in shop.read("orders", status="on-hold,pending")] == [kept]
    assert shop.read("orders", status="pending") == []
    assert [order["id"] for order in shop.read("orders", status="trash")] == [gone]
    assert [order["id"] for order in shop.read("orders", **{"status[0]": "on-hold", "status[1]": "failed"})] == [kept]


# ---- one order ----------------------------------------------------------------------------------------------------


def test_dp_gives_six_decimals_of_a_shop_without_any(shop: woo.Shop) -> None:
    shop.sim("POST", "settings", {"decimals": 0, "currency": "HUF", "country": "HU"})
    ident = shop.order(lines=[{"name": "Mug", "price": "4999", "quantity": 3, "tax": "27"}])["id"]
    plain, exact = shop.read(f"orders/{ident}"), shop.read(f"orders/{ident}", dp=6)
    assert (plain["line_items"][0]["total"], plain["line_items"][0]["total_tax"]) == ("11809", "3188")
    assert (exact["line_items"][0]["total"], exact["total"]) == ("11808.661417", "14997.000000")
    assert exact["line_items"][0]["taxes"][0]["total"] == "3188.338583"


def test_dates_are_site_time_beside_gmt_without_z(shop: woo.Shop) -> None:
    order = shop.read(f"orders/{shop.order()['id']}")
    assert (order["date_created"], order["date_created_gmt"]) == ("2026-03-01T10:00:00", "2026-03-01T09:00:00")
    assert (order["date_paid_gmt"], order["date_completed"]) == ("2026-03-01T09:00:00", None)


def test_cash_on_delivery_is_paid_when_completed(shop: woo.Shop) -> None:
    ident = shop.order(payment_method="cod", status="processing")["id"]
    assert shop.read(f"orders/{ident}")["date_paid"] is None
    shop.sim("POST", "advance", {"seconds": 60})
    done = shop.rest("PUT", f"orders/{ident}", {"status": "completed"}).json()
    assert done["date_paid_gmt"] == done["date_completed_gmt"] == done["date_modified_gmt"] == "2026-03-01T09:01:00"


def test_meta_is_written_by_key_by_id_and_deleted_by_null(shop: woo.Shop) -> None:
    ident = shop.order(meta={"_invoice": "1", "other": {"a": [1]}})["id"]

    def put(*rows: dict[str, Any]) -> list[tuple[str, Any]]:
        answer = shop.rest("PUT", f"orders/{ident}", {"meta_data": list(rows)})
        assert answer.status_code == 200, answer.text
        return [(row["key"], row["value"]) for row in answer.json()["meta_data"]]

    assert put({"key": "_invoice", "value": "2"}, {"value": "no key"}) == [("_invoice", "2"), ("other", {"a": [1]})]
    row = shop.read(f"orders/{ident}")["meta_data"][1]["id"]
    assert put({"id": row, "key": "other", "value": 3}) == [("_invoice", "2"), ("other", 3)]
    assert put({"key": "_invoice", "value": None}, {"key": "new", "value": ""}) == [("other", 3), ("new", "")]
    assert shop.sim("GET", "summary")["orders"][str(ident)]["meta"] == {"other": 3, "new": ""}


def test_lines_and_unknown_fields_in_a_put_are_refused_and_nothing_is_done(shop: woo.Shop) -> None:
    ident = shop.order()["id"]
    wrongs: list[dict[str, Any]] = [{"line_items": []}, {"invoice": 1}, {"status": "done"}, {"meta_data": {}}]
    for wrong in wrongs:
        assert code(shop.rest("PUT", f"orders/{ident}", {"status": "completed", **wrong}))[0] == 400
    assert shop.read(f"orders/{ident}")["status"] == "processing"


# ---- refunds and notes --------------------------------------------------------------------------------------------


def test_the_order_names_a_refund_and_the_sub_resource_has_its_lines(shop: woo.Shop) -> None:
    ident = shop.order(shipping=[{"title": "Courier", "gross": "15.00"}])["id"]
    made = shop.sim("POST", f"orders/{ident}/refunds", {"lines": [{"item": "MUG", "quantity": 1}, {"item": "shipping"}],
                                                        "reason": "broken"})  # fmt: skip
    order, (refund,) = shop.read(f"orders/{ident}"), shop.read(f"orders/{ident}/refunds")
    assert order["refunds"] == [{"id": made["id"], "reason": "broken", "total": "-27.90"}]
    assert (order["total"], order["status"]) == ("40.80", "processing")
    line, shipping = refund["line_items"][0], refund["shipping_lines"][0]
    assert (line["quantity"], line["total"], line["total_tax"], line["price"]) == (-1, "-10.16", "-2.74", 10.16)
    assert line["meta_data"][0]["key"] == "_refunded_item_id"
    assert line["meta_data"][0]["value"] == str(order["line_items"][0]["id"])
    assert (shipping["total"], shipping["total_tax"]) == ("-11.81", "-3.19")
    assert (refund["amount"], refund["tax_lines"][0]["tax_total"]) == ("27.90", "-2.74")
    assert shop.read(f"orders/{ident}/refunds/{refund['id']}") == refund


def test_refunds_by_amount_by_status_and_too_much(shop: woo.Shop) -> None:
    ident = shop.order()["id"]
    shop.sim("POST", f"orders/{ident}/refunds", {"amount": "5.00"})
    shop.sim("POST", f"orders/{ident}/refunds", {"amount": "999"}, status=422)
    assert shop.rest("PUT", f"orders/{ident}", {"status": "refunded"}).json()["total"] == "25.80"
    last, first = shop.read(f"orders/{ident}/refunds")
    assert (first["amount"], last["amount"], last["reason"]) == ("5.00", "20.80", "Order fully refunded.")
    assert first["line_items"] == last["line_items"] == []
    whole = shop.order()["id"]
    shop.sim("POST", f"orders/{whole}/refunds", {"lines": "all"})
    assert shop.read(f"orders/{whole}")["status"] == "refunded"


def test_a_note_does_not_touch_the_order_and_one_for_the_customer_is_a_mail(shop: woo.Shop) -> None:
    ident = shop.order(status="pending")["id"]
    before = shop.read(f"orders/{ident}")
    shop.sim("POST", "advance", {"seconds": 60})
    made = shop.rest("POST", f"orders/{ident}/notes", {"note": "Invoice 1/2026"})
    assert (made.status_code, made.json()["customer_note"], made.json()["author"]) == (201, False, "system")
    shop.rest("POST", f"orders/{ident}/notes", {"note": "Your invoice", "customer_note": True})
    assert shop.read(f"orders/{ident}") == before
    assert [note["note"] for note in shop.read(f"orders/{ident}/notes")] == ["Your invoice", "Invoice 1/2026"]
    assert [note["note"] for note in shop.read(f"orders/{ident}/notes", type="customer")] == ["Your invoice"]
    assert shop.sim("GET", "summary")["emails"] == {str(ident): 1}
    assert code(shop.rest("POST", f"orders/{ident}/notes", {})) == (400, "rest_missing_callback_param")


def test_a_change_of_status_leaves_the_shops_own_note(shop: woo.Shop) -> None:
    ident = shop.order(status="pending")["id"]
    shop.sim("POST", f"orders/{ident}/status", {"status": "completed"})
    (note,) = shop.read(f"orders/{ident}/notes")
    assert note["note"] == "Order status changed from Pending payment to Completed."


# ---- the shop itself ----------------------------------------------------------------------------------------------


def test_the_shop_tells_its_zone_currency_and_products(shop: woo.Shop) -> None:
    assert shop.get(f"{shop.url}/wp-json/").json()["timezone_string"] == "Europe/Warsaw"
    told = {option["id"]: option["value"] for option in shop.read("settings/general")}
    assert (told["woocommerce_currency"], told["woocommerce_price_num_decimals"]) == ("PLN", "2")
    assert shop.read("system_status")["settings"]["number_of_decimals"] == 2
    order = shop.order(lines=[{**MUG, "categories": ["Books", "Sale"]}])
    product = shop.read(f"products/{order['line_items'][0]['product_id']}")
    assert [category["name"] for category in product["categories"]] == ["Books", "Sale"]
    assert [one["id"] for one in shop.read("products", include=product["id"])] == [product["id"]]


def test_bulk_orders_come_by_seed_and_add_up(shop: woo.Shop) -> None:
    idents = shop.sim("POST", "bulk", {"count": 40, "seed": 7, "minutes": 600})["ids"]
    orders = [order for page in (1, 2) for order in shop.read("orders", per_page=20, page=page)]
    assert sorted(order["id"] for order in orders) == idents
    for order in orders:
        lines = order["line_items"] + order["shipping_lines"] + order["fee_lines"]
        gross = sum(round(100 * (float(line["total"]) + float(line["total_tax"]))) for line in lines)
        assert gross == round(100 * float(order["total"]))
    shop.sim("POST", "reset")
    shop.sim("POST", "bulk", {"count": 40, "seed": 7, "minutes": 600})
    assert shop.read("orders", per_page=1)[0]["total"] == orders[0]["total"]


def test_newer_versions_show_more_and_old_ones_less(shop: woo.Shop) -> None:
    ident = shop.order(shipping="10.00", coupons=[{"code": "ten", "percent": "10"}])["id"]
    shop.sim("POST", f"orders/{ident}/refunds", {"amount": "1.00"})
    shop.sim("POST", "settings", {"version": "11.0.1"})
    order = shop.read(f"orders/{ident}", dp=6)
    assert order["refunds"][0]["total_tax"] == "0.000000"
    assert (order["coupon_lines"][0]["discount_type"], order["coupon_lines"][0]["nominal_amount"]) == ("percent", 10)
    assert order["shipping_lines"][0]["taxes"] == [{"id": 1, "total": "2.700000", "subtotal": ""}]
    assert order["line_items"][0]["global_unique_id"] == ""
    shop.sim("POST", "settings", {"old_refunds": True})
    assert "tax_lines" not in shop.read(f"orders/{ident}/refunds")[0]


def test_a_wrong_description_is_refused_with_every_fault(shop: woo.Shop) -> None:
    told = shop.sim("POST", "orders", {"lines": [{"prise": 1, "quantity": "x"}], "status": "done"}, status=422)
    assert all(word in told["error"] for word in ("lines[0].prise", "lines[0].quantity", "status"))
    assert shop.read("orders") == []


def test_the_common_faults_work_here_too(shop: woo.Shop) -> None:
    ident = shop.order()["id"]
    shop.sim("POST", "faults", {"name": "429", "params": {"retry_after": 7}})
    limited = shop.rest("GET", f"orders/{ident}")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    shop.sim("POST", "faults", {"name": "reset_after"})
    with pytest.raises(requests.ConnectionError):
        shop.rest("PUT", f"orders/{ident}", {"meta_data": [{"key": "done", "value": "1"}]})
    assert shop.read(f"orders/{ident}")["meta_data"][0]["key"] == "done"
    shop.sim("POST", "faults", {"name": "expired_token"})
    assert code(shop.rest("GET", "orders")) == (401, "woocommerce_rest_authentication_error")
    shop.sim("POST", "faults", {"name": "lag"})
    assert shop.read("orders") == [] and len(shop.read("orders")) == 1


def test_the_clock_can_be_set_and_moved(shop: woo.Shop) -> None:
    shop.sim("POST", "advance", {"seconds": 3600})
    order = shop.order()
    assert order["date_modified_gmt"] == "2026-03-01T10:00:00"
