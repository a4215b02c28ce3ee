"""Failures in a row of each account, whether its circuit is open, and whose turn it is to probe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, literal, select, update

from ledger.columns import Instant
from ledger.tables import breakers
from ledger.upsert import insert_for


@dataclass(frozen=True, slots=True)
class Circuit:
    """`opened_at` None: closed. `probe_at` is when one call may next be tried; `detail` what failed last."""

    failures: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    detail: str = ""


_COLUMNS = (breakers.c.failures, breakers.c.opened_at, breakers.c.probe_at, breakers.c.detail)
CLOSED = Circuit()


def circuit(tx: Connection, account_id: int) -> Circuit:
    """How an account's circuit stands."""
    row = tx.execute(select(*_COLUMNS).where(breakers.c.account_id == account_id)).one_or_none()
    return CLOSED if row is None else Circuit(*row)


def fail(tx: Connection, account_id: int, detail: str, now: datetime, probe_at: datetime, most: int) -> bool:
    """One more failure in a row; True when it is the one that opens the circuit (`most` of them do)."""
    row = {"account_id": account_id}
    tx.execute(insert_for(tx, breakers).values(row).on_conflict_do_nothing(index_elements=["account_id"]))
    c = breakers.c
    opens = c.failures + 1 >= most
    failed = {
        "failures": c.failures + 1,
        "opened_at": case((c.opened_at.is_not(None), c.opened_at), (opens, literal(now, Instant))),
        "probe_at": case((opens, literal(probe_at, Instant))),
        "detail": detail,
    }
    done = update(breakers).where(c.account_id == account_id).values(failed).returning(c.failures)
    return bool(tx.execute(done).scalar_one() == most)


def claim_probe(tx: Connection, account_id: int, now: datetime, next_at: datetime) -> bool:
    """The right to try one call; False for everyone but the first after `probe_at`."""
    c = breakers.c
    mine = (c.account_id == account_id, c.opened_at.is_not(None), c.probe_at <= now)
    return tx.execute(update(breakers).where(*mine).values(probe_at=next_at)).rowcount == 1


def close(tx: Connection, account_id: int) -> None:
    """It answered: nothing has failed in a row any more."""
    closed = {"failures": 0, "opened_at": None, "probe_at": None, "detail": ""}
    tx.execute(update(breakers).where(breakers.c.account_id == account_id).values(closed))


def open_circuits(tx: Connection) -> dict[int, Circuit]:
    """Every account whose circuit is open."""
    query = select(breakers.c.account_id, *_COLUMNS).where(breakers.c.opened_at.is_not(None))
    return {row[0]: Circuit(*row[1:]) for row in tx.execute(query)}
