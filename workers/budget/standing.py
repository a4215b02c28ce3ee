"""How an account stands, for people: what is left of its limits, its circuit, its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.manifest import Manifest, Window
from ledger import breakers, tokens
from ledger.breakers import Circuit
from schemas.connection import Account
from workers.budget.budgets import Budgets
from workers.budget.room import unit


@dataclass(frozen=True, slots=True)
class Standing:
    """`left`: each window's unit, calls left and calls allowed; `blocked`: seconds of a pause the system asked for;
    `token_until`: when the access token of now ends, None where there is none or it does not."""

    left: tuple[tuple[str, int, int], ...]
    blocked: float
    circuit: Circuit
    token_until: datetime | None

    @property
    def limits(self) -> str:
        """For example `58/60 per minute, paused for 20 s`."""
        windows = [f"{left}/{calls} per {name}" for name, left, calls in self.left]
        return ", ".join([*windows, *([f"paused for {self.blocked:.0f} s"] if self.blocked else [])])

    @property
    def answers(self) -> str:
        """Whether the system is asked at all."""
        if self.circuit.opened_at is None:
            return "yes"
        return f"not since {self.circuit.opened_at:%Y-%m-%d %H:%M} UTC"


def standing(budgets: Budgets, account: Account, manifest: Manifest) -> Standing:
    """Of now; asks the ledger and Redis, never the system."""
    room = budgets.room(account, manifest)

    def left(window: Window) -> int:
        return room.calendar.left(account.id, window) if window.by_calendar else room.pace.free(account.id, window)

    with budgets.ledger.read() as tx:
        circuit = breakers.circuit(tx, account.id)
        token = tokens.standings(tx).get(account.id)
    return Standing(
        tuple((unit(window), left(window), window.calls) for window in room.short + room.long),
        room.look().blocked,
        circuit,
        token.expires_at if token else None,
    )
