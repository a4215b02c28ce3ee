"""Every date on a document is a day of the seller: at the turn of the year, on leap days, when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from schemas.connection import Account, Route
from schemas.document import Draft
from tests.money.shop import POLICY, ask, item, order, seller, tax_line
from workers.decide import Rules
from workers.money.rules import rules_of
from workers.retry import backoff, next_step
from workers.timing import REAL

HUNGARY = "Europe/Budapest"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

#: Moment by UTC → the day in Budapest. Its clocks go forward on 28 March 2027 at 01:00 UTC, back on 31 October.
DAYS = {
    "2026-12-31T22:59:59": "2026-12-31",
    "2026-12-31T23:00:00": "2027-01-01",
    "2028-02-28T23:00:00": "2028-02-29",
    "2028-02-29T22:59:59": "2028-02-29",
    "2028-02-29T23:00:00": "2028-03-01",
    "2027-02-28T23:00:00": "2027-03-01",
    "2027-03-27T22:59:59": "2027-03-27",
    "2027-03-27T23:00:00": "2027-03-28",
    "2027-03-28T00:59:59": "2027-03-28",
    "2027-03-28T01:00:00": "2027-03-28",
    "2027-03-28T21:59:59": "2027-03-28",
    "2027-03-28T22:00:00": "2027-03-29",
    "2027-10-30T21:59:59": "2027-10-30",
    "2027-10-30T22:00:00": "2027-10-31",
    "2027-10-31T00:30:00": "2027-10-31",
    "2027-10-31T01:30:00": "2027-10-31",
    "2027-10-31T22:59:59": "2027-10-31",
    "2027-10-31T23:00:00": "2027-11-01",
}


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def rules(now: datetime, zone: str = HUNGARY) -> Rules:
    """The rules as the desk makes them of a route and an account at this moment."""
    account = Account(1, "books", "fakturownia", "Books", seller("HU", timezone=zone))
    return rules_of("shop", Route(1, "way", 1, 1, LONG_AGO, POLICY), account, now)


def drafted(now: datetime, zone: str = HUNGARY, **changes: Any) -> Draft:
    line, rate = item(1, "100.00", "27.00"), tax_line(1, "27", "HU-AFA-1")
    told = {"to": {"country": "HU"}, "tax_lines": [rate], "date_paid": None, **changes}
    body = order("127.00", [line], **told)
    decision = ask(body, rules(now, zone))
    assert decision.draft is not None, decision
    return decision.draft


@pytest.mark.parametrize("moment", DAYS)
def test_issued_and_paid_on_the_sellers_day(moment: str) -> None:
    draft = drafted(at(moment), date_paid_gmt=moment)
    assert (draft.issue_date, draft.tax_point) == (date.fromisoformat(DAYS[moment]),) * 2


@pytest.mark.parametrize(
    ("zone", "day"), [("Atlantic/Reykjavik", "2026-12-31"), ("Europe/Helsinki", "2027-01-01"), ("UTC", "2026-12-31")]
)
def test_the_year_turns_where_the_seller_is(zone: str, day: str) -> None:
    assert str(drafted(at("2026-12-31T22:30:00"), zone).issue_date) == day


def test_paid_in_one_year_and_invoiced_in_the_next() -> None:
    draft = drafted(at("2026-12-31T23:10:00"), date_paid_gmt="2026-12-31T22:50:00")
    assert (str(draft.issue_date), str(draft.tax_point)) == ("2027-01-01", "2026-12-31")


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2028-02-22T12:00:00", "2028-02-29"),
        ("2027-02-22T12:00:00", "2027-03-01"),
        ("2028-02-29T12:00:00", "2028-03-07"),
        ("2026-12-28T12:00:00", "2027-01-04"),
        ("2027-10-25T22:30:00", "2027-11-02"),
    ],
)
def test_days_of_payment_are_days_of_the_calendar(moment: str, due: str) -> None:
    """Cash on delivery: seven days, also over a leap day, the turn of the year and the hour that comes twice."""
    draft = drafted(at(moment), payment_method="cod", status="completed")
    assert str(draft.due_date) == due


def test_waiting_is_counted_in_elapsed_time_while_clocks_change() -> None:
    """Half an hour before the hour that comes twice, a pause of an hour is an hour."""
    now = at("2027-10-31T00:30:00")
    step = next_step(RuntimeError(), 8, now, REAL, Random(1), settle=0)
    assert step.due_at is not None
    assert step.due_at - now == timedelta(seconds=backoff(8, REAL, Random(1))) > timedelta(minutes=45)
