"""The shop's queue runner: sends webhooks over real HTTP, late, at most once, and never again (section 1.8).

Settings: sending (false = nobody runs the queue), delay (seconds from event to delivery), drop_rate, double_rate,
disorder_rate with disorder_seconds (an old body, held back until newer ones went out), seed, runners,
delivery_timeout, guarded (only public addresses and ports 80, 443, 8080).
"""

import hashlib
import heapq
import random
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.woocommerce.post import NotSent, post

if TYPE_CHECKING:
    from simulators.woocommerce.switchboard import Switchboard
    from simulators.woocommerce.world import WooCommerce

LOG_LENGTH = 100_000
PING_SECONDS = 5.0


@dataclass(order=True)
class Due:
    """Something to send: a ping when `order` is None; a `body` already built is an old state."""

    at: float
    turn: int
    webhook: int = field(compare=False)
    order: int | None = field(compare=False, default=None)
    body: bytes | None = field(compare=False, default=None)


class Sender:
    """The queue and its runners; lock order: the world's lock first, then the queue's."""

    def __init__(self, world: "WooCommerce", board: "Switchboard") -> None:
        self.world, self.board = world, board
        self.bell = threading.Condition()
        self.threads: list[threading.Thread] = []
        self.stopping = False
        self.busy = 0
        self.clear()

    def clear(self) -> None:
        with self.bell:
            self.queue: list[Due] = []
            self.pending: Counter[tuple[int, int]] = Counter()
            self.turns = 0
            self.counts: Counter[str] = Counter()
            self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
            self.dice = random.Random(0)
            self.seeded: int | None = None

    def start(self, runners: int) -> None:
        for _ in range(runners):
            thread = threading.Thread(target=self._run, daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        with self.bell:
            self.stopping = True
            self.bell.notify_all()
        for thread in self.threads:
            thread.join(2)

    # ---- what goes into the queue ---------------------------------------------------------------------------------

    def event(self, webhook: int, order: int, body: Callable[[], bytes]) -> None:
        """An order changed. `body` is its state now, asked for only when this delivery is to arrive out of order."""
        settings = self.world.settings
        with self.bell:
            fate = self._fate()
            if fate == "dropped":
                self.counts["dropped"] += 1
            elif (webhook, order) in self.pending:
                self.counts["coalesced"] += 1
            else:
                self.counts[fate] += 1
                old = body() if fate == "disordered" else None
                held = settings["disorder_seconds"] if old else 0.0
                for _ in range(2 if fate == "doubled" else 1):
                    self._add(webhook, order, settings["delay"] + held, old)

    def ping(self, webhook: int) -> None:
        with self.bell:
            self._add(webhook, None, 0.0, None)

    def hurry(self) -> None:
        """Everything is due now; an old body still comes after the newer ones."""
        with self.bell:
            now = time.monotonic()
            for due in self.queue:
                due.at = min(due.at, now - 1) if due.body is None else now
            heapq.heapify(self.queue)
            self.bell.notify_all()

    def idle(self, seconds: float) -> bool:
        """Wait until nothing is queued or on its way."""
        with self.bell:
            return self.bell.wait_for(lambda: not self.queue and not self.busy, seconds)

    def wake(self) -> None:
        with self.bell:
            self.bell.notify_all()

    def _add(self, webhook: int, order: int | None, wait: float, body: bytes | None) -> None:
        self.turns += 1
        heapq.heappush(self.queue, Due(time.monotonic() + wait, self.turns, webhook, order, body))
        if order is not None and body is None:
            self.pending[webhook, order] += 1
        self.bell.notify_all()

    def _fate(self) -> str:
        """By the seeded die: queued, dropped, doubled or disordered."""
        settings = self.world.settings
        if self.seeded != settings["seed"]:
            self.seeded, self.dice = settings["seed"], random.Random(settings["seed"])
        roll = self.dice.random()
        for fate, rate in (("dropped", "drop_rate"), ("doubled", "double_rate"), ("disordered", "disorder_rate")):
            if roll < settings[rate]:
                return fate
            roll -= settings[rate]
        return "queued"

    # ---- the runner -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (due := self._next()) is not None:
            try:
                self._send(due)
            except Exception:  # noqa: BLE001 - a slip of the simulator must show, not end the runner
                self.world.crashes.append(traceback.format_exc())
            finally:
                with self.bell:
                    self.busy -= 1
                    self.bell.notify_all()

    def _next(self) -> Due | None:
        with self.bell:
            while not self.stopping:
                due = self.queue[0] if self.queue and self.world.settings["sending"] else None
                wait = due.at - time.monotonic() if due else None
                if due and wait is not None and wait <= 0:
                    return self._taken()
                self.bell.wait(wait)
            return None

    def _settle(self, pair: tuple[int, int]) -> None:
        self.pending[pair] -= 1
        if not self.pending[pair]:
            del self.pending[pair]

    def _taken(self) -> Due:
        due = heapq.heappop(self.queue)
        self.busy += 1
        if due.order is not None and due.body is None:
            self._settle((due.webhook, due.order))
        return due

    def _send(self, due: Due) -> None:
        world = self.world
        with world.lock:
            letter = self.board.letter(due.webhook, due.order, due.body)
        if letter is None:
            return
        longest = float(world.settings["delivery_timeout"])
        seconds = min(PING_SECONDS, longest) if due.order is None else longest
        line: dict[str, Any] = {
            "at": time.time(), "webhook": due.webhook, "order": due.order, "status": None, "fault": None,
            "topic": letter.headers.get("X-WC-Webhook-Topic"), "size": len(letter.body),
            "delivery": letter.headers.get("X-WC-Webhook-Delivery-ID"),
            "sha256": hashlib.sha256(letter.body).hexdigest(),
        }  # fmt: skip
        try:
            line["status"] = post(letter.url, letter.body, letter.headers, seconds, world.settings["guarded"])
        except NotSent as fault:
            line["fault"] = str(fault)
        self.log.append(line)
        with world.lock:
            self.board.answered(due.webhook, ping=due.order is None, status=line["status"])
