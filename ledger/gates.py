"""Gates of shops: calls counted by minute where the platform counts them by the hour, a ban, a refused login."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from ledger.tables import shop_calls, shop_gates
from ledger.upsert import insert_for

MINUTE = 60
#: Counts older than this serve no window (minutes).
KEPT = 180
#: Kind → (minute since 1970, calls) in order of time.
Counts = Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A gate now: `shut_until` None = open; `refused` names the login that was refused, "" none, `refusal` says why."""

    shut_until: datetime | None = None
    refused: str = ""
    refusal: str = ""


_STANDING = select(shop_gates.c.shut_until, shop_gates.c.refused, shop_gates.c.refusal)


def standing(tx: Connection, shop_id: int) -> Standing:
    """How a shop's gate stands."""
    found = tx.execute(_STANDING.where(shop_gates.c.shop_id == shop_id)).one_or_none()
    return Standing() if found is None else Standing(*found)


def lock(tx: Connection, shop_id: int) -> Standing:
    """The same, and nobody else counts at this gate until the transaction ends."""
    mine = _STANDING.where(shop_gates.c.shop_id == shop_id).with_for_update()
    found = tx.execute(mine).one_or_none()
    if found is None:
        _ensure(tx, shop_id)
        found = tx.execute(mine).one()
    return Standing(*found)


def shut(tx: Connection, shop_id: int, until: datetime) -> None:
    """Nobody calls before then; a longer ban stays."""
    known = lock(tx, shop_id).shut_until
    if known is None or known < until:
        _set(tx, shop_id, shut_until=until)


def refuse(tx: Connection, shop_id: int, origin: str, refusal: str) -> None:
    """This login was refused; another one may be tried."""
    _ensure(tx, shop_id)
    _set(tx, shop_id, refused=origin, refusal=refusal)


def admit(tx: Connection, shop_id: int) -> None:
    """A login was good."""
    _set(tx, shop_id, refused="", refusal="")


def counts(tx: Connection, shop_id: int | None, kinds: Collection[str], since: int) -> Counts:
    """Calls of these kinds from a minute on; of all shops for None."""
    c = shop_calls.c
    query = select(c.kind, c.minute, func.sum(c.calls)).where(c.kind.in_(kinds), c.minute >= since)
    query = query if shop_id is None else query.where(c.shop_id == shop_id)
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in kinds}
    for kind, minute, calls in tx.execute(query.group_by(c.kind, c.minute).order_by(c.minute)):
        found[kind].append((minute, int(calls)))
    return found


def count(tx: Connection, shop_id: int, kinds: Collection[str], minute: int) -> None:
    """One more call of each kind; what is too old for any window goes."""
    if not kinds:
        return
    c = shop_calls.c
    rows = [{"shop_id": shop_id, "kind": kind, "minute": minute, "calls": 1} for kind in kinds]
    more = insert_for(tx, shop_calls).values(rows)
    again = more.on_conflict_do_update(index_elements=["shop_id", "kind", "minute"], set_={"calls": c.calls + 1})
    if 1 in tx.execute(again.returning(c.calls)).scalars().all():
        tx.execute(delete(shop_calls).where(c.shop_id == shop_id, c.kind.in_(kinds), c.minute < minute - KEPT))


def forget(tx: Connection, shop_id: int, kind: str) -> None:
    """None of this kind counts any more."""
    tx.execute(delete(shop_calls).where(shop_calls.c.shop_id == shop_id, shop_calls.c.kind == kind))


def _ensure(tx: Connection, shop_id: int) -> None:
    row = insert_for(tx, shop_gates).values(shop_id=shop_id)
    tx.execute(row.on_conflict_do_nothing(index_elements=["shop_id"]))


def _set(tx: Connection, shop_id: int, **values: object) -> None:
    tx.execute(update(shop_gates).where(shop_gates.c.shop_id == shop_id).values(values))
