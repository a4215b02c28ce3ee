"""Worker processes that issue in one series: `python -m tests.adapters.series_crowd DATABASE SIMULATOR PROCESSES EACH`.

It imports once and forks. Each document has a lease and turns of its own, as at the desk. Every process says the
numbers that it was given in one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import replace
from typing import NoReturn

import logs
from adapters.idoklad import Idoklad
from adapters.oauth import InMemory
from ledger import orders
from ledger.engine import Ledger, open_ledger
from ledger.vault import Vault
from schemas.connection import Account
from schemas.errors import Waiting
from tests.adapters.contract.test_idoklad import VENDOR
from tests.adapters.drafts import CZECHIA, at, draft
from tests.ledger.fixtures import KEY
from workers.timing import timing_of
from workers.turns import LedgerTurns

TIMING = replace(timing_of("fast"), turn=30.0, turn_pause=0.01)


def account_at(url: str, number: int = 1) -> Account:
    return Account(number, "main", "idoklad", "Main", CZECHIA.seller, credentials=VENDOR.credentials(url))


def issued(ledger: Ledger, account: Account, shop_id: int, order: str, tokens: InMemory) -> str:
    """One document, as a worker makes it: under its order's lease."""
    owner = f"{os.getpid()}/{order}"
    with ledger.write() as tx:
        row = orders.take_lease(tx, shop_id, order, owner, "e")
    assert row is not None, f"order {order} is in another hand"
    turns = LedgerTurns(ledger, account.id, owner, TIMING)
    adapter = Idoklad(account, turns=turns, tokens=tokens, allow_private=True, deadline=60.0)
    with at(CZECHIA):
        number = adapter.issue(draft(order=order)).number
    with ledger.write() as tx:
        orders.release(tx, row.id, owner)
    return number


def work(database: str, url: str, process: int, each: int) -> list[str]:
    ledger, tokens = open_ledger(database, Vault([KEY]), timeout=60), InMemory()
    given = []
    for number in range(process * each, (process + 1) * each):
        while True:
            try:
                given.append(issued(ledger, account_at(url), 1, str(number), tokens))
                break
            except Waiting:
                continue
    return given


def main(database: str, url: str, processes: int, each: int) -> None:
    logs.configure("WARNING", "json")
    children = []
    for process in range(processes):
        child = os.fork()
        if child == 0:
            _end(database, url, process, each)
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(any(ends))


def _end(database: str, url: str, process: int, each: int) -> NoReturn:
    """A child's whole life."""
    try:
        os.write(1, f"{json.dumps(work(database, url, process, each))}\n".encode())
    except Exception:  # noqa: BLE001 - whatever it is, a child must not go on as its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
