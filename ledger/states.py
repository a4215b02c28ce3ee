"""What became of many events at once: for comparing RQ's registries, and the jobs they list, with the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from ledger.tables import events, is_dead
from schemas.event import State

#: So many ids go into one question: databases bound the number of parameters.
AT_ONCE = 500
_COLUMNS = (events.c.id, events.c.state, events.c.reason, events.c.due_at, events.c.order_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an event stands, when it is due again, and whose it is."""

    state: State
    reason: str
    due_at: datetime | None
    order_id: str


def standings(tx: Connection, ids: Collection[str]) -> dict[str, Standing]:
    """The known ones among `ids`, by id."""
    found: dict[str, Standing] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), AT_ONCE):
        for row in tx.execute(select(*_COLUMNS).where(events.c.id.in_(wanted[start : start + AT_ONCE]))):
            found[row.id] = Standing(State(row.state), row.reason, row.due_at, row.order_id)
    return found


def dead_of_shop(tx: Connection, shop_key: str, after: str, limit: int) -> list[str]:
    """A shop's dead events in order of arrival, those behind the id `after` ("" = from the first)."""
    which = (is_dead, events.c.shop_key == shop_key, events.c.id > after)
    return list(tx.execute(select(events.c.id).where(*which).order_by(events.c.id).limit(limit)).scalars())
