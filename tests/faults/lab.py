"""The laboratory: a house that runs, orders to post to it, and the register of faults to be done to it."""

from __future__ import annotations

import base64
import contextlib
import hmac
import http.client
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from redis import Redis

from console.demo import Books, Delivery, deliveries
from console.stack import NotStarted, Stack, free_port
from ledger import events
from schemas.event import ORDER, State
from tests.faults import saboteur
from tests.faults.forked import Forked
from tests.faults.proxy import Proxy
from tests.faults.systems import EVERY, NARROW, SECRET, Place, place

#: Captured orders that owe one invoice each, in their paid state.
PAID = ("009", "011", "013", "017", "019", "023", "035", "052", "054", "058", "062", "068", "070")
EVENTS = 20
#: All is settled within this (seconds), by profile: a lost answer alone is looked up after a minute of real time.
PATIENCE = {"fast": 180.0, "real": 1800.0}
SLOTS = 4
WORKER, SABOTEUR, CLOCKS = "worker", "worker-sabotaged", ("clock-1", "clock-2")

Inflict = Callable[["Scene"], bool]
#: Name → what posts the scene's orders, does the harm, and says whether it was done.
FAULTS: dict[str, Inflict] = {}


def fault(inflict: Inflict) -> Inflict:
    """Add a fault; its function's name is its name."""
    FAULTS[inflict.__name__] = inflict
    return inflict


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the run: its id, what it costs, and the signed delivery."""

    id: str
    total: Decimal
    currency: str
    delivery: Delivery


@dataclass
class Lab:
    """One running house. `place` is the system spoken to now, others are opened on demand; all is settled within
    `patience` seconds."""

    stack: Stack
    clocks: tuple[str, ...]
    settings: Mapping[str, object]
    openings: contextlib.ExitStack
    places: dict[str, Place] = field(default_factory=dict)
    next_id: int = field(default=100_000)
    patience: float = 180.0
    place: Place = field(init=False)

    def go(self, system: str) -> None:
        """From now on orders go to this system."""
        if system not in self.places:
            self.places[system] = self.openings.enter_context(place(self.stack, system, self.settings))
        self.place = self.places[system]

    @property
    def simulator(self) -> str:
        return self.place.simulator

    @property
    def wire(self) -> Proxy:
        return self.place.wire

    @property
    def shop(self) -> str:
        return self.place.shop

    @property
    def books(self) -> Books:
        return self.place.books

    def admin(self, path: str, data: dict[str, Any] | None = None, method: str = "") -> Any:
        """Speak to the simulator's own door."""
        body = None if data is None else json.dumps(data).encode()
        verb = method or ("GET" if data is None else "POST")
        request = Request(f"{self.simulator}/_sim/{path}", body, {"Content-Type": "application/json"}, method=verb)
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def orders(self, rng: random.Random, count: int = EVENTS) -> list[Order]:
        """New orders in the shape of captured ones, signed anew."""
        paid = NARROW.get(self.place.system, EVERY).orders or PAID
        return [self._order(_captured()[rng.choice(paid)]) for _ in range(count)]

    def _order(self, like: Delivery) -> Order:
        self.next_id += 1
        data = json.loads(like.body)
        data["id"], data["number"] = self.next_id, str(self.next_id)
        body = json.dumps(data).encode()
        signature = base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
        headers = {**like.headers, "X-WC-Webhook-Signature": signature, "X-WC-Webhook-Topic": "order.updated"}
        delivery = Delivery(like.name, headers, body, SECRET, str(self.next_id))
        return Order(str(self.next_id), Decimal(data["total"]), data["currency"], delivery)

    def post(self, order: Order, port: int = 0) -> int:
        """Deliver; gives the status, 0 when no answer came, or a 503 that does not say when to come again."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.stack.port, timeout=20)
        headers = {k: v for k, v in order.delivery.headers.items() if k.lower() not in {"host", "content-length"}}
        try:
            connection.request("POST", f"/webhooks/{self.shop}", order.delivery.body, headers)
            answer = connection.getresponse()
            return answer.status if answer.status != 503 or int(answer.getheader("Retry-After", "0")) > 0 else 0
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def spawn(self, name: str, command: Iterable[str], **environ: str) -> None:
        """Start a process whose environment differs from the house's."""
        before = self.stack.environ
        self.stack.environ = {**before, **environ}
        try:
            self.stack.spawn(name, list(command))
        finally:
            self.stack.environ = before

    def fork(self, name: str, main: Callable[[], None], **environ: str) -> None:
        """The same for a function of our own."""
        given = {**self.stack.settings(), **environ}
        self.stack.processes[name] = Forked(main, given, self.stack.folder / f"{name}.log")

    def door(self, name: str, application: str = "app:create_app()", **environ: str) -> int:
        """One more door, whose environment differs from the house's; gives its port when it answers."""
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{port}", "-w", "1"]
        self.spawn(name, [*command, application], **environ)
        assert until(lambda: _answers(port)), self.stack.tail(name)
        return port

    def runs(self, name: str) -> bool:
        return name in self.stack.processes and self.stack.processes[name].poll() is None

    def forget(self) -> None:
        """Valkey holds nothing any more."""
        with Redis.from_url(self.stack.redis_url, socket_timeout=5) as redis:
            redis.flushall()

    def drop(self, name: str) -> None:
        """End a process for certain and forget it."""
        process = self.stack.processes.pop(name, None)
        if process is None:
            return
        for number in (signal.SIGCONT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        process.wait()

    def mend(self) -> None:
        """Whatever a run broke works again: every process that should run does."""
        self.drop(SABOTEUR)
        self.admin("faults", method="DELETE")
        for name in self.clocks:
            if not self.runs(name):
                self.fork(name, saboteur.clock)
        if not self.runs("valkey"):
            self.stack.valkey()
        if not self.runs("web"):
            self.stack.web(workers=1)


@dataclass
class Scene:
    """One run: its dice, its orders, and which of them were answered 200. `blind` takes the look-up out."""

    lab: Lab
    rng: random.Random
    orders: list[Order]
    blind: bool = False
    answered: set[str] = field(default_factory=set)
    sums: dict[str, str] = field(default_factory=dict)

    def post(self, some: Iterable[Order] | None = None, port: int = 0) -> list[int]:
        """Deliver these (all); gives the statuses."""
        told = []
        for order in self.orders if some is None else some:
            told.append(self.lab.post(order, port))
            if told[-1] == 200:
                self.answered.add(order.id)
        return told

    def post_again(self) -> None:
        """Deliver what was not answered 200, as a shop does that was told to come again."""
        self.post([order for order in self.orders if order.id not in self.answered])

    def halves(self) -> tuple[list[Order], list[Order]]:
        """The orders before and after a moment the dice choose."""
        cut = self.rng.randint(5, len(self.orders) - 5)
        return self.orders[:cut], self.orders[cut:]

    def worker(self, **environ: str) -> None:
        """A healthy worker, unless one runs; another environment is another worker."""
        if environ or not self.lab.runs(WORKER):
            self.lab.drop(WORKER)
            self._spawn(WORKER, **environ)

    def saboteur(self, plan: str) -> int:
        """A worker that carries a sabotage, alone; gives its process id."""
        self.lab.drop(WORKER)
        self._spawn(SABOTEUR, SABOTAGE=plan)
        return self.lab.stack.processes[SABOTEUR].pid

    def _spawn(self, name: str, **environ: str) -> None:
        more = {"BLIND": "1" if self.blind else "", "SLOTS": str(SLOTS), **environ}
        self.lab.fork(name, saboteur.main, **more)

    def made(self) -> int:
        """How many of this run's orders have a document over there by now."""
        mine = {order.id for order in self.orders}
        return sum(ref.split("/")[1] in mine for ref in self.lab.admin("summary")["per_oid"] if "/" in ref)

    def settled(self) -> list[str]:
        """Wait until nothing waits; gives what still does then. Three houses share two cores: it looks seldom."""
        try:
            self.lab.books.settle(self.lab.patience, every=0.2)
        except NotStarted:
            with self.lab.books.ledger.read() as tx:
                waiting = [e for e in events.page(tx, state=State.WAITING, limit=500) if e.kind == ORDER]
            return [
                f"stuck: {e.order_id} {e.reason} {e.detail} {e.due_at} tries={e.attempts} alone={e.isolate}"
                for e in waiting
            ]
        return []


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@cache
def _captured() -> dict[str, Delivery]:
    return {delivery.name: delivery for delivery in deliveries()}


@contextmanager
def lab(
    folder: Path, system: str = "fakturownia", clocks: tuple[str, ...] = CLOCKS, timing: str = "fast",
    **settings: object,
) -> Iterator[Lab]:  # fmt: skip
    """A house in `folder`: Valkey, a simulated system, web and clocks; workers come and go with the runs. With the
    `real` timing the vendors' limits are kept too."""
    limits = "off" if timing == "fast" else "kept"
    environ = {"BILLHOOK_TIMING": timing, "ALLOW_PRIVATE_ADDRESSES": "1", "VENDOR_LIMITS": limits, "LOG_LEVEL": "INFO"}
    with Stack(folder, environ) as stack:
        stack.valkey()
        stack.migrate()
        for name in clocks:
            stack.clock(name)
        stack.web(workers=1)
        with contextlib.ExitStack() as openings:
            made = Lab(stack, clocks, settings, openings, patience=PATIENCE[timing])
            made.go(system)
            yield made


def until(true: Callable[[], Any], seconds: float = 30) -> bool:
    """Wait for a condition; gives whether it came."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def state_of(pid: int) -> str:
    """The kernel's letter for a process: T stopped, Z ended, X gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # the latter when it goes between opening and reading
        return "X"
