"""The shop itself: its clock, orders, statuses and methods, and what staff and shoppers do with them."""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from simulators.unas import catalogue, making
from simulators.unas.automatisms import Automatism
from simulators.unas.catalogue import KINDS, Method, Status
from simulators.unas.orders import Order
from simulators.world import World

if TYPE_CHECKING:
    from simulators.unas.sender import Sender

USUAL: dict[str, Any] = {"items": [{"gross": "3990"}], "buyer": {}, "delivery": {}, "payment": "transfer"}


class Shop(World):
    """What there is without the API."""

    sender: "Sender"

    def open(self) -> None:
        self.orders: dict[int, Order] = {}
        # Live orders by Key; a Key freed by a deletion may be issued again, an Id never.
        self.keys: dict[str, int] = {}
        self.freed: list[str] = []
        self.statuses: dict[int, Status] = catalogue.statuses()
        self.methods: tuple[Method, ...] = catalogue.methods()
        self.automatisms: dict[int, Automatism] = {}
        self.auto_set: Counter[str] = Counter(calls=0, orders=0)
        self.deletes = self.overwritten = 0
        self._ids = {"orders": count(146_194_506), "keys": count(100_001), "automatisms": count(1_245)}

    # ---- time -----------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Unix seconds by the shop's clock."""
        fixed = self.settings["clock"]
        return instant(fixed).timestamp() if fixed else time.time()

    def advance(self, seconds: float) -> None:
        if not self.settings["clock"]:
            raise ValueError("the clock runs by itself; fix it first")
        self.change({"clock": (instant(self.settings["clock"]) + timedelta(seconds=seconds)).isoformat()})

    def when(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, self.zone)

    def local(self, seconds: float) -> str:
        return self.when(seconds).strftime("%Y.%m.%d %H:%M:%S")

    def us_date(self, seconds: float) -> str:
        """As bans write it, and nothing else does."""
        return self.when(seconds).strftime("%m.%d.%Y %H:%M:%S")

    def today(self) -> date:
        return self.when(self.now()).date()

    # ---- orders ---------------------------------------------------------------------------------------------------

    def make(self, given: Mapping[str, Any]) -> list[Order]:
        """Orders of a description, `count` of them and `every` so many seconds; each raises its event."""
        return [self._made(given, index) for index in range(int(given.get("count", 1)))]

    def edit(self, order: Order, changes: Mapping[str, Any], quiet: bool = False) -> Order:
        """Staff or the shopper change an order; `quiet` neither touches DateMod nor raises an event."""
        before, was_paid = order.status, order.paid
        making.apply(self, order, changes)
        event = "order_modify_admin" if order.status == before else "order_status_modify"
        if order.paid and not was_paid:
            event = "successful_payment"
        if order.deleted:
            event = "order_delete"
            self.bury(order)
        if not quiet:
            order.modified = int(self.now())
            self._tell(changes.get("event", event), order)
        return order

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        order = self.edit(self.order(ident), changes, quiet=True)
        return order.shown(self)

    def blank(self, given: Mapping[str, Any]) -> Order:
        """An order without anything in it, with its own Id; the first status is the shop's first."""
        now = int(self.now())
        placed = _seconds(given.get("placed"), now)
        modified, status = _seconds(given.get("modified"), placed), next(iter(self.statuses))
        return Order(self.next_id("orders"), given.get("key") or "", placed, modified, status, placed,
                     given.get("currency", "HUF"), given.get("lang", "hu"))  # fmt: skip

    def keep(self, order: Order) -> None:
        order.key = order.key or self._next_key()
        if order.key in self.keys:
            raise ValueError(f"there is an order {order.key} already")
        self.orders[order.ident], self.keys[order.key] = order, order.ident

    def bury(self, order: Order) -> None:
        order.deleted = True
        if self.keys.pop(order.key, None) is not None:
            self.freed.append(order.key)

    def written(self, order: Order, event: str) -> None:
        """The API has changed an order: DateMod moves, and the shop may raise its events for it (setting echoes)."""
        order.modified = int(self.now())
        echoes = self.settings["echoes"]
        if echoes == "all" or (echoes == "status" and event == "order_status_modify"):
            self._tell(event, order)

    # ---- look-ups -------------------------------------------------------------------------------------------------

    def order(self, text: str) -> Order:
        """By Key, or by Id also when it is deleted."""
        ident = self.keys.get(text, int(text) if text.isdigit() else -1)
        if ident not in self.orders:
            raise ValueError(f"no order {text!r}")
        return self.orders[ident]

    def status(self, text: str) -> Status:
        """By id, name or, for descriptions, the first of a type."""
        for status in self.statuses.values():
            if text in (str(status.ident), status.name):
                return status
        if text not in KINDS:
            raise ValueError("Invalid Status")
        return next(status for status in self.statuses.values() if status.kind == text)

    def index(self, ident: int) -> str:
        """A status's place in the shop's list, from 1."""
        return str(list(self.statuses).index(ident) + 1)

    def method(self, kind: str, text: str) -> Method:
        for method in self.methods:
            if method.kind == kind and text in (str(method.ident), method.name, method.subtype):
                return method
        raise ValueError(f"no {kind} method {text!r}")

    def next_id(self, sort: str) -> int:
        return next(self._ids.setdefault(sort, count(1)))

    def _made(self, given: Mapping[str, Any], index: int) -> Order:
        placed = _seconds(given.get("placed"), int(self.now())) + index * int(given.get("every", 0))
        order = self.blank({**given, "placed": placed})
        order.key = order.key or self._next_key()
        making.apply(self, order, {**USUAL, **given})
        self.keep(order)
        self._tell(given.get("event", "order_send"), order)
        if order.paid and given.get("event", "order_send"):
            self._tell("successful_payment", order)
        return order

    def _next_key(self) -> str:
        """Setting reuse_keys: the Key of a deleted order is issued again before a new one."""
        if self.settings["reuse_keys"] and self.freed:
            return self.freed.pop(0)
        while (key := f"{self.settings['shop_id']}-{self.next_id('keys')}") in self.keys or key in self.freed:
            pass
        return key

    def _tell(self, event: str | None, order: Order) -> None:
        if event:
            self.sender.tell(event, order)


def instant(text: str) -> datetime:
    """An ISO instant with its zone; ValueError without one."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant needs its zone (2026-03-02T09:00:00+00:00)")
    return found


def _seconds(given: object, usual: int) -> int:
    """Unix seconds from a number or an ISO instant."""
    if given is None:
        return usual
    return int(instant(given).timestamp()) if isinstance(given, str) else int(str(given))
