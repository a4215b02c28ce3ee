"""The four locks, each to be taken out of a process, to show what it is for; the product knows nothing of it.

`UNLOCKED=lease,row` names them: row (the unique key, and who may say `issuing`), lease, look (find before issue),
issuing (what is said before the write leaves).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Flask

import app
from ledger import documents, orders
from ledger.documents import DocumentRow
from ledger.engine import Tx
from ledger.rows import NO_TICK, OrderRow, Tick
from schemas.document import Draft, Found, Sight
from tests.faults import child
from workers import issue
from workers.leases import Leases
from workers.paper import Paper
from workers.pool import Pool


def _row() -> None:
    """Every run claims a row of its own."""
    claim = documents.claim

    def claimed(tx: Tx, order_row_id: int, shop_id: int, draft: Draft, *rest: Any) -> DocumentRow:
        return claim(tx, order_row_id, shop_id, replace(draft, counter=f"{draft.counter}.{uuid4().hex[:8]}"), *rest)

    documents.claim = claimed  # type: ignore[assignment]


def _lease() -> None:
    """Everybody takes an order in hand, and nobody asks whether it is still theirs, nor ends who held it too long."""

    def taken(tx: Tx, shop_id: int, order_id: str, owner: str, event_id: str) -> OrderRow | None:
        return orders.find(tx, shop_id, order_id)

    def renewed(tx: Tx, owners: Collection[str]) -> set[str]:
        return set(owners)

    orders.take_lease, orders.renew = taken, renewed
    orders.holds = lambda tx, row_id, owner: True
    Leases.check = lambda self, owner: None  # type: ignore[method-assign]
    Pool._watch = lambda self: None  # type: ignore[method-assign]


def _look() -> None:
    """Every look-up says that nothing is there."""

    def nothing(paper: Paper, *, doubt: bool = False) -> Found:
        return Found(Sight.NONE)

    issue._look = nothing


def _issuing() -> None:
    """A row stays planned while its document is being made."""

    def unsaid(tx: Tx, document_id: int, now: datetime, tick: Tick = NO_TICK) -> bool:
        return True

    documents.mark_issuing = unsaid


LOCKS: dict[str, Callable[[], None]] = {"row": _row, "lease": _lease, "look": _look, "issuing": _issuing}


def take_out() -> None:
    """Whatever UNLOCKED names."""
    for name in filter(None, os.environ.get("UNLOCKED", "").split(",")):
        LOCKS[name]()


def create_app() -> Flask:
    """The application of a house without these locks: its workers' children come through here, too."""
    take_out()
    child.through("tests.faults.unlocked")
    return app.create_app()


if __name__ == "__main__":
    child.be(create_app)
