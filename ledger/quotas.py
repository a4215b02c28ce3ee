"""Calls counted by calendar day and month: what a vendor counts so long must outlive Redis and every restart."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, update

from ledger.tables import quotas
from ledger.upsert import insert_for


@dataclass(frozen=True, slots=True)
class Period:
    """One account's window of `window` seconds, in the calendar day or month named `name`."""

    account_id: int
    window: int
    name: str


def take(tx: Connection, period: Period, calls: int, limit: int) -> bool:
    """Count so many calls, if that keeps within `limit`; a new period begins at nothing."""
    _begin(tx, period)
    mine = quotas.c.period == period.name
    fits = case((mine, quotas.c.calls), else_=0) + calls <= limit
    counted = {"period": period.name, "calls": case((mine, quotas.c.calls), else_=0) + calls}
    return tx.execute(update(quotas).where(_row(period), fits).values(counted)).rowcount == 1


def used(tx: Connection, period: Period) -> int:
    """How many calls are counted in the period."""
    query = select(quotas.c.calls).where(_row(period), quotas.c.period == period.name)
    return tx.execute(query).scalar_one_or_none() or 0


def learn(tx: Connection, period: Period, at_least: int) -> None:
    """The vendor counts more than we do: others use the account too."""
    _begin(tx, period)
    mine = quotas.c.period == period.name
    more = {"period": period.name, "calls": case((mine, _larger(at_least)), else_=at_least)}
    tx.execute(update(quotas).where(_row(period)).values(more))


def _larger(at_least: int) -> ColumnElement[int]:
    return case((quotas.c.calls > at_least, quotas.c.calls), else_=at_least)


def last_counted(tx: Connection, account_id: int, window: int) -> tuple[str, int]:
    """The period counted last, and its calls; "" and 0 before the first."""
    query = select(quotas.c.period, func.coalesce(quotas.c.calls, 0))
    row = tx.execute(query.where(quotas.c.account_id == account_id, quotas.c.window == window)).one_or_none()
    return (row[0], row[1]) if row is not None else ("", 0)


def _row(period: Period) -> ColumnElement[bool]:
    return and_(quotas.c.account_id == period.account_id, quotas.c.window == period.window)


def _begin(tx: Connection, period: Period) -> None:
    row = {"account_id": period.account_id, "window": period.window, "period": period.name}
    fresh = insert_for(tx, quotas).values(row)
    tx.execute(fresh.on_conflict_do_nothing(index_elements=["account_id", "window"]))
