"""Looking at a shop's own list: what was never sent becomes an event, what is known does not, nothing is skipped."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.shops import woocommerce
from adapters.shops.base import Reading
from ledger import alarms, connections, events, polls
from ledger.rows import Alarm
from schemas.errors import AdapterError
from schemas.event import Event
from tests.shops.conftest import PUBLIC_URL, Asking, until
from tests.shops.scripted import Asked, Said, page, refused
from workers.clock import Clock
from workers.shop import polling, rounds
from workers.shop.polling import Looked

PERIOD = 15.0


def look(asking: Asking, **more: Any) -> Looked:
    return polling.look(asking.desk.services, asking.desk.shop, **more)


def stored(asking: Asking) -> list[Event]:
    with asking.desk.ledger.read() as tx:
        return [event for event in events.page(tx, limit=500) if event.source == "poll"]


def row(asking: Asking) -> polls.Poll:
    with asking.desk.ledger.read() as tx:
        return polls.load(tx, asking.desk.shop.id)


def open_alarms(asking: Asking) -> list[Alarm]:
    with asking.desk.ledger.read() as tx:
        return alarms.open_alarms(tx)


def just_now(asking: Asking) -> str:
    return f"{asking.desk.now:%Y-%m-%dT%H:%M:%S}"


def many(asking: Asking, count: int) -> None:
    for number in range(count):
        seconds = f"{number // 60:02}:{number % 60:02}"
        asking.shop.has("009", id=1000 + number, number=str(1000 + number),
                        date_modified_gmt=f"2026-11-21T05:{seconds}")  # fmt: skip


def test_an_order_that_was_never_sent_becomes_an_event_and_gets_its_invoice(asking: Asking) -> None:
    asking.shop.has("009")
    found = look(asking)
    assert (found.listed, found.stored) == (1, 1)
    (event,) = stored(asking)
    assert (event.order_id, event.status, event.topic) == ("30", "processing", "order.polled")
    assert asking.desk.run(event.id) is None
    assert asking.desk.there() == 1


def test_what_the_shop_sent_itself_is_no_news(asking: Asking) -> None:
    asking.deliver("009")
    assert (look(asking).listed, look(asking).stored, stored(asking)) == (1, 0, [])


def test_what_was_stored_by_one_look_is_no_news_to_the_next(asking: Asking) -> None:
    asking.shop.has("009")
    assert [look(asking).stored for _ in range(3)] == [1, 0, 0]


@pytest.mark.parametrize(
    "change",
    [
        {"date_modified_gmt": "2026-11-21T01:42:23"},
        {"refunds": [{"id": 9, "reason": "", "total": "-1.00"}]},
        {"status": "completed"},
        {"status": "my-own-status"},
    ],
    ids=["later", "one more refund", "further on in the same second", "another word of the same rank"],
)
def test_a_newer_state_is_news(asking: Asking, change: dict[str, Any]) -> None:
    asking.deliver("009")
    asking.shop.has("009", **change)
    assert look(asking).stored == 1


def test_an_older_state_than_the_one_known_is_no_news(asking: Asking) -> None:
    asking.desk.captured("010")
    asking.shop.has("007")
    assert look(asking).stored == 0


def test_a_dead_letter_is_known_and_is_not_woken_by_every_look(asking: Asking) -> None:
    event_id = asking.deliver("035", total="99.99")
    asking.desk.run(event_id)
    assert look(asking).stored == 0
    assert asking.desk.event(event_id).state.value == "dead"


def test_orders_placed_before_every_route_are_not_even_events(asking: Asking) -> None:
    asking.shop.has("009", id=77, date_created_gmt="2026-10-31T23:59:59")
    asking.shop.has("009", id=78, date_created_gmt="2026-11-01T00:00:00")
    found = look(asking, since=datetime(2026, 1, 1, tzinfo=UTC))
    assert (found.listed, found.stored) == (2, 1)
    assert [event.order_id for event in stored(asking)] == ["78"]


def test_an_old_order_that_the_ledger_knows_is_followed_all_the_same(asking: Asking) -> None:
    asking.desk.captured("007", date_created_gmt="2026-10-01T00:00:00")
    asking.shop.has("009", date_created_gmt="2026-10-01T00:00:00")
    assert look(asking).stored == 1


def test_a_look_begins_a_little_before_where_the_last_one_ended(asking: Asking) -> None:
    asking.shop.has("009")
    look(asking)
    assert row(asking).mark == datetime(2026, 11, 21, 1, 42, 22, tzinfo=UTC)
    second = look(asking)
    assert second.since == datetime(2026, 11, 21, 1, 42, 22, tzinfo=UTC) - timedelta(seconds=30)


def test_the_first_look_begins_at_the_starting_line(asking: Asking) -> None:
    assert look(asking).since == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_look_that_begins_behind_the_mark_leaves_no_gap(asking: Asking) -> None:
    asking.shop.has("009", id=501)
    look(asking)
    asking.shop.has("009", id=502, date_modified_gmt="2026-11-21T04:00:00")
    asking.shop.has("009", id=503, date_modified_gmt="2026-11-21T05:00:00")
    assert look(asking, since=datetime(2026, 11, 21, 4, 30, tzinfo=UTC)).stored == 1
    assert row(asking).mark == datetime(2026, 11, 21, 1, 42, 22, tzinfo=UTC)
    assert look(asking).stored == 1
    assert [event.order_id for event in reversed(stored(asking))] == ["501", "503", "502"]


def test_an_order_without_a_modification_time_is_news_once() -> None:
    reading = Reading("7", lambda: b"{}", None, "processing")
    assert polling.is_news(reading, None)
    assert not polling.is_news(reading, [])


def test_what_is_known_already_is_listed_without_being_put_together(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(asking, 3)
    assert look(asking).stored == 3
    made = woocommerce.to_reading
    put_together: list[str] = []

    def watched(order: Mapping[str, Any]) -> Reading:
        reading = made(order)

        def whole() -> bytes:
            put_together.append(reading.order_id)
            return reading.body

        return replace(reading, whole=whole)

    monkeypatch.setattr(woocommerce, "to_reading", watched)
    asking.shop.has("009", id=1003, number="1003", date_modified_gmt="2026-11-21T05:00:03")
    found = look(asking)
    assert (found.listed, found.stored, set(put_together)) == (4, 1, {"1003"})


def test_a_shop_whose_clock_was_put_back_hides_nothing(asking: Asking) -> None:
    asking.shop.has("009", date_modified_gmt="2031-01-01T00:00:00")
    look(asking)
    assert look(asking).since < asking.desk.now


def test_a_list_that_breaks_off_keeps_the_mark_and_raises_one_alarm(asking: Asking) -> None:
    many(asking, 130)
    whole = asking.site.answer

    def breaks(asked: Asked) -> Said:
        return page(503) if "T05:01" in asked.query.get("modified_after", "") else whole(asked)

    asking.site.answer = breaks
    for _ in range(2):
        with pytest.raises(AdapterError):
            look(asking)
    assert (row(asking).mark, len(stored(asking))) == (None, 100)
    assert row(asking).error and row(asking).ended_at is not None
    (alarm,) = open_alarms(asking)
    assert (alarm.kind, alarm.key, alarm.times) == ("poll_failed", asking.desk.shop.key, 2)
    asking.site.answer = whole
    assert look(asking).stored == 30
    assert len({event.order_id for event in stored(asking)}) == len(stored(asking)) == 130
    assert (open_alarms(asking), row(asking).error) == ([], "")


def test_a_look_that_goes_well_wakes_what_waited_for_the_shops_key(asking: Asking) -> None:
    asking.shop.broken = refused("woocommerce_rest_authentication_error", 401)
    event_id = asking.desk.captured("009")
    asking.desk.run(event_id)
    with pytest.raises(AdapterError):
        look(asking)
    assert {alarm.kind for alarm in open_alarms(asking)} == {"poll_failed", "shop_key_refused"}
    asking.shop.broken = None
    asking.shop.has("009")
    look(asking)
    assert (open_alarms(asking), asking.desk.event(event_id).due_at) == ([], asking.desk.now)


def test_progress_is_told_page_by_page_and_stands_in_the_ledger(asking: Asking) -> None:
    many(asking, 250)
    told: list[tuple[int, int]] = []

    def tell(looked: Looked) -> None:
        told.append((looked.listed, row(asking).listed))

    look(asking, tell=tell)
    assert told == [(100, 100), (200, 200), (250, 250)]


def test_the_clock_visits_a_shop_once_a_period_whoever_else_ticks(asking: Asking) -> None:
    asking.shop.has("009")
    clocks = [Clock(asking.desk.services, name) for name in ("one", "two")]
    for clock in clocks:
        clock.visit_shops()
    until(lambda: row(asking).good_at)
    assert len([a for a in asking.site.asked if a.path.endswith("/orders")]) == 1
    asking.desk.later(PERIOD + 1)
    until(lambda: not any(clock._rounds.busy for clock in clocks))
    for clock in clocks:
        clock.visit_shops()
    until(lambda: row(asking).good_at == asking.desk.now)
    assert len([a for a in asking.site.asked if a.path.endswith("/orders")]) == 2


def test_a_clock_that_dies_with_a_claim_costs_one_period(asking: Asking) -> None:
    asking.shop.has("009")
    with asking.desk.ledger.write() as tx:
        next_at = asking.desk.now + timedelta(seconds=PERIOD)
        assert polls.claim(tx, asking.desk.shop.id, asking.desk.now, next_at)
        assert not polls.claim(tx, asking.desk.shop.id, asking.desk.now, next_at)
        assert polls.due(tx, asking.desk.now) == []
        assert polls.due(tx, next_at) == [asking.desk.shop.id]


def test_a_slow_shop_keeps_no_clock_waiting(asking: Asking) -> None:
    gate, whole = threading.Event(), asking.site.answer

    def slow(asked: Asked) -> Said:
        gate.wait(20)
        return whole(asked)

    asking.site.answer = slow
    asking.shop.has("009")
    clock = Clock(replace(asking.desk.services), "one")
    began = time.monotonic()
    clock.tick()
    assert time.monotonic() - began < 10 and clock._rounds.busy
    gate.set()
    until(lambda: not clock._rounds.busy)


@pytest.mark.parametrize("mode", ["webhook", "manual"])
def test_modes_without_polling_list_nothing(asking: Asking, mode: str) -> None:
    asking.shop.has("009")
    hooks_of(asking, "active")
    with asking.desk.ledger.write() as tx:
        polls.set_mode(tx, asking.desk.shop.id, mode)
    rounds.visit(asking.desk.services, asking.desk.shop)
    assert not [a for a in asking.site.asked if a.path.endswith("/orders")]
    assert bool(asking.site.asked) == (mode == "webhook")


def test_the_mode_poll_leaves_webhooks_alone(asking: Asking) -> None:
    asking.shop.has("009")
    with asking.desk.ledger.write() as tx:
        polls.set_mode(tx, asking.desk.shop.id, "poll")
    rounds.visit(asking.desk.services, asking.desk.shop)
    assert len(stored(asking)) == 1 and asking.shop.hooks == []


def test_a_shop_that_is_paused_or_has_no_route_is_not_listed(asking: Asking) -> None:
    asking.shop.has("009")
    with asking.desk.ledger.write() as tx:
        way = connections.route_by_key(tx, "way")
        assert way is not None
        connections.set_route_state(tx, way.id, "removed")
    rounds.visit(asking.desk.services, asking.desk.shop)
    assert stored(asking) == []
    with asking.desk.ledger.write() as tx:
        connections.set_shop_state(tx, asking.desk.shop.id, "paused")
        assert polls.due(tx, asking.desk.now) == []


TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")


def hooks_of(asking: Asking, status: str) -> None:
    """The shop has our four webhooks, that for changes in this status."""
    url = f"{PUBLIC_URL}/webhooks/{asking.desk.shop.key}"
    asking.shop.hooks = [
        {"id": number, "topic": topic, "status": status if topic == "order.updated" else "active", "delivery_url": url}
        for number, topic in enumerate(TOPICS, 1)
    ]


def visit(asking: Asking) -> None:
    rounds.visit(asking.desk.services, asking.desk.shop)


def test_a_webhook_that_the_shop_switched_off_is_on_again_and_the_alarm_fades(asking: Asking) -> None:
    hooks_of(asking, "active")
    visit(asking)
    assert open_alarms(asking) == []
    hooks_of(asking, "disabled")
    asking.shop.has("009", date_modified_gmt=just_now(asking))
    visit(asking)
    assert {one["status"] for one in asking.shop.hooks} == {"active"}
    (alarm,) = open_alarms(asking)
    assert alarm.kind == "webhooks_were_off" and "order.updated" in alarm.detail
    assert len(stored(asking)) == 1
    visit(asking)
    assert len(open_alarms(asking)) == 1
    asking.desk.later(2 * 24 * 3600)
    visit(asking)
    assert open_alarms(asking) == []


def test_without_polling_the_gap_of_a_silent_webhook_is_fetched(asking: Asking) -> None:
    with asking.desk.ledger.write() as tx:
        polls.set_mode(tx, asking.desk.shop.id, "webhook")
    hooks_of(asking, "active")
    visit(asking)
    asking.shop.has("009", date_modified_gmt=just_now(asking))
    visit(asking)
    assert stored(asking) == []
    hooks_of(asking, "disabled")
    visit(asking)
    assert [event.order_id for event in stored(asking)] == ["30"]


def test_webhooks_that_cannot_be_mended_are_one_alarm_and_polling_goes_on(asking: Asking) -> None:
    asking.shop.has("009")
    whole = asking.site.answer

    def forbids(asked: Asked) -> Said:
        return refused("woocommerce_rest_cannot_view", 403) if "webhooks" in asked.path else whole(asked)

    asking.site.answer = forbids
    visit(asking)
    visit(asking)
    (alarm,) = open_alarms(asking)
    assert (alarm.kind, alarm.times) == ("webhooks_wrong", 2) and alarm.remedy
    assert (len(stored(asking)), row(asking).hooks_problem) == (1, alarm.detail)
    asking.site.answer = whole
    visit(asking)
    assert open_alarms(asking) == []


def test_a_defect_during_a_visit_is_told_and_the_next_visit_comes(asking: Asking) -> None:
    told: list[str] = []
    asking.shop.broken_list = Said({"not": "a list"})
    services = replace(asking.desk.services, notice=lambda cause: told.append(cause.error_class))

    def spoilt(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    broken = rounds.Rounds(replace(services, shop_client=spoilt))
    broken.set_out()
    until(lambda: not broken.busy)
    assert told == ["ZeroDivisionError"]
    (alarm,) = open_alarms(asking)
    assert alarm.kind == "poll_failed" and "ZeroDivisionError" in alarm.detail
    asking.shop.broken_list = None
    visit(asking)
    assert open_alarms(asking) == []
