"""Worker processes that use one account's token: `python -m tests.tokens.crowd DATABASE ENDPOINT PROCESSES USES`.

It imports once and forks, so that twenty processes cost little. Each says what became of its uses in one line of JSON.
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
from adapters.connect import Limits
from adapters.http import Speaker
from adapters.oauth import Login, OAuth
from ledger import connections
from ledger.engine import Ledger, open_ledger
from ledger.vault import Vault
from schemas.connection import Account
from schemas.errors import Auth, Waiting
from schemas.ports import Guard
from tests.ledger.fixtures import KEY
from tests.tokens.endpoint import CLIENT, FIRST, SECRET
from workers.timing import timing_of
from workers.tokens import Tokens

LIMITS = Limits.within(5.0)
#: A renewal is taken from a dead worker soon; still longer than the call of a living one.
TIMING = replace(timing_of("fast"), token_still=2.0, token_wait=2.0, token_again=0.1)


def oauth_of(ledger: Ledger, account: Account, url: str, *, refresh: str = FIRST) -> OAuth:
    """As an adapter has it; the request for a token also names this process."""
    login = Login(f"{url}/token", CLIENT, SECRET, refresh=refresh, form={"pid": str(os.getpid())})
    store = Tokens(ledger, TIMING, lambda: datetime.now(UTC)).of(account)

    def asks(guard: Guard) -> Speaker:
        return Speaker("test", login.url, guard=guard, limits=LIMITS, allow_private=True)

    return OAuth(login, asks, store, account.key)


def use(speaker: Speaker, ends: float) -> str:
    """One call, put off like an event while another worker renews. A stray 401 (the others used up the new token as
    well) is tried again, as the desk does; a refused renewal is not."""
    while time.monotonic() < ends:
        try:
            speaker.call("POST", "/api", writes=True, json={})
            return "done"
        except Waiting as waiting:
            time.sleep(waiting.seconds or 0.1)
        except Auth as lost:
            if lost.code != "AUTH":
                return f"{lost.code}: {lost.detail} {lost.remedy}"
    return "late"


def work(database: str, url: str, uses: int) -> list[str]:
    ledger = open_ledger(database, Vault([KEY]), timeout=30)
    with ledger.read() as tx:
        account = connections.account_by_key(tx, ledger.vault, "main")
    assert account is not None
    oauth = oauth_of(ledger, account, url)
    speaker = Speaker("test", url, auth=oauth, refused=oauth.refused, limits=LIMITS, allow_private=True)
    return [use(speaker, time.monotonic() + 60) for _ in range(uses)]


def main(database: str, url: str, processes: int, uses: int) -> None:
    logs.configure("WARNING", "json")
    children = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            _end(database, url, uses)
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(any(os.WIFEXITED(end) and end for end in ends))


def _end(database: str, url: str, uses: int) -> NoReturn:
    """A child's whole life."""
    try:
        os.write(1, f"{json.dumps(work(database, url, uses))}\n".encode())
    except Exception:  # noqa: BLE001 - whatever it is, a child must not go on as its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
