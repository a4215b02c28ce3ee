"""UNAS's API: orders read by Key and told apart by Id, what changed, invoice numbers back, and webhooks (VIP).

Sheet: unas.md; vendor: https://unas.hu/tudastar/api (Megrendelések, Automata folyamatok). InvoiceAutoSet is never sent:
it would mark orders as invoiced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import ClassVar, Unpack
from xml.etree.ElementTree import Element, SubElement  # nosec B405

from adapters.manifest import Field
from adapters.ports import ShopPorts
from adapters.shops import unas_times, unas_xml
from adapters.shops.base import REUSED, Hooks, Reading, ShopClient, ShopInfo, Written
from adapters.shops.unas_api import Api
from adapters.shops.unas_entry import is_vip, may
from adapters.shops.unas_hooks import mend
from adapters.shops.unas_limits import SEVERAL
from adapters.shops.unas_line import URL
from adapters.shops.unas_listing import Listing, modified
from adapters.shops.unas_statuses import type_of
from adapters.shops.unas_xml import Tree, text
from schemas.connection import Shop
from schemas.document import Kind
from schemas.errors import Ambiguous, Auth, Permanent

CREDENTIALS = (
    Field("api_key", "API key", secret=True, pattern=r"\S{8,}", example="0123456789abcdef…"),
    Field("api_url", "API address", required=False, pattern=r"https?://\S+", example=URL,
          help="only for a stand-in of UNAS"),
)  # fmt: skip

#: What a key needs beside getOrder, and what is missing without it.
NEEDS: Mapping[str, str] = {
    "setOrder": "numbers and links do not get back into the shop",
    "getOrderStatus": "an order whose status has no type cannot be understood",
}
HOOKS_NEED = dict.fromkeys(("getAutomatism", "setAutomatism"), "webhooks are made by hand")
#: An order that ended badly keeps its status.
ENDED = "close_fault"
INVOICED = "2"
_GIVE = "Give the key these functions in UNAS (API kapcsolat), then: flask shop verify KEY"


def key_and_identity(order_id: str) -> tuple[str, str]:
    """An order's Key, and its Id where the Key was given out again ("" otherwise)."""
    key, mark, identity = order_id.rpartition(REUSED)
    return (key, identity) if mark and key and identity.isdecimal() else (order_id, "")


def to_reading(order: Element, now: datetime) -> Reading:
    """An order as its reader understands it. The payment's status is part of what files it: a payment may come within
    the second of the order. Pure."""
    paid = text(order, "Payment/Status")
    return Reading(
        order_id=text(order, "Key"),
        whole=cache(partial(unas_xml.one, order)),
        modified_at=unas_times.latest(modified(order), now),
        status=text(order, "Status")[:60] + (f" ({paid})" if paid else ""),
        identity=text(order, "Id"),
    )


def invoice_nodes(order: Element, written: Written) -> Tree:
    """What is still to be written of this document; empty when all is there (unas.md 4).

    Raises Permanent when another invoicer's number stands there. A proforma has no place in UNAS. Pure.
    """
    if written.kind is Kind.INVOICE:
        return _invoice(order, written)
    return _storno(order, written) if written.kind is Kind.CREDIT_NOTE else {}


def _invoice(order: Element, written: Written) -> Tree:
    there = text(order, "Invoice/Number")
    if there and there not in (written.number, *written.ours):
        raise Permanent(
            f"The order carries the invoice number {there}; {written.number} is not written over it.", system="unas",
            code="OTHER_NUMBER_THERE", remedy="See which invoice is right; clear the number in UNAS, then replay this.",
        )  # fmt: skip
    linked = text(order, "Invoice/Url") == written.url or not written.url
    if there == written.number and linked and text(order, "Invoice/Status") == INVOICED:
        return {}
    return {"Invoice": {"Status": INVOICED, "Number": written.number, "Url": written.url}}


def _storno(order: Element, written: Written) -> Tree:
    """One text for all credit notes: each number once, the link of the last."""
    there = [word for word in text(order, "Storno/Number").split(", ") if word]
    if written.number in there:
        return {}
    return {"Storno": {"Number": ", ".join([*there, written.number]), "Url": written.url}}


def status_nodes(order: Element, written: Written) -> Tree:
    """The order's new status, unless it has it or has ended; the buyer hears of it only when asked for. Pure."""
    has = {text(order, "Status"), text(order, "StatusID")}
    if not written.status or written.status in has or text(order, "StatusType") == ENDED:
        return {}
    return {"Status": written.status, "StatusEmail": "yes" if written.tell_buyer else "no"}


