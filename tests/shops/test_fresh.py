"""Where the shop can be asked, the desk reads the order afresh before it decides; a body only says that it changed."""

from __future__ import annotations

import json

import pytest

from ledger import alarms, connections, events, orders, readings
from schemas.errors import DeadLettered
from schemas.event import State
from tests.shops.conftest import Asking
from tests.shops.fresh_shop import captured
from tests.shops.scripted import page, refused
from workers.foresee import foresee

#: What these say of the ledger is tried on PostgreSQL by their neighbours.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MODIFIED = "2026-11-21T01:42:22"


def test_the_shop_is_asked_and_not_the_body_believed(asking: Asking) -> None:
    pending = asking.desk.captured("007")
    asking.shop.has("009")
    assert asking.desk.run(pending) is None
    (row,) = asking.desk.documents()
    assert row.document is not None and str(row.document.gross) == "65.92"
    assert ("GET", "/wp-json/wc/v3/orders/30") in asking.site.paths


def test_a_body_that_owes_an_invoice_makes_none_when_the_shop_has_taken_it_back(asking: Asking) -> None:
    paid = asking.desk.captured("009")
    asking.shop.has("009", status="cancelled", date_modified_gmt="2026-11-21T01:50:00")
    assert asking.desk.run(paid) is None
    assert (asking.desk.there(), asking.desk.event(paid).reason) == (0, "NO_DOCUMENT_TO_CANCEL")


def test_the_readings_own_state_is_the_newest_and_is_kept(asking: Asking) -> None:
    asking.desk.run(asking.deliver("007"))
    asking.shop.has("010", date_modified_gmt="2026-11-21T02:00:00")
    asking.desk.run(asking.desk.captured("007", date_modified_gmt="2026-11-21T01:59:00"))
    with asking.desk.ledger.read() as tx:
        row = orders.find(tx, asking.desk.shop.id, "30")
        assert row is not None and row.newest_modified is not None
        kept = readings.body(tx, row.id)
    assert (row.newest_status, f"{row.newest_modified:%H:%M}") == ("completed", "02:00")
    assert kept is not None and json.loads(kept)["status"] == "completed"


def test_a_reading_older_than_the_delivery_waits_uncounted_and_is_repeated(asking: Asking) -> None:
    asking.shop.has("007")
    event_id = asking.desk.captured("009")
    seconds = asking.desk.run(event_id)
    assert isinstance(seconds, float) and 0 < seconds <= 5
    waiting = asking.desk.event(event_id)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.WAITING, "READING_TOO_OLD", 0)
    assert asking.desk.there() == 0
    asking.shop.has("009")
    asking.desk.later(seconds)
    assert asking.desk.run(event_id) is None
    assert asking.desk.there() == 1


def test_an_old_reading_is_repeated_ever_more_rarely(asking: Asking) -> None:
    asking.shop.has("007")
    event_id = asking.desk.captured("009")
    pauses = []
    for _ in range(6):
        pause = asking.desk.run(event_id)
        assert isinstance(pause, float)
        asking.desk.later(pause)
        pauses.append(pause)
    assert pauses == sorted(pauses) and pauses[-1] > 10 * pauses[0]


def test_an_unreachable_shop_is_tried_again_and_the_body_never_takes_its_place(asking: Asking) -> None:
    asking.shop.broken = page(503)
    event_id = asking.desk.captured("009")
    assert isinstance(asking.desk.run(event_id), float)
    waiting = asking.desk.event(event_id)
    assert (waiting.state, waiting.attempts, asking.desk.there()) == (State.WAITING, 1, 0)
    asking.shop.broken = None
    asking.shop.has("009")
    asking.desk.later(60)
    assert asking.desk.run(event_id) is None
    assert asking.desk.there() == 1


