"""Orders by REST: lists and their pages, one order, meta, refunds and notes."""

from typing import Any

from tests.simulators import woo
from tests.simulators.woo import code


def test_a_list_has_pages_totals_links_and_an_order(store: woo.Shop) -> None:
    idents = [store.order(created=f"2026-02-0{day}T10:00:00")["id"] for day in (3, 1, 2)]
    first = store.rest("GET", "orders", per_page=2)
    assert [order["id"] for order in first.json()] == [idents[0], idents[2]]
    assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("3", "2")
    assert 'rel="next"' in first.headers["Link"] and "cs_simulator" not in first.headers["Link"]
    assert [order["id"] for order in store.read("orders", page=2, per_page=2)] == [idents[1]]
    assert [order["id"] for order in store.read("orders", order="asc", orderby="id")] == sorted(idents)
    assert [order["id"] for order in store.read("orders", offset=1)] == [idents[2], idents[1]]
    assert store.read("orders", _fields="id,status", include=idents[0]) == [{"id": idents[0], "status": "processing"}]


def test_bounds_are_exclusive_and_mean_site_time_unless_told_otherwise(store: woo.Shop) -> None:
    ident = store.order(created="2026-02-01T10:00:00")["id"]
    asked: dict[str, Any] = {"dates_are_gmt": "true"}
    assert [one["id"] for one in store.read("orders", modified_after="2026-02-01T09:59:59", **asked)] == [ident]
    assert store.read("orders", modified_after="2026-02-01T10:00:00", **asked) == []
    assert [one["id"] for one in store.read("orders", modified_after="2026-02-01T10:59:59")] == [ident]
    assert store.read("orders", modified_after="2026-02-01T11:00:00") == []
    window = {"after": "2026-01-31T00:00:00", "before": "2026-02-02T00:00:00"}
    assert [one["id"] for one in store.read("orders", **window)] == [ident]


def test_a_walk_over_pages_misses_an_order_when_another_changes_meanwhile(store: woo.Shop) -> None:
    idents = [store.order(created=f"2026-02-01T10:00:0{second}")["id"] for second in range(6)]
    asked = {"orderby": "modified", "order": "asc", "per_page": 3, "dates_are_gmt": "true"}
    seen = [order["id"] for order in store.read("orders", page=1, **asked)]
    store.sim("POST", f"orders/{idents[0]}/touch", {})
    seen += [order["id"] for order in store.read("orders", page=2, **asked)]
    assert idents[3] not in seen
    again = store.read("orders", modified_after="2026-02-01T10:00:01", **asked)
    assert idents[3] in [order["id"] for order in again]


def test_statuses_are_filtered_and_trash_is_not_shown(store: woo.Shop) -> None:
    kept, gone = store.order(status="on-hold")["id"], store.order()["id"]
    store.sim("POST", f"orders/{gone}/trash", {})
    assert [order["id"] for order in store.read("orders")] == [kept]
    assert [order["id"] for order in store.read("orders", status="on-hold,pending")] == [kept]
    assert store.read("orders", status="pending") == []
    assert [order["id"] for order in store.read("orders", status="trash")] == [gone]
    assert [order["id"] for order in store.read("orders", **{"status[0]": "on-hold", "status[1]": "failed"})] == [kept]


def test_dp_gives_six_decimals_of_a_shop_without_any(store: woo.Shop) -> None:
    store.sim("POST", "settings", {"decimals": 0, "currency": "HUF", "country": "HU"})
    ident = store.order(lines=[{"name": "Mug", "price": "4999", "quantity": 3, "tax": "27"}])["id"]
    plain, exact = store.read(f"orders/{ident}"), store.read(f"orders/{ident}", dp=6)
    assert (plain["line_items"][0]["total"], plain["line_items"][0]["total_tax"]) == ("11809", "3188")
    assert (exact["line_items"][0]["total"], exact["total"]) == ("11808.661417", "14997.000000")
    assert exact["line_items"][0]["taxes"][0]["total"] == "3188.338583"


def test_dates_are_site_time_beside_gmt_without_z(store: woo.Shop) -> None:
    order = store.read(f"orders/{store.order()['id']}")
    assert (order["date_created"], order["date_created_gmt"]) == ("2026-03-01T10:00:00", "2026-03-01T09:00:00")
    assert (order["date_paid_gmt"], order["date_completed"]) == ("2026-03-01T09:00:00", None)


def test_cash_on_delivery_is_paid_when_completed(store: woo.Shop) -> None:
    ident = store.order(payment_method="cod", status="processing")["id"]
    assert store.read(f"orders/{ident}")["date_paid"] is None
    store.sim("POST", "advance", {"seconds": 60})
    done = store.rest("PUT", f"orders/{ident}", {"status": "completed"}).json()
    assert done["date_paid_gmt"] == done["date_completed_gmt"] == done["date_modified_gmt"] == "2026-03-01T09:01:00"


