"""Seeded trouble for one e-mail: lost answers, refusals, deaths and thefts of the lease, one or two in a row."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.base import Adapter
from schemas.document import Document
from schemas.errors import Transient
from schemas.event import State
from tests.followups.desk import Desk, pretend

MAIL = "send_by_email"


class Killed(BaseException):
    """The process is gone: nothing of ours runs after this."""


Send = Callable[[Document, str], None]
Trouble = Callable[[Desk, str], None]


def wire(name: str, **params: object) -> Trouble:
    """A fault of the simulator, on the wire."""
    return lambda desk, event_id: desk.arm(name, MAIL, **params)


def around(act: Callable[[Desk, str, Send, Document, str], None]) -> Trouble:
    """Something that happens to this process while it sends, once."""

    def lay(desk: Desk, event_id: str) -> None:
        def turn(adapter: Adapter) -> Adapter:
            real = adapter.send

            def send(document: Document, email: str) -> None:
                desk.turn_mouth.clear()
                act(desk, event_id, real, document, email)

            return pretend(adapter, send=send)

        desk.turn_mouth.append(turn)

    return lay


def killed_before(desk: Desk, event_id: str, real: Send, document: Document, email: str) -> None:
    raise Killed


def killed_after(desk: Desk, event_id: str, real: Send, document: Document, email: str) -> None:
    real(document, email)
    raise Killed


def robbed_before(desk: Desk, event_id: str, real: Send, document: Document, email: str) -> None:
    """Frozen before the call; a clock gives the order away, another worker runs the event, then this one wakes."""
    desk.bury()
    desk.run(event_id)
    real(document, email)


def robbed_after(desk: Desk, event_id: str, real: Send, document: Document, email: str) -> None:
    """Frozen with the answer in hand; another worker runs the event meanwhile."""
    real(document, email)
    desk.bury()
    desk.run(event_id)


def unreachable(desk: Desk, event_id: str, real: Send, document: Document, email: str) -> None:
    raise Transient("Not connected: refused.", system="fakturownia", code="NOT_CONNECTED")


#: name → how it is laid. The first are harmless: whatever they are, one e-mail must still leave.
SURE: Mapping[str, Trouble] = {
    "none": lambda desk, event_id: None,
    "429": wire("429"),
    "408": wire("500", status=408),
    "425": wire("500", status=425),
    "not connected": around(unreachable),
}
UNCLEAR: Mapping[str, Trouble] = {
    **{name: wire(name) for name in ("timeout_before", "timeout_after", "reset_before", "reset_after", "502_after")},
    "500": wire("500"),
    "500 after the write": wire("500", commit=True),
    "empty 200": wire("empty_200"),
    "empty 200 after the write": wire("empty_200", commit=True),
    "web page": wire("html_200"),
    "web page after the write": wire("html_200", commit=True),
    "half an answer": wire("half"),
    "dripping answer": wire("drip"),
    "late answer": wire("slow"),
    "killed before the call": around(killed_before),
    "killed after the call": around(killed_after),
    "robbed before the call": around(robbed_before),
    "robbed after the call": around(robbed_after),
}
ALL = {**SURE, **UNCLEAR}


@dataclass(frozen=True, slots=True)
class Run:
    """One e-mail's fate."""

    troubles: tuple[str, ...]
    mails: int
    state: State
    reason: str

    @property
    def calm(self) -> bool:
        return all(name in SURE for name in self.troubles)


def weather(seed: int) -> tuple[str, ...]:
    """One trouble, often a second one on the next try."""
    rng = random.Random(seed)
    first = list(ALL)[seed % len(ALL)]
    return (first, rng.choice(list(ALL))) if rng.random() < 0.5 else (first,)


def run(desk: Desk, number: int, seed: int) -> Run:
    """Issue an order's invoice, mail it through the trouble, then replay the event as an impatient person would."""
    row = desk.issue(number)
    event_id = desk.follow_up(number, "email").id
    troubles = weather(seed)
    for name in troubles:
        if desk.event(event_id).state is State.WAITING:
            ALL[name](desk, event_id)
            _once(desk, event_id)
    desk.turn_mouth.clear()
    desk.world.plan.clear()
    desk.finish(event_id)
    ended = desk.replay(event_id)
    return Run(troubles, desk.mails(row), ended.state, ended.reason)


def _once(desk: Desk, event_id: str) -> None:
    """One run when it is due; whoever dies is buried."""
    due = desk.event(event_id).due_at
    if due is not None and due > desk.time.now:
        desk.time.on((due - desk.time.now).total_seconds())
    try:
        desk.run(event_id)
    except Killed:
        desk.bury()
