"""Which life of the ledger this is, and how far it has come: so that an older copy put in its place is noticed.

The epoch stands in the database, in Redis and in a file under `var/`. The database's is counted up while a clock runs,
and the two others follow it; a witness that remembers more than the database knows has seen a later one (DESIGN 4).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Connection, Text, cast, delete, select, update

from ledger.columns import instant, micros
from ledger.down import LedgerDown
from ledger.settings import write
from ledger.tables import settings
from ledger.upsert import insert_for

_LIFE, _TIDE, _PAST, COPIED, _RESTORED = "epoch", "epoch_tide", "epoch_past", "epoch_copied", "epoch_restored"
_ALL = (_LIFE, _TIDE, _PAST, COPIED, _RESTORED)


@dataclass(frozen=True, slots=True)
class Epoch:
    """`life` is random and begins anew with each accepted restore; `tide` counts up; `past` are lives known to be over.

    `copied_at` is set in a copy that was made as a backup; `restored_at` is when the last restore was accepted.
    """

    life: str
    tide: int = 0
    past: frozenset[str] = field(default=frozenset())
    copied_at: datetime | None = None
    restored_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.life}:{self.tide}"

    def is_behind(self, witness: str) -> bool:
        """Whether a witness (the text of an epoch) remembers what this ledger does not know.

        One that says nothing readable, as a file may after a loss of power, remembers nothing.
        """
        life, tide = parts(witness)
        if not life.isalnum():
            return False
        return tide > self.tide if life == self.life else life not in self.past

    def is_beyond(self, witness: str, tides: int) -> bool:
        """Whether a witness knows nothing of this life, or stopped following it so many tides ago."""
        life, tide = parts(witness)
        return life != self.life or self.tide - tide > tides


def parts(text: str) -> tuple[str, int]:
    """Life and tide of an epoch's text; one without a tide is from before tides were counted."""
    life, _, tide = text.strip().partition(":")
    return life, int(tide) if tide.isdecimal() else 0


def ensure(tx: Connection) -> None:
    """Begin the first life, unless there is one (part of migrating)."""
    for key, value in ((_LIFE, uuid.uuid4().hex), (_TIDE, "0")):
        made = insert_for(tx, settings).values(key=key, value=value)
        tx.execute(made.on_conflict_do_nothing(index_elements=["key"]))


def load(tx: Connection) -> Epoch:
    """The database's own word; raises LedgerDown when it was never migrated."""
    rows = tx.execute(select(settings.c.key, settings.c.value).where(settings.c.key.in_(_ALL)))
    told: dict[str, str] = {row.key: row.value for row in rows}
    if _LIFE not in told:
        raise LedgerDown("The ledger has no epoch: it was never migrated.", remedy="Run the release command.")
    life, tide, past = told[_LIFE], int(told.get(_TIDE, "0")), frozenset(told.get(_PAST, "").split())
    return Epoch(life, tide, past, _moment(told.get(COPIED)), _moment(told.get(_RESTORED)))


def _moment(text: str | None) -> datetime | None:
    return instant(int(text)) if text else None


def advance(tx: Connection) -> None:
    """One further: what happens from here on is later than any copy made before."""
    risen = cast(cast(settings.c.value, BigInteger) + 1, Text)
    if tx.execute(update(settings).where(settings.c.key == _TIDE).values(value=risen)).rowcount == 0:
        write(tx, _TIDE, "1")


def begin(tx: Connection, witnesses: Collection[str], now: datetime) -> Epoch:
    """A new life, after a restore was accepted; those that the database and the witnesses know of are over."""
    before = load(tx)
    over = {*before.past, before.life, *(parts(text)[0] for text in witnesses)}
    write(tx, _LIFE, uuid.uuid4().hex)
    write(tx, _TIDE, "1")
    write(tx, _PAST, " ".join(sorted(over)))
    write(tx, _RESTORED, str(micros(now)))
    tx.execute(delete(settings).where(settings.c.key == COPIED))
    return load(tx)