def test_a_refused_key_makes_the_shops_events_wait_with_one_alarm(asking: Asking) -> None:
    asking.shop.broken = refused("woocommerce_rest_authentication_error", 401)
    ids = [asking.desk.captured("009", id=900 + n) for n in range(3)]
    for event_id in ids:
        assert isinstance(asking.desk.run(event_id), float)
    with asking.desk.ledger.read() as tx:
        (alarm,) = alarms.open_alarms(tx)
        account = connections.account(tx, asking.desk.ledger.vault, asking.desk.account.id)
    assert (alarm.kind, alarm.key, alarm.times) == ("shop_key_refused", asking.desk.shop.key, 3)
    assert {asking.desk.event(e).waiting_for for e in ids} == {f"shop:{asking.desk.shop.id}"}
    assert account.state == "active"


def test_an_order_deleted_and_said_to_be_so_is_done(asking: Asking) -> None:
    event_id = asking.desk.deliver(b'{"id":57}', "order.deleted")
    assert asking.desk.run(event_id) is None
    assert asking.desk.event(event_id).reason == "ORDER_GONE"


def test_an_order_in_the_bin_that_was_restored_meanwhile_is_decided_on(asking: Asking) -> None:
    event_id = asking.desk.deliver(b'{"id":30}', "order.deleted")
    asking.shop.has("009")
    assert asking.desk.run(event_id) is None
    assert asking.desk.there() == 1


def test_an_order_that_vanished_without_a_word_is_for_a_person(asking: Asking) -> None:
    event_id = asking.desk.captured("009")
    dead = asking.desk.run(event_id)
    assert isinstance(dead, DeadLettered) and (dead.code, asking.desk.there()) == ("ORDER_GONE", 0)
    assert "credentials" in dead.remedy


def test_a_vanished_order_whose_write_was_unanswered_is_found_out_about_first(asking: Asking) -> None:
    asking.desk.fault("reset_after")
    event_id = asking.deliver("009")
    assert isinstance(asking.desk.run(event_id), float)
    assert [row.state for row in asking.desk.documents("issuing")] == ["issuing"]
    asking.shop.orders.clear()
    deleted = asking.desk.deliver(b'{"id":30}', "order.deleted")
    for _ in range(6):
        asking.desk.later(60)
        asking.desk.run(deleted)
    assert (asking.desk.there(), len(asking.desk.documents())) == (1, 1)
    assert asking.desk.event(deleted).reason == "STATUS_IGNORED"


def test_refunds_come_with_their_lines_which_the_body_does_not_tell(asking: Asking) -> None:
    asking.desk.run(asking.deliver("052"))
    order = captured("052")
    line = order["line_items"][0]
    back = {
        "id": 777, "amount": str(round(float(line["total"]) + float(line["total_tax"]), 2)), "reason": "",
        "date_created_gmt": "2026-11-21T03:00:00", "date_created": "2026-11-21T03:00:00", "meta_data": [],
        "line_items": [{
            **line, "id": 900, "quantity": -line["quantity"], "total": f"-{line['total']}",
            "total_tax": f"-{line['total_tax']}",
            "taxes": [{**tax, "total": f"-{tax['total']}"} for tax in line["taxes"] if tax["total"]],
            "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(line["id"])}],
        }],
        "shipping_lines": [], "fee_lines": [], "tax_lines": [],
    }  # fmt: skip
    summary = [{"id": 777, "reason": "", "total": f"-{back['amount']}"}]
    asking.shop.refunds["51"] = [back]
    changed = asking.deliver("052", refunds=summary, date_modified_gmt="2026-11-21T03:00:00")
    assert asking.desk.run(changed) is None
    kinds = sorted(row.kind.value for row in asking.desk.documents())
    assert kinds == ["credit_note", "invoice"]
    assert ("GET", "/wp-json/wc/v3/orders/51/refunds") in asking.site.paths


def test_a_preview_goes_by_the_last_reading_and_asks_nobody(asking: Asking) -> None:
    event_id = asking.desk.captured("007")
    asking.shop.has("007")
    asking.desk.run(event_id)
    asking.shop.has("009")
    again = asking.desk.captured("007", date_modified_gmt=MODIFIED)
    asking.desk.run(again)
    before = len(asking.site.asked)
    with asking.desk.ledger.read() as tx:
        event = events.load(tx, again)
    assert event is not None
    assert [d.reason for d in foresee(asking.desk.ledger, event, asking.desk.now)] == ["ALREADY_INVOICED"]
    assert len(asking.site.asked) == before