class Unas(ShopClient):
    """Speaks to one shop."""

    platform: ClassVar[str] = "unas"
    label: ClassVar[str] = "UNAS"
    minds_hooks: ClassVar[bool] = True
    takes: ClassVar[frozenset[Kind]] = frozenset({Kind.INVOICE, Kind.CREDIT_NOTE})
    credentials: ClassVar[tuple[Field, ...]] = CREDENTIALS

    def __init__(self, shop: Shop, **ports: Unpack[ShopPorts]) -> None:
        super().__init__(shop, **ports)
        self.api = Api(shop, self.ports, self.limits)

    def verify(self) -> ShopInfo:
        """A log-in, which tells package and permissions."""
        told, token = self.api.entry.log_in(), self.api.entry.token()
        sends = is_vip(token)
        if not may(token, "getOrder"):
            raise self.api.error(Auth, "The key may not use getOrder: orders cannot be read.", "NO_RIGHTS", _GIVE)
        needs = {**NEEDS, **(HOOKS_NEED if sends else {})}
        missing = {name: why for name, why in needs.items() if not may(token, name)}
        warnings = [f"The key may not use {name}: {why}." for name, why in missing.items()]
        warnings += [] if sends else ["This package sends no webhooks (VIP does): orders are found by polling."]
        return ShopInfo(text(told, ".//WebshopName"), str(unas_times.BUDAPEST), tuple(warnings), sends)

    def order(self, order_id: str) -> Reading:
        """The order by its Key; where that was given out again, only if it is the one with this Id."""
        return to_reading(self._typed(self._found(order_id)), self.api.now())

    def changed(self, since: datetime) -> Iterator[Reading]:
        """By modification time; the readings hold whole orders."""
        listing = Listing(self._several, since, self.api.now)
        return (to_reading(self._typed(order), self.api.now()) for order in listing.orders())

    def rests_until(self, now: datetime) -> datetime | None:
        """UNAS wants to be left alone around midnight."""
        return unas_times.rest_ends(now)

    def write_back(self, order_id: str, written: Written) -> None:
        """One order a call; number and status apart, so that a status the shop does not know keeps no number back."""
        order = self._typed(self._found(order_id, written.identity))
        for nodes in (invoice_nodes(order, written), status_nodes(order, written)):
            if nodes:
                self._set(text(order, "Key"), nodes)

    def mend_hooks(self, delivery_url: str, secret: str) -> Hooks:
        """Make what is missing; one that was switched off was switched off by a person and stays."""
        token = self.api.entry.token()
        if not is_vip(token):
            return Hooks(problem="Webhooks come with UNAS's package VIP alone.", remedy=_POLL)
        if not all(may(token, name) for name in HOOKS_NEED):
            return Hooks(problem=f"The key may not use {' and '.join(HOOKS_NEED)}.", remedy=_GIVE)
        return mend(self.api, delivery_url)

    def _found(self, order_id: str, identity: str = "") -> Element:
        """The order that is meant; raises ORDER_GONE. A Key that only looks like a marked one is tried last."""
        key, marked = key_and_identity(order_id)
        for name, wanted in dict.fromkeys(((key, marked or identity), (order_id, identity))):
            order = self._one(name)
            if order is not None and wanted in ("", text(order, "Id")):
                return order
        raise Permanent(
            f"The shop has no order {order_id}{f' with the Id {identity}' if identity else ''}.", system=self.platform,
            code="ORDER_GONE", remedy="Nothing: the order was deleted in the shop.",
        )  # fmt: skip

    def _one(self, key: str) -> Element | None:
        orders = self.api.read("getOrder", {"Key": key}, "Orders").findall("Order")
        return next((order for order in orders if text(order, "Key") == key), None)

    def _several(self, params: Mapping[str, str]) -> Sequence[Element]:
        return self.api.read("getOrder", params, "Orders", kind=SEVERAL).findall("Order")

    def _typed(self, order: Element) -> Element:
        """With its status' type, which some shops leave out; statuses are the shop's own and told apart by Id."""
        if not text(order, "StatusType") and text(order, "StatusID"):
            kind = type_of(self.api, text(order, "StatusID"))
            if kind:
                SubElement(order, "StatusType").text = kind
        return order

    def _set(self, key: str, nodes: Tree) -> None:
        told = self.api.write("setOrder", {"Order": {"Action": "modify", "Key": key, **nodes}}, "Orders").find("Order")
        if told is None or text(told, "Status") not in ("ok", "error"):
            raise self.api.error(Ambiguous, "UNAS did not say whether it took the change.", "UNREADABLE_ANSWER")
        if text(told, "Status") == "error":
            said = text(told, "Error/Message") or text(told, "Error") or "no reason given"
            raise self.api.error(Permanent, f"UNAS did not take {' and '.join(nodes)} of {key}: {said}", "NOT_TAKEN")


_POLL = "Let the shop be polled alone: flask shop edit KEY --mode poll. Or change the package in UNAS."
