"""Misbehaviour on demand: the faults every simulated system knows, and the plan that says which request meets one."""

import random
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulators.exchange import Request, Response, as_html

WRITES, READS, ALL = "writes", "reads", "all"
# Longer than any sensible client waits: the design's deadline for one call is 60 s.
HOLD_SECONDS = 90.0


class Call(Protocol):
    """What a fault may do with the request it has met."""

    request: Request
    params: Mapping[str, Any]

    def commit(self) -> Response: ...
    def send(self, response: Response) -> None: ...
    def send_bytes(self, data: bytes) -> None: ...
    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response: ...
    def unauthorized(self) -> Response: ...
    def hold(self, seconds: float) -> None: ...
    def hang_up(self) -> None: ...
    def reset(self) -> None: ...


Act = Callable[[Call], None]


@dataclass(frozen=True)
class Kind:
    """A fault by name; `hits` says which requests it meets when the one who arms it names no method."""

    name: str
    hits: str
    act: Act

    @property
    def about(self) -> str:
        return (self.act.__doc__ or "").strip()


FAULTS: dict[str, Kind] = {}


def listing() -> dict[str, str]:
    """Every fault with the line that says what it does."""
    return {kind.name: kind.about for kind in FAULTS.values()}


def fault(name: str, hits: str = ALL) -> Callable[[Act], Act]:
    def add(act: Act) -> Act:
        FAULTS[name] = Kind(name, hits, act)
        return act

    return add


@fault("429")
def too_many(call: Call) -> None:
    """Nothing done, 429; params retry_after (default "1"; null sends no Retry-After)."""
    wait = call.params.get("retry_after", "1")
    call.send(call.refuse(429, "Too many requests", None if wait is None else {"Retry-After": str(wait)}))


@fault("500")
def broken(call: Call) -> None:
    """Nothing done, 500; params commit true does the write first, status any other 5xx."""
    if call.params.get("commit"):
        call.commit()
    call.send(as_html("We're sorry, but something went wrong.", int(call.params.get("status", 500))))


@fault("502_after", WRITES)
def bad_gateway(call: Call) -> None:
    """The write is done, then a proxy's 502 page."""
    call.commit()
    call.send(as_html("502 Bad Gateway", 502))


@fault("timeout_before", WRITES)
def silent_before(call: Call) -> None:
    """Nothing done: hold (params seconds, default 90), then close without an answer."""
    call.hold(_seconds(call, HOLD_SECONDS))
    call.hang_up()


@fault("timeout_after", WRITES)
def silent_after(call: Call) -> None:
    """The write is done at once; then hold (params seconds, default 90) and close without an answer."""
    call.commit()
    call.hold(_seconds(call, HOLD_SECONDS))
    call.hang_up()


@fault("reset_before", WRITES)
def reset_before(call: Call) -> None:
    """Nothing done, the connection is reset (RST)."""
    call.reset()


@fault("reset_after", WRITES)
def reset_after(call: Call) -> None:
    """The write is done, the connection is reset (RST)."""
    call.commit()
    call.reset()


@fault("empty_200")
def empty(call: Call) -> None:
    """200 without a body; nothing done unless params commit is true."""
    if call.params.get("commit"):
        call.commit()
    call.send(Response(200))


@fault("html_200")
def login_page(call: Call) -> None:
    """200 with an HTML log-in page; nothing done unless params commit is true."""
    if call.params.get("commit"):
        call.commit()
    call.send(as_html("Log in"))


