"""Starts the house once, runs seeded faults in it, and closes the books after each."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from redis import Redis

from console.demo import TOKEN, Books, Delivery, books_of, connect, deliveries
from console.stack import NotStarted, Stack, free_port
from ledger import documents, events
from schemas.event import ORDER, State

SECRET = "lab-secret-7f3a9c"
#: Captured orders that owe one invoice each, in their paid state.
PAID = ("009", "011", "013", "017", "019", "023", "035", "052", "054", "058", "062", "068", "070")
EVENTS = 20
SLOTS = 4

WORKER_KILLS = (
    "after_pop",
    "after_lease",
    "before_call",
    "after_system_committed",
    "after_settling",
    "after_ending",
)
FREEZES = ("frozen_before_send", "frozen_between_check_and_send")
LOST_ANSWERS = ("timeout_after", "reset_after", "502_after")
FAULTS = (*WORKER_KILLS, *FREEZES, "web_after_commit", "redis_emptied", *LOST_ANSWERS)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the run: its id, what it costs, and the signed delivery."""

    id: str
    total: Decimal
    currency: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Result:
    """The books of one run."""

    fault: str
    seed: int
    fired: bool
    stored: int
    documents: int
    lost: int
    duplicated: int
    wrong: list[str]
    seconds: float


@dataclass
class Lab:
    """One running house with a simulated Fakturownia, in the `fast` profile."""

    stack: Stack
    simulator: str
    shop: str
    books: Books
    next_id: int = field(default=100_000)

    def admin(self, path: str, data: dict[str, Any] | None = None) -> Any:
        """Speak to the simulator's own door."""
        body = None if data is None else json.dumps(data).encode()
        request = Request(f"{self.simulator}/_sim/{path}", body, method="GET" if data is None else "POST")
        request.add_header("Content-Type", "application/json")
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def orders(self, rng: random.Random) -> list[Order]:
        """New orders in the shape of captured ones, signed anew."""
        captured = {d.name: d for d in deliveries()}
        return [self._order(captured[rng.choice(PAID)]) for _ in range(EVENTS)]

    def _order(self, like: Delivery) -> Order:
        self.next_id += 1
        data = json.loads(like.body)
        data["id"], data["number"] = self.next_id, str(self.next_id)
        body = json.dumps(data).encode()
        signature = base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
        headers = {**like.headers, "X-WC-Webhook-Signature": signature, "X-WC-Webhook-Topic": "order.updated"}
        delivery = Delivery(like.name, headers, body, SECRET, str(self.next_id))
        return Order(str(self.next_id), Decimal(data["total"]), data["currency"], delivery)

    def post(self, order: Order) -> bool:
        """Deliver; True when it was answered 200, False when no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=10)
        headers = {k: v for k, v in order.delivery.headers.items() if k.lower() not in {"host", "content-length"}}
        try:
            connection.request("POST", f"/webhooks/{self.shop}", order.delivery.body, headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def saboteur(self, name: str, plan: str = "", blind: bool = False) -> None:
        """Start a worker that may carry a sabotage."""
        before = self.stack.environ
        extra = {"SABOTAGE": plan, "BLIND": "1" if blind else "", "SLOTS": str(SLOTS)}
        self.stack.environ = {**before, **extra}
        try:
            self.stack.spawn(name, [sys.executable, "-m", "tests.kill.saboteur"])
        finally:
            self.stack.environ = before

    def drop(self, name: str) -> None:
        """End a process for certain and forget it."""
        process = self.stack.processes.pop(name)
        for number in (signal.SIGCONT, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
        process.wait()


@contextmanager
def lab(folder: Path, *simulator_options: str) -> Iterator[Lab]:
    """A house in `folder`: Valkey, simulator, web and clock; workers come and go with the runs."""
    environ = {"BILLHOOK_TIMING": "fast", "ALLOW_PRIVATE_ADDRESSES": "1", "LOG_LEVEL": "INFO"}
    with Stack(folder, environ) as stack:
        simulator = stack.simulator("fakturownia", "--token", TOKEN, *simulator_options)
        stack.valkey()
        stack.migrate()
        stack.clock()
        stack.web(workers=1)
        shop = connect(stack, simulator)
        yield Lab(stack, simulator, shop, books_of(stack, shop))


def run(lab: Lab, fault: str, seed: int, *, blind: bool = False) -> Result:
    """One seeded fault among 20 events, then the books. `blind` takes the look-up out of every worker."""
    rng = random.Random(f"{fault}:{seed}")
    orders, started = lab.orders(rng), time.monotonic()
    answered, fired = _inflict(lab, fault, rng, orders, blind=blind)
    stuck = _settled(lab)
    if fault in FREEZES:
        stuck += _thaw(lab)
    for name in [n for n in lab.stack.processes if n.startswith("worker")]:
        lab.drop(name)
    return _close(lab, fault, seed, orders, answered, fired, stuck, time.monotonic() - started)


def _settled(lab: Lab, seconds: float = 180) -> list[str]:
    """Wait until nothing waits; gives what still does then."""
    try:
        lab.books.settle(seconds)
    except NotStarted:
        with lab.books.ledger.read() as tx:
            waiting = [e for e in events.page(tx, state=State.WAITING, limit=500) if e.kind == ORDER]
        return [
            f"stuck: {e.order_id} {e.reason} {e.detail} {e.due_at} tries={e.attempts} alone={e.isolate}"
            for e in waiting
        ]
    return []


def _inflict(lab: Lab, fault: str, rng: random.Random, orders: list[Order], *, blind: bool) -> tuple[set[str], bool]:
    """Post the orders with the fault on its way; gives the ids answered 200 and whether the fault really fired."""
    nth = rng.randint(1, EVENTS // 2)
    if fault in LOST_ANSWERS:
        lab.admin("faults", {"name": fault, "times": rng.randint(1, 5), "method": "POST", "path": "/invoices.json"})
        lab.saboteur("worker", blind=blind)
        answered = _post_all(lab, orders)
        return answered, _until(lambda: not lab.admin("faults")["armed"])
    if fault == "redis_emptied":
        return _emptied(lab, orders, rng, blind=blind), True
    if fault == "web_after_commit":
        return _web_killed(lab, orders, nth, blind=blind)
    lab.saboteur("worker-sabotaged", f"{fault}@{nth}", blind)
    answered = _post_all(lab, orders)
    sabotaged = lab.stack.processes["worker-sabotaged"].pid
    fired = _until(lambda: _state(sabotaged) in "ZTX")
    lab.saboteur("worker", blind=blind)
    return answered, fired


def _post_all(lab: Lab, orders: list[Order]) -> set[str]:
    return {order.id for order in orders if lab.post(order)}


def _emptied(lab: Lab, orders: list[Order], rng: random.Random, *, blind: bool) -> set[str]:
    lab.saboteur("worker", blind=blind)
    half = rng.randint(5, 15)
    answered = _post_all(lab, orders[:half])
    Redis.from_url(lab.stack.redis_url).flushall()
    return answered | _post_all(lab, orders[half:])


def _web_killed(lab: Lab, orders: list[Order], nth: int, *, blind: bool) -> tuple[set[str], bool]:
    """A door of its own port is killed after a commit, before it rings; the healthy door takes the rest."""
    healthy, lab.stack.port = lab.stack.port, lab.stack.port
    lab.stack.port = free_port()
    lab.stack.environ = {**lab.stack.environ, "SABOTAGE": f"web_after_commit@{nth}"}
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{lab.stack.port}"]
    lab.stack.spawn("web-sabotaged", [*command, "-w", "1", "tests.kill.saboteur:web()"])
    lab.stack.environ = {k: v for k, v in lab.stack.environ.items() if k != "SABOTAGE"}
    _until(lambda: _listening(lab.stack.port))
    answered = {o.id for o in orders[:nth] if lab.post(o)}
    lab.drop("web-sabotaged")
    lab.stack.port = healthy
    lab.saboteur("worker", blind=blind)
    return answered | _post_all(lab, orders[nth:]), len(answered) < nth


def _listening(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _thaw(lab: Lab) -> list[str]:
    """Wake the frozen worker after everything is settled: it must not send what it had in hand."""
    lab.stack.signal("worker-sabotaged", signal.SIGCONT)
    time.sleep(1.5)
    return _settled(lab)


def _state(pid: int) -> str:
    """The kernel's letter for a process: T stopped, Z ended, X gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "X"


