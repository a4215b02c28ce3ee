"""The thread that sends webhooks: signed, up to five tries, only 200 counts; mischief by a seeded die (section 5.2)."""

import base64
import hashlib
import hmac
import http.client
import random
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulators.unas.bodies import body_of
from simulators.unas.orders import Order

if TYPE_CHECKING:
    from simulators.unas.automatisms import Automatism
    from simulators.unas.world import Unas

TRIES, RETRY_SECONDS, ALLOWED_SECONDS = 5, 300.0, 120.0
LONGEST_NAP = 5.0
MISCHIEF = {"seed", "drop", "double", "late", "late_seconds"}


@dataclass(order=True)
class Delivery:
    """One event for one URL; `state` ends as delivered or dropped, or is lost from the start by mischief."""

    due: float
    ident: int
    event: str = field(compare=False)
    key: str = field(compare=False)
    url: str = field(compare=False)
    body: bytes = field(compare=False)
    state: str = field(compare=False, default="pending")
    tries: list[dict[str, Any]] = field(compare=False, default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"id": self.ident, "event": self.event, "key": self.key, "url": self.url, "state": self.state,
                "due": self.due, "body": self.body.decode(), "tries": self.tries}  # fmt: skip


class Sender:
    """Waits for what is due by the shop's own clock; with a fixed clock nothing is due until that is moved."""

    def __init__(self, world: "Unas") -> None:
        self.world = world
        self.bell = threading.Condition()
        self.waiting: list[Delivery] = []
        self.all: list[Delivery] = []
        self.ids = count(1)
        self.dice = random.Random()
        self.ended = False
        self.thread: threading.Thread | None = None

    def tell(self, event: str, order: Order) -> None:
        """Queue an event for every active rule that wants it; the body is what the order is now."""
        if self.world.settings["package"] != "vip":
            return
        rules = [rule for rule in self.world.automatisms.values() if _wants(rule, event, order)]
        if not rules:
            return
        body = body_of(self.world, event, order)
        with self.bell:
            for rule in rules:
                for due in self._dues(rule):
                    self._queue(Delivery(due, next(self.ids), event, order.key, rule.url, body))
            self._start()
            self.bell.notify_all()

    def wake(self) -> None:
        """The clock was moved."""
        with self.bell:
            self.bell.notify_all()

    def seed(self) -> None:
        self.dice = random.Random((self.world.settings["mischief"] or {}).get("seed"))

    def forget(self) -> None:
        with self.bell:
            self.waiting, self.all = [], []
            self.seed()

    def close(self) -> None:
        with self.bell:
            self.ended = True
            self.bell.notify_all()
        if self.thread:
            self.thread.join(2)

    def as_json(self) -> list[dict[str, Any]]:
        with self.bell:
            return [delivery.as_json() for delivery in self.all]

    def counts(self) -> dict[str, int]:
        with self.bell:
            states = Counter(delivery.state for delivery in self.all)
            tries = sum(len(delivery.tries) for delivery in self.all)
        return {**{state: states[state] for state in ("pending", "delivered", "dropped", "lost")}, "tries": tries}

    def _dues(self, rule: "Automatism") -> Iterator[float]:
        """When to send: instant means within five minutes; mischief sends late, twice, or (nan) never."""
        chances = self.world.settings["mischief"] or {}
        delay = rule.minutes * 60.0 if rule.schedule == "delayed" else self.world.settings["instant_seconds"]
        at = self.world.now() + delay / self.world.settings["webhook_divisor"]
        if self.dice.random() < chances.get("drop", 0):
            yield float("nan")
            return
        if self.dice.random() < chances.get("late", 0):
            at += self.dice.random() * chances.get("late_seconds", 1.0)
        yield at
        if self.dice.random() < chances.get("double", 0):
            yield at

    def _queue(self, delivery: Delivery) -> None:
        self.all.append(delivery)
        if delivery.due != delivery.due:
            delivery.due, delivery.state = 0.0, "lost"
        else:
            heappush(self.waiting, delivery)

    def _start(self) -> None:
        if self.thread is None and not self.ended:
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()

    def _run(self) -> None:
        while (delivery := self._next()) is not None:
            self._try(delivery)

    def _next(self) -> Delivery | None:
        with self.bell:
            while not self.ended:
                wait = self.waiting[0].due - self.world.now() if self.waiting else LONGEST_NAP
                if self.waiting and wait <= 0:
                    return heappop(self.waiting)
                self.bell.wait(None if self.world.settings["clock"] or not self.waiting else min(wait, LONGEST_NAP))
            return None

    def _try(self, delivery: Delivery) -> None:
        at, batch = self.world.now(), self.all
        outcome = post(delivery.url, delivery.body, self._headers(delivery),
                       ALLOWED_SECONDS / self.world.settings["webhook_divisor"])  # fmt: skip
        with self.bell:
            delivery.tries.append({"at": at, "outcome": outcome})
            if batch is not self.all:
                return  # forgotten meanwhile
            if outcome == 200:
                delivery.state = "delivered"
            elif len(delivery.tries) >= TRIES:
                delivery.state = "dropped"
            else:
                delivery.due = self.world.now() + RETRY_SECONDS / self.world.settings["webhook_divisor"]
                heappush(self.waiting, delivery)

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self.world.settings["hmac_key"]:
            headers["X-Unas-Hmac"] = signature(delivery.body, self.world.settings["hmac_key"])
        if self.world.settings["topic_header"]:
            headers["X-Unas-Topic"] = delivery.event
        return headers


def signature(body: bytes, key: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def post(url: str, body: bytes, headers: dict[str, str], seconds: float) -> int | str:
    """The status, or the name of what went wrong; redirects are not followed."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if parts.scheme == "https":
        link: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.netloc, timeout=seconds, context=ssl.create_default_context())  # fmt: skip
    else:
        link = http.client.HTTPConnection(parts.netloc, timeout=seconds)
    try:
        link.request("POST", path, body, headers)
        return link.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        link.close()


def _wants(rule: "Automatism", event: str, order: Order) -> bool:
    return rule.active and rule.event == event and rule.status in (None, order.status)