@fault("half")
def half(call: Call) -> None:
    """Done, but the connection ends in the middle of the body."""
    answer = call.commit()
    call.send_bytes(answer.head() + answer.body[: len(answer.body) // 2])
    call.hang_up()


@fault("twice")
def twice(call: Call) -> None:
    """Done once, and the whole answer is sent two times, one straight after the other."""
    answer = call.commit()
    call.send(answer)
    call.send(answer)


@fault("drip")
def drip(call: Call) -> None:
    """Done, the body comes byte by byte; params seconds between two bytes (default 1)."""
    answer = call.commit()
    call.send_bytes(answer.head())
    for byte in answer.body:
        call.hold(_seconds(call, 1.0))
        call.send_bytes(bytes([byte]))


@fault("slow")
def slow(call: Call) -> None:
    """Done at once, the answer comes late; params seconds (default 5)."""
    answer = call.commit()
    call.hold(_seconds(call, 5.0))
    call.send(answer)


@fault("expired_token")
def expired(call: Call) -> None:
    """Nothing done, 401 as if the token had run out."""
    call.send(call.unauthorized())


@fault("lag", READS)
def lag(call: Call) -> None:
    """This look-up does not show documents younger than params seconds (default 60)."""
    call.request.lag = _seconds(call, 60.0)
    call.send(call.commit())


def _seconds(call: Call, default: float) -> float:
    return float(call.params.get("seconds", default))


@dataclass
class Armed:
    """A fault waiting for its request; `times` None means until cleared."""

    kind: Kind
    times: int | None = 1
    method: str | None = None
    path: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    def meets(self, request: Request, writes: bool, aside: bool = False) -> bool:
        if aside and not self.path:
            return False
        return self._method_fits(request, writes) and re.search(self.path, request.path) is not None

    def as_json(self) -> dict[str, Any]:
        return {"name": self.kind.name, "times": self.times, "method": self.method, "path": self.path,
                "params": self.params}  # fmt: skip

    def _method_fits(self, request: Request, writes: bool) -> bool:
        if self.method:
            return request.method == self.method.upper()
        return self.kind.hits == ALL or (self.kind.hits == WRITES) == writes


@dataclass
class Chaos:
    """Faults by a seeded die: each matching request meets one of them with probability `rate`."""

    seed: int
    rate: float
    faults: list[Armed]
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def pick(self, request: Request, writes: bool, aside: bool = False) -> Armed | None:
        fitting = [armed for armed in self.faults if armed.meets(request, writes, aside)]
        if not fitting or self.dice.random() >= self.rate:
            return None
        return self.dice.choice(fitting)


class FaultPlan:
    """What is armed, oldest first; a fault is used up after `times` requests. Armed faults go before chaos."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.armed: list[Armed] = []
        self.chaos: Chaos | None = None

    def arm(self, name: str, times: int | None = 1, method: str | None = None, path: str = "",
            params: dict[str, Any] | None = None) -> Armed:  # fmt: skip
        armed = Armed(known(name), times, method, path, params or {})
        re.compile(path)
        with self.lock:
            self.armed.append(armed)
        return armed

    def clear(self) -> None:
        with self.lock:
            self.armed.clear()

    def pick(self, request: Request, writes: bool, aside: bool = False) -> Armed | None:
        """`aside` are requests that only prepare others (World.aside): they meet what names their path."""
        with self.lock:
            for armed in self.armed:
                if armed.meets(request, writes, aside):
                    self._use(armed)
                    return armed
            return self.chaos.pick(request, writes, aside) if self.chaos else None

    def as_json(self) -> list[dict[str, Any]]:
        with self.lock:
            return [armed.as_json() for armed in self.armed]

    def _use(self, armed: Armed) -> None:
        if armed.times is not None:
            armed.times -= 1
            if armed.times <= 0:
                self.armed.remove(armed)


def known(name: str) -> Kind:
    if name not in FAULTS:
        raise ValueError(f"unknown fault {name!r}; known are {', '.join(FAULTS)}")
    return FAULTS[name]


def chaos_of(given: Mapping[str, Any]) -> Chaos:
    """{"seed": n, "rate": p, "faults": [names], "method"?, "path"?, "params"?}"""
    unknown = set(given) - {"seed", "rate", "faults", "method", "path", "params"}
    if unknown:
        raise ValueError(f"unknown in chaos: {', '.join(sorted(unknown))}")
    names: Iterable[str] = given["faults"]
    common = (given.get("method"), given.get("path", ""), dict(given.get("params") or {}))
    return Chaos(int(given["seed"]), float(given["rate"]), [Armed(known(name), None, *common) for name in names])


def parse(text: str) -> tuple[str, int | None]:
    """NAME, NAME:3 or NAME:* (until cleared), as the command line gives it."""
    name, _, times = text.partition(":")
    return known(name).name, None if times == "*" else int(times or 1)
