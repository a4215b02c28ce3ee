"""Workers that issue with one consent: `python -m tests.adapters.token_crowd DATABASE PROCESSES EACH`.

It imports once and forks. Each document has a lease, turns and a look-up first, as at the desk; what is put off or in
doubt is tried again. Every process says the numbers that it was given in one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

import logs
from adapters.fortnox import Fortnox
from ledger import connections, orders
from ledger.engine import Ledger, open_ledger
from ledger.vault import Vault
from schemas.connection import Account
from schemas.document import Draft, Sight
from schemas.errors import Ambiguous, Auth, Transient, Waiting
from tests.adapters.drafts import PERSON, SWEDEN, at, draft
from tests.ledger.fixtures import KEY
from workers.timing import timing_of
from workers.tokens import Tokens
from workers.turns import LedgerTurns

ACCOUNT = "fox"
#: Waits of a busy machine: twenty processes share two cores.
TIMING = replace(timing_of("fast"), token_still=60.0, token_wait=20.0, token_again=0.1, turn=60.0, turn_pause=0.01)
PATIENCE = 240.0


def issued(ledger: Ledger, account: Account, tokens: Tokens, order: str, buyer: str) -> str:
    """The number of one order's document, whatever comes between: a stray 401 too, which did nothing."""
    owner = f"{os.getpid()}/{order}"
    with ledger.write() as tx:
        row = orders.take_lease(tx, 1, order, owner, "e")
    assert row is not None, f"order {order} is in another hand"
    turns = LedgerTurns(ledger, account.id, owner, TIMING)
    adapter = Fortnox(account, turns=turns, tokens=tokens.of(account), allow_private=True, deadline=60.0)
    with at(SWEDEN):
        wanted = draft(order=order, buyer=replace(PERSON, name=buyer, email=f"{buyer}@example.test"))
    number = _there(adapter, wanted)
    with ledger.write() as tx:
        orders.release(tx, row.id, owner)
    return number


def _there(adapter: Fortnox, wanted: Draft) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found = adapter.find(wanted)
            if found.sight is Sight.NONE:
                return adapter.issue(wanted).number
            if found.sight is Sight.ONE:
                return found.document.number
        except (Waiting, Transient, Ambiguous):
            continue
        except Auth as refused:
            if refused.code != "AUTH":
                raise
    return f"{wanted.reference} is late"


def work(database: str, process: int, each: int) -> list[str]:
    ledger = open_ledger(database, Vault([KEY]), timeout=60)
    with ledger.read() as tx:
        account = connections.account_by_key(tx, ledger.vault, ACCOUNT)
    assert account is not None
    tokens = Tokens(ledger, TIMING, lambda: datetime.now(UTC))
    mine = range(process * each, (process + 1) * each)
    return [issued(ledger, account, tokens, str(number), f"buyer{process}") for number in mine]


def main(database: str, processes: int, each: int) -> None:
    logs.configure("WARNING", "json")
    children = []
    for process in range(processes):
        child = os.fork()
        if child == 0:
            _end(database, process, each)
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(any(ends))


def _end(database: str, process: int, each: int) -> NoReturn:
    """A child's whole life."""
    try:
        os.write(1, f"{json.dumps(work(database, process, each))}\n".encode())
    except Exception:  # noqa: BLE001 - whatever it is, a child must not go on as its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
