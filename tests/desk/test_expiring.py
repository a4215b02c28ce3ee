"""Keys that end soon are an alarm of their own, until they are replaced."""

from __future__ import annotations

from datetime import timedelta

from ledger import alarms, api_keys, connections
from schemas import apikey
from tests.desk.conftest import Desk
from workers.clock import Clock


def add(desk: Desk, name: str, days: float) -> int:
    with desk.ledger.write() as tx:
        return api_keys.add(
            tx, apikey.new_key(), name=name, scopes=[], shop_id=desk.shop.id, now=desk.now,
            expires_at=desk.now + timedelta(days=days),
        ).id  # fmt: skip


def sounded(desk: Desk) -> list[str]:
    with desk.ledger.read() as tx:
        return sorted(alarm.detail for alarm in alarms.open_alarms(tx) if alarm.kind == "key_ends")


def test_the_clock_warns_of_keys_that_end_and_forgets_those_that_were_replaced(desk: Desk) -> None:
    seconds = [0.0]
    clock = Clock(desk.services, "test", monotonic=lambda: seconds[0])

    def tick() -> list[str]:
        seconds[0] += desk.services.timing.tidy
        clock.tick()
        return sounded(desk)

    add(desk, "long", 365)
    assert tick() == []
    short, last = add(desk, "short", 20), (desk.now + timedelta(days=10)).date()
    with desk.ledger.write() as tx:
        connections.set_account_credentials(tx, desk.ledger.vault, desk.account.id, desk.account.credentials, last)
    of_account = f"The key of account books ends on {last}, in 14 days or less."
    of_key = f"The API key short ends on {(desk.now + timedelta(days=20)):%Y-%m-%d}, in 30 days or less."
    assert tick() == [of_key, of_account]
    assert len(tick()) == 2
    with desk.ledger.read() as tx:
        assert {alarm.times for alarm in alarms.open_alarms(tx) if alarm.kind == "key_ends"} == {1}
    with desk.ledger.write() as tx:
        api_keys.revoke(tx, short, desk.now)
    assert tick() == [of_account]
    desk.later(24 * 3600 * 340)
    assert [line.split()[3] for line in tick()] == ["long", "account"]


def test_a_key_that_ends_is_said_again_14_7_and_1_days_before_and_after_its_end(desk: Desk) -> None:
    seconds = [0.0]
    clock = Clock(desk.services, "test", monotonic=lambda: seconds[0])
    last = (desk.now + timedelta(days=40)).date()
    with desk.ledger.write() as tx:
        connections.set_account_credentials(tx, desk.ledger.vault, desk.account.id, desk.account.credentials, last)
    heard: dict[str, int] = {}
    for day in range(45):
        seconds[0] += desk.services.timing.tidy
        clock.now_and_then()
        for line in sounded(desk):
            heard.setdefault(line.removeprefix(f"The key of account books ends on {last}, "), day)
        desk.later(24 * 3600)
    assert heard == {
        "in 30 days or less.": 10, "in 14 days or less.": 26, "in 7 days or less.": 33, "within a day.": 39,
        f"The key of account books ended on {last}.": 41,
    }  # fmt: skip