def _until(true: Any, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def _close(
    lab: Lab,
    fault: str,
    seed: int,
    orders: list[Order],
    answered: set[str],
    fired: bool,
    stuck: list[str],
    seconds: float,
) -> Result:
    """Answered 200 ⇒ stored ⇒ one document there ⇒ the same one in the ledger; sums per currency equal."""
    summary = lab.admin("summary")
    mine = {order.id: order for order in orders}
    there = {o: sum(n for oid, n in summary["per_oid"].items() if f"/{o}/" in oid) for o in mine}
    with lab.books.ledger.read() as tx:
        rows = [d for o in mine for d in documents.page(tx, shop_id=lab.books.shop_id, order=o, state="live")]
        stored = {o for o in mine if lab.books.stored(o)}
    here = {row.order_id: row.document.gross for row in rows if row.document}
    due = stored | answered
    wrong = [f"order {o}: {here[o]} instead of {mine[o].total}" for o in here if here[o] != mine[o].total]
    return Result(
        fault=fault,
        seed=seed,
        fired=fired,
        stored=len(stored),
        documents=len(rows),
        lost=len(answered - stored) + sum(1 for o in due if o not in here or there[o] == 0),
        duplicated=sum(n - 1 for n in there.values() if n > 1) + len(rows) - len(here),
        wrong=wrong + stuck,
        seconds=seconds,
    )
