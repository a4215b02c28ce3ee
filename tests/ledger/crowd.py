"""What a crowd of processes does to one ledger; run as `python -m tests.ledger.crowd DUTY URL …`, answers in JSON."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from ledger import orders
from ledger.engine import Ledger, open_ledger
from ledger.inbox import Inbox
from ledger.shops import ShopBook
from ledger.vault import Vault
from schemas.event import Envelope, Incoming, Stored

_KEY = "a key of at least thirty-two characters"
_THEN = datetime(2026, 3, 4, tzinfo=UTC)


def _incoming(ledger: Ledger, key: str, order: str, body: bytes) -> Incoming:
    shop = ShopBook(ledger).get(key)
    assert shop is not None
    envelope = Envelope("order", "order.updated", order, "processing", _THEN)
    return Incoming(shop.id, shop.key, "woocommerce", body, envelope, datetime.now(UTC))


def twins(ledger: Ledger, key: str, count: str) -> object:
    """Every process and thread stores the same deliveries; gives which event each of them became."""
    inbox = Inbox(ledger, lambda _: None)
    first = _incoming(ledger, key, "0", b"twin")

    def store(number: int) -> tuple[int, str, bool]:
        envelope = Envelope("order", "order.updated", str(number), "processing", _THEN)
        one = Incoming(first.shop_id, key, "woocommerce", b"twin", envelope, datetime.now(UTC))
        stored = inbox.store(one, 30)
        return number, stored.event_id, stored.duplicate

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(store, [n for n in range(int(count)) for _ in range(2)]))
    inbox.close()
    return answers


def race(ledger: Ledger, key: str, count: str) -> object:
    """Try to lease each order once; gives which were won."""
    shop = _incoming(ledger, key, "", b"")
    won: list[int] = []
    for number in range(int(count)):
        with ledger.write() as tx:
            if orders.take_lease(tx, shop.shop_id, str(number), f"{key}{id(won)}{number}{datetime.now(UTC)}", "e"):
                won.append(number)
    return won


def pour(ledger: Ledger, key: str, _: str) -> object:
    """Store without end and say each acknowledged event id on a line, until somebody kills us."""
    said = threading.Lock()

    def tell(stored: Stored) -> None:
        with said:
            sys.stdout.write(stored.event_id + "\n")
            sys.stdout.flush()

    inbox = Inbox(ledger, lambda _: None)
    first = _incoming(ledger, key, "", b"")

    def flow(thread: int) -> None:
        for number in range(1_000_000):
            envelope = Envelope("order", "order.updated", f"{thread}-{number}", "processing", _THEN)
            tell(inbox.store(Incoming(first.shop_id, key, "x", b"drop", envelope, datetime.now(UTC)), 30))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(flow, range(8)))
    return None


def hold(ledger: Ledger, _: str, __: str) -> object:
    """Keep the ledger's write lock until standard input closes."""
    with ledger.write():
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.read()
    return None


def _await_the_gun() -> None:
    """Everybody starts when everybody is ready."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


def main(duty: str, url: str, key: str, more: str) -> None:
    if "gevent" in more:
        from gevent import monkey

        monkey.patch_all()
    duties: dict[str, Callable[[Ledger, str, str], object]] = {"twins": twins, "race": race, "pour": pour, "hold": hold}
    ledger = open_ledger(url, Vault([_KEY]), timeout=30)
    ledger.ping()
    _await_the_gun()
    answer = duties[duty](ledger, key, more.removeprefix("gevent:"))
    ledger.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
