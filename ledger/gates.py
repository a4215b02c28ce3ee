"""Gates of shops: calls counted by minute where the platform counts them by the hour, a ban, a refused login."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update
from sqlalchemy.sql.dml import ReturningInsert

from ledger.tables import shop_calls, shop_gates
from ledger.upsert import insert_for, insert_in

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


_STANDING = select(shop_gates.c.shut_until, shop_gates.c.refused, shop_gates.c.refusal).where(
    shop_gates.c.shop_id == bindparam("shop")
)
_LOCKED = _STANDING.with_for_update()


@cache
def _summed(kinds: int, *, of_one: bool, by_minute: bool) -> Select[Any]:
    """Built once for so many kinds: a list of any length is put together anew each time it is asked for."""
    c = shop_calls.c
    parts = (c.kind, c.minute) if by_minute else (c.kind,)
    query = select(*parts, func.sum(c.calls)).group_by(*parts).order_by(*reversed(parts))
    query = query.where(c.kind.in_([bindparam(f"kind{n}") for n in range(kinds)]), c.minute >= bindparam("since"))
    return query.where(c.shop_id == bindparam("shop")) if of_one else query


@cache
def _one_more(dialect: str) -> ReturningInsert[Any]:
    more, calls = insert_in(dialect, shop_calls), shop_calls.c.calls
    again = more.on_conflict_do_update(index_elements=["shop_id", "kind", "minute"], set_={"calls": calls + 1})
    return again.returning(calls)


def standing(tx: Connection, shop_id: int) -> Standing:
    """How a shop's gate stands."""
    found = tx.execute(_STANDING, {"shop": shop_id}).one_or_none()
    return Standing() if found is None else Standing(*found)


def lock(tx: Connection, shop_id: int) -> Standing:
    """The same, and nobody else counts at this gate until the transaction ends."""
    found = tx.execute(_LOCKED, {"shop": shop_id}).one_or_none()
    if found is None:
        _ensure(tx, shop_id)
        found = tx.execute(_LOCKED, {"shop": shop_id}).one()
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


def totals(tx: Connection, shop_id: int | None, kinds: Collection[str], since: int) -> Mapping[str, int]:
    """How many calls of each of these kinds from a minute on; of all shops for None."""
    return dict.fromkeys(kinds, 0) | {kind: int(calls) for kind, calls in _sums(tx, shop_id, kinds, since)}


def counts(tx: Connection, shop_id: int | None, kinds: Collection[str], since: int) -> Counts:
    """The same by minutes."""
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in kinds}
    for kind, minute, calls in _sums(tx, shop_id, kinds, since, by_minute=True):
        found[kind].append((minute, int(calls)))
    return found


def _sums(
    tx: Connection, shop_id: int | None, kinds: Collection[str], since: int, *, by_minute: bool = False
) -> Sequence[Any]:
    query = _summed(len(kinds), of_one=shop_id is not None, by_minute=by_minute)
    named = {f"kind{n}": kind for n, kind in enumerate(kinds)}
    return tx.execute(query, {**named, "since": since} | ({} if shop_id is None else {"shop": shop_id})).all()


def count(tx: Connection, shop_id: int, kinds: Collection[str], minute: int) -> None:
    """One more call of each kind; what is too old for any window goes."""
    c, more = shop_calls.c, _one_more(tx.dialect.name)
    for kind in kinds:
        row = {"shop_id": shop_id, "kind": kind, "minute": minute, "calls": 1}
        if tx.execute(more, row).scalar_one() == 1:
            tx.execute(delete(shop_calls).where(c.shop_id == shop_id, c.kind == kind, c.minute < minute - KEPT))


def forget(tx: Connection, shop_id: int, kind: str) -> None:
    """None of this kind counts any more."""
    tx.execute(delete(shop_calls).where(shop_calls.c.shop_id == shop_id, shop_calls.c.kind == kind))


def _ensure(tx: Connection, shop_id: int) -> None:
    row = insert_for(tx, shop_gates).values(shop_id=shop_id)
    tx.execute(row.on_conflict_do_nothing(index_elements=["shop_id"]))


def _set(tx: Connection, shop_id: int, **values: object) -> None:
    tx.execute(update(shop_gates).where(shop_gates.c.shop_id == shop_id).values(values))