def test_meta_is_written_by_key_by_id_and_deleted_by_null(store: woo.Shop) -> None:
    ident = store.order(meta={"_invoice": "1", "other": {"a": [1]}})["id"]

    def put(*rows: dict[str, Any]) -> list[tuple[str, Any]]:
        answer = store.rest("PUT", f"orders/{ident}", {"meta_data": list(rows)})
        assert answer.status_code == 200, answer.text
        return [(row["key"], row["value"]) for row in answer.json()["meta_data"]]

    assert put({"key": "_invoice", "value": "2"}, {"value": "no key"}) == [("_invoice", "2"), ("other", {"a": [1]})]
    row = store.read(f"orders/{ident}")["meta_data"][1]["id"]
    assert put({"id": row, "key": "other", "value": 3}) == [("_invoice", "2"), ("other", 3)]
    assert put({"key": "_invoice", "value": None}, {"key": "new", "value": ""}) == [("other", 3), ("new", "")]
    assert store.sim("GET", "summary")["orders"][str(ident)]["meta"] == {"other": 3, "new": ""}


def test_lines_and_unknown_fields_in_a_put_are_refused_and_nothing_is_done(store: woo.Shop) -> None:
    ident = store.order()["id"]
    wrongs: list[dict[str, Any]] = [{"line_items": []}, {"invoice": 1}, {"status": "done"}, {"meta_data": {}}]
    for wrong in wrongs:
        assert code(store.rest("PUT", f"orders/{ident}", {"status": "completed", **wrong}))[0] == 400
    assert store.read(f"orders/{ident}")["status"] == "processing"


def test_the_order_names_a_refund_and_the_sub_resource_has_its_lines(store: woo.Shop) -> None:
    ident = store.order(shipping=[{"title": "Courier", "gross": "15.00"}])["id"]
    lines = [{"item": "MUG", "quantity": 1}, {"item": "shipping"}]
    made = store.sim("POST", f"orders/{ident}/refunds", {"lines": lines, "reason": "broken"})
    order, (refund,) = store.read(f"orders/{ident}"), store.read(f"orders/{ident}/refunds")
    assert order["refunds"] == [{"id": made["id"], "reason": "broken", "total": "-27.90"}]
    assert (order["total"], order["status"]) == ("40.80", "processing")
    line, shipping = refund["line_items"][0], refund["shipping_lines"][0]
    assert (line["quantity"], line["total"], line["total_tax"], line["price"]) == (-1, "-10.16", "-2.74", 10.16)
    assert line["meta_data"][0]["key"] == "_refunded_item_id"
    assert line["meta_data"][0]["value"] == str(order["line_items"][0]["id"])
    assert (shipping["total"], shipping["total_tax"]) == ("-11.81", "-3.19")
    assert (refund["amount"], refund["tax_lines"][0]["tax_total"]) == ("27.90", "-2.74")
    assert store.read(f"orders/{ident}/refunds/{refund['id']}") == refund


def test_refunds_by_amount_by_status_and_too_much(store: woo.Shop) -> None:
    ident = store.order()["id"]
    store.sim("POST", f"orders/{ident}/refunds", {"amount": "5.00"})
    store.sim("POST", f"orders/{ident}/refunds", {"amount": "999"}, status=422)
    assert store.rest("PUT", f"orders/{ident}", {"status": "refunded"}).json()["total"] == "25.80"
    last, first = store.read(f"orders/{ident}/refunds")
    assert (first["amount"], last["amount"], last["reason"]) == ("5.00", "20.80", "Order fully refunded.")
    assert first["line_items"] == last["line_items"] == []
    written = store.rest("POST", f"orders/{store.order()['id']}/refunds", {"amount": "1.00"}).json()
    assert (written["amount"], written["refunded_payment"]) == ("1.00", True)  # unless told not to, money moves
    whole = store.order()["id"]
    store.sim("POST", f"orders/{whole}/refunds", {"lines": "all"})
    assert store.read(f"orders/{whole}")["status"] == "refunded"


def test_a_note_does_not_touch_the_order_and_one_for_the_customer_is_a_mail(store: woo.Shop) -> None:
    ident = store.order(status="pending")["id"]
    before = store.read(f"orders/{ident}")
    store.sim("POST", "advance", {"seconds": 60})
    made = store.rest("POST", f"orders/{ident}/notes", {"note": "Invoice 1/2026"})
    assert (made.status_code, made.json()["customer_note"], made.json()["author"]) == (201, False, "system")
    store.rest("POST", f"orders/{ident}/notes", {"note": "Your invoice", "customer_note": True})
    assert store.read(f"orders/{ident}") == before
    assert [note["note"] for note in store.read(f"orders/{ident}/notes")] == ["Your invoice", "Invoice 1/2026"]
    assert [note["note"] for note in store.read(f"orders/{ident}/notes", type="customer")] == ["Your invoice"]
    assert store.sim("GET", "summary")["emails"] == {str(ident): 1}
    assert code(store.rest("POST", f"orders/{ident}/notes", {})) == (400, "rest_missing_callback_param")


def test_a_change_of_status_leaves_the_shops_own_note(store: woo.Shop) -> None:
    ident = store.order(status="pending")["id"]
    store.sim("POST", f"orders/{ident}/status", {"status": "completed"})
    (note,) = store.read(f"orders/{ident}/notes")
    assert note["note"] == "Order status changed from Pending payment to Completed."
