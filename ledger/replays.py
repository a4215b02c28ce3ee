"""Bulk replays: a row each with filter, cursor and counts, so that a crash neither skips an event nor doubles one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal_column, select, update

from ledger.endings import replay_all
from ledger.listing import Filter, matching
from ledger.tables import events, replays
from schemas.codec import from_json, to_json
from schemas.errors import BillhookError
from schemas.event import State

__all__ = ["Replay", "begin", "cancel", "carry", "count", "latest", "load", "running"]

#: Said as a literal by the partial index as well.
_IS_RUNNING = replays.c.state == literal_column("'running'")


@dataclass(frozen=True, slots=True)
class Replay:
    """A bulk replay; `state` running | done | cancelled. `matched` was counted at its beginning, `replayed` are due.

    Events of the filter up to `until_id` belong to it, later ones do not; those up to `cursor` were dealt with.
    """

    id: int
    filter: Filter
    cursor: str
    until_id: str
    matched: int
    replayed: int
    state: str
    by: str
    created_at: datetime
    ended_at: datetime | None


def count(tx: Connection, wanted: Filter) -> tuple[int, str]:
    """How many events match now, and the id of the last of them ("" when none does)."""
    found = tx.execute(select(func.count(), func.max(events.c.id)).where(*matching(wanted))).one()
    return found[0], found[1] or ""


def begin(tx: Connection, wanted: Filter, by: str, now: datetime) -> Replay:
    """Write a replay down; a clock carries it on from here. Without a state in the filter it is for dead letters."""
    wanted = wanted if wanted.state else replace(wanted, state=State.DEAD)
    matched, last = count(tx, wanted)
    row: dict[str, Any] = {"filter": to_json(wanted), "until_id": last, "matched": matched, "by": by, "created_at": now}
    if not matched:
        row |= {"state": "done", "ended_at": now}
    return _replay(tx.execute(insert(replays).values(row).returning(*replays.c)).one())


def running(tx: Connection) -> list[int]:
    """The replays that have something left to do, oldest first."""
    return list(tx.execute(select(replays.c.id).where(_IS_RUNNING).order_by(replays.c.id)).scalars())


def carry(tx: Connection, replay_id: int, limit: int, now: datetime) -> int:
    """One page, in one transaction: makes its events due, moves the cursor and counts; gives how many it took.

    The row is locked first, so that two clocks take turns and a cancelled replay takes nothing more.
    """
    mine = select(replays).where(replays.c.id == replay_id, _IS_RUNNING).with_for_update()
    found = tx.execute(mine).one_or_none()
    if found is None:
        return 0
    ids = _next(tx, _replay(found), limit)
    replay_all(tx, ids, now)
    moved: dict[str, Any] = {"cursor": ids[-1] if ids else found.cursor, "replayed": replays.c.replayed + len(ids)}
    if len(ids) < limit:
        moved |= {"state": "done", "ended_at": now}
    tx.execute(update(replays).where(replays.c.id == replay_id).values(moved))
    return len(ids)


def _next(tx: Connection, row: Replay, limit: int) -> list[str]:
    left = (events.c.id > row.cursor, events.c.id <= row.until_id, *matching(row.filter))
    return list(
        tx.execute(select(events.c.id).where(*left).order_by(events.c.id).limit(limit).with_for_update()).scalars()
    )


def cancel(tx: Connection, replay_id: int, now: datetime) -> Replay:
    """Take nothing more; what was made due stays due. Raises BillhookError for one that does not exist."""
    ended = {"state": "cancelled", "ended_at": now}
    tx.execute(update(replays).where(replays.c.id == replay_id, _IS_RUNNING).values(ended))
    return load(tx, replay_id)


def load(tx: Connection, replay_id: int) -> Replay:
    """One replay; raises BillhookError when there is none."""
    found = tx.execute(select(replays).where(replays.c.id == replay_id)).one_or_none()
    if found is None:
        raise BillhookError(
            f"There is no replay {replay_id}.", code="NO_REPLAY", remedy="flask event replays lists them."
        )
    return _replay(found)


def latest(tx: Connection, limit: int = 50) -> list[Replay]:
    """Replays, the newest first."""
    return [_replay(row) for row in tx.execute(select(replays).order_by(replays.c.id.desc()).limit(limit))]


def _replay(row: Row[Any]) -> Replay:
    return Replay(**{**row._mapping, "filter": from_json(Filter, row.filter)})
