"""An account of Kontozz at the real desk: without a look-up nothing is sent twice, and off it holds everything up."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger import documents
from ledger.rows import DocumentRow
from schemas.event import State
from tests.adapters.contract import test_kontozz_blind
from tests.adapters.kontozz import PROFILE
from tests.systems.conftest import Office

pytestmark = pytest.mark.parametrize("system", ["kontozz"], indirect=True)
BUDAPEST = ZoneInfo("Europe/Budapest")

#: An answer that is lost: whether the document was made, and how the call ended.
LOST = {"502_after": 1, "reset_after": 1, "half": 1, "reset_before": 0, "html_200": 0, "empty_200": 0}


def blind(office: Office) -> Office:
    """The same account by a profile without a look-up."""
    office.vendor = test_kontozz_blind.VENDOR
    office.connect()
    return office


def an_hour_later(office: Office) -> None:
    """For both sides: an hour before midnight it is tomorrow over there too, where nothing may be dated but today."""
    later = timedelta(hours=1)
    office.services = replace(office.services, now=lambda: datetime.now(UTC) + later)
    office.world.change({"today": f"{datetime.now(BUDAPEST) + later:%Y-%m-%d}"})
    office.services.leases.monotonic = lambda: time.monotonic() + 3600


def row_of(office: Office, event_id: str) -> DocumentRow:
    with office.console.ledger.read() as tx:
        return next(row for row in documents.page(tx, limit=500) if row.event_id == event_id)


def sends(office: Office) -> int:
    return sum(line["method"] == "POST" for line in office.world.log)


def doubted(office: Office, fault: str) -> str:
    """An order whose one request met a fault, and which came to rest; gives its event."""
    before = sends(office)
    (event_id,) = office.orders(1)
    office.world.plan.arm(fault, method="POST")
    office.work([event_id])
    assert row_of(office, event_id).state == "issuing"
    an_hour_later(office)
    for _ in range(3):
        office.work([event_id])
    event = next(event for event in office.events(State.DEAD) if event.id == event_id)
    assert (event.reason, row_of(office, event_id).state, sends(office) - before) == ("HELD", "held", 1)
    assert "flask document settle" in event.remedy
    assert "flask document issue" in event.remedy
    return event_id


@pytest.mark.parametrize("fault", LOST)
def test_an_unclear_answer_is_never_followed_by_a_second_send_without_a_persons_word(
    office: Office, fault: str
) -> None:
    made = LOST[fault]
    event_id = doubted(blind(office), fault)
    assert (office.there(), sends(office)) == (made, 1)
    if made:
        number = office.world.books()["documents"][0]["number"]
        office.console.says("document", "settle", event_id, "--number", number)
    else:
        office.console.says("document", "issue", event_id)
    for _ in range(2):
        office.work([event_id])
    assert (office.there(), sends(office), len(office.live())) == (1, 2 - made, 1)
    assert (office.events(State.DEAD), office.events(State.WAITING)) == ([], [])
    assert row_of(office, event_id).state == "live"


def test_without_a_look_up_orders_are_issued_once_each(office: Office) -> None:
    ids = blind(office).orders(6)
    for _ in range(2):
        office.work(ids)
    assert (office.there(), sends(office), len(office.live())) == (6, 6, 6)
    assert {line["path"] for line in office.world.log} == {"/api/v1/invoices"}


def test_an_account_is_off_until_profile_and_word_are_there(office: Office) -> None:
    whole = office.vendor
    office.vendor = replace(whole, options={"company_id": "7"})
    office.connect()
    ids = office.orders(3)
    office.work(ids)
    (alarm,) = office.alarms()
    assert (office.state(), alarm.times, len(office.events(State.WAITING))) == ("paused", 1, 3)
    assert "own_sync_off=yes" in alarm.remedy
    office.console.says("account", "edit", office.account, "--set", f"profile={PROFILE}")
    assert office.console.run("account", "resume", office.account).exit_code == 1, "the word is still missing"
    office.console.says("account", "resume", office.account, "--set", "own_sync_off=yes")
    office.work(ids)
    assert (office.there(), len(office.live()), office.alarms()) == (3, 3, [])


def test_orders_wait_for_a_new_key_when_the_old_one_has_ended(office: Office) -> None:
    office.connect()
    yesterday = str(datetime.now(UTC).date() - timedelta(days=2))
    office.console.says("account", "edit", office.account, "--expires-on", yesterday)
    ids = office.orders(3)
    office.work(ids)
    assert (office.state(), len(office.events(State.WAITING)), len(office.world.log)) == ("paused", 3, 0)
    assert office.console.run("account", "resume", office.account).exit_code == 1
    office.world.change({"token": "kanarek-key-4712/renewed"})
    office.console.says("account", "resume", office.account, "--set", "api_key=kanarek-key-4712/renewed",
                        "--expires-on", "2099-12-31")  # fmt: skip
    office.work(ids)
    assert (office.there(), len(office.live()), office.alarms()) == (3, 3, [])
