"""What one run holds in its hand: the event, its order's row and lease, the account it speaks to, and the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapters.base import Adapter
from adapters.shops.base import Reading
from ledger import orders
from ledger.engine import Tx
from ledger.orders import OrderRow
from schemas.connection import Account, Shop
from schemas.errors import Waiting
from schemas.event import ORDER, Event
from schemas.order import Order
from workers.budget.budgets import PUT_OFF
from workers.services import Services
from workers.turns import LedgerTurns


@dataclass(slots=True)
class Hand:
    """An event in hand. `joined` are the order's other events that have not begun: they share its ending.

    `shop` is where the order came from, once it was looked up; `mouth` is the adapter spoken through last, so that an
    error can be put down to its account. `newest` and `read` are the order's newest state and what was read of it, once
    the run has come that far; `reading` is what the shop itself showed, None where it cannot be asked. `options` are
    the route's, and `bells` the follow-ups made on the way, rung once the order is free again.
    """

    services: Services
    event: Event
    order: OrderRow
    owner: str
    joined: tuple[Event, ...]
    started_at: datetime
    shop: Shop | None = field(default=None)
    mouth: Adapter | None = field(default=None)
    newest: Event | None = field(default=None)
    read: Order | None = field(default=None)
    reading: Reading | None = field(default=None)
    options: Mapping[str, str] = field(default_factory=dict)
    bells: list[tuple[str, str]] = field(default_factory=list)

    def fence(self, tx: Tx) -> None:
        """Inside every transaction of the desk: raises Waiting when another process has the order by now."""
        if not orders.holds(tx, self.order.id, self.owner):
            raise Waiting(
                "Another worker took over this order.", until="order", seconds=self.services.timing.order_held
            )

    def speak(self, account: Account) -> Adapter:
        """The mouth for an account; each of its writes asks first whether the order is still surely ours. Raises
        RateLimited or Waiting when the account's limits, or its system, have no room for this now."""
        turns = LedgerTurns(self.services.ledger, account.id, self.owner, self.services.timing)
        self.mouth = self.services.adapter(account, guard=self.services.leases.guard(self.owner), turns=turns)
        calls = self.mouth.manifest.calls if self.event.kind == ORDER else 1
        self.mouth.room(calls, queued=self.event.reason in PUT_OFF)
        return self.mouth

    @property
    def account(self) -> Account | None:
        """The account spoken to, None when the run did not come that far."""
        return self.mouth.account if self.mouth else None

    @property
    def settle_delay(self) -> float:
        """Seconds until a lost write of the system spoken to can be looked up."""
        return self.mouth.manifest.settle_delay * self.services.timing.settle_scale if self.mouth else 0.0
