"""One order of the shop and its items, and how getOrder writes them (sections 3.2 and 3.3)."""

import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.unas.arithmetic import DISPLAYED, displayed, plain
from simulators.unas.catalogue import Status
from simulators.unas.nodes import Marked, Tree, without
from simulators.unas.shape import ITEM, ORDER

if TYPE_CHECKING:
    from simulators.unas.shop import Shop

SHIPPING, HANDLING, PERCENT, AMOUNT = "shipping-cost", "handel-cost", "discount-percent", "discount-amount"
GIFT = "gift"
# Items that are no goods carry one of these words as Id and Sku; UNAS spells the second one so.
VIRTUAL = (SHIPPING, HANDLING, PERCENT, AMOUNT, GIFT)


@dataclass(frozen=True, slots=True)
class Item:
    """Prices are per unit; `rate` None when the shop gives no VAT; `nodes` is whatever else the item carries."""

    ident: str
    sku: str
    name: str
    quantity: Decimal
    gross: Decimal
    net: Decimal | None = None
    rate: Decimal | None = None
    unit: str = "db"
    percent: Decimal | None = None
    nodes: Tree = field(default_factory=dict)
    omit: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        return self.gross * self.quantity

    @property
    def virtual(self) -> bool:
        return self.ident in VIRTUAL

    def shown(self, percent_sign: bool = True) -> Tree:
        sign = "%" if percent_sign else ""
        own = {"Id": self.ident, "Sku": self.sku, "Name": self.name, "Unit": self.unit,
               "Quantity": plain(self.quantity), "PriceNet": _plain(self.net), "PriceGross": plain(self.gross),
               "Percent": _plain(self.percent),
               "Vat": None if self.rate is None else f"{plain(self.rate)}{sign}"}  # fmt: skip
        return ordered({**own, **self.nodes}, ITEM, self.omit)


@dataclass
class Order:
    """`nodes` holds the parts that are stored as they are written; times are unix seconds."""

    ident: int
    key: str
    placed: int
    modified: int
    status: int
    status_since: int
    currency: str = "HUF"
    lang: str = "hu"
    nodes: Tree = field(default_factory=lambda: {"Invoice": {"Status": "0", "StatusText": ""}})
    items: tuple[Item, ...] = ()
    # A sum that does not add up, as a shop's own pages can leave it.
    wrong_sum: Decimal | None = None
    omit: tuple[str, ...] = ()
    deleted: bool = False
    # What the compact description said, so that a later change of one line keeps the others.
    given: dict[str, Any] = field(default_factory=dict)
    born: float = field(default_factory=time.monotonic)
    # Every invoice number the API ever wrote here, and the e-mails it had UNAS send.
    numbers: list[str] = field(default_factory=list)
    emails: int = 0

    @property
    def sum(self) -> Decimal:
        return sum((item.total for item in self.items), Decimal(0)) if self.wrong_sum is None else self.wrong_sum

    @property
    def invoice(self) -> Tree:
        found: Tree = self.nodes["Invoice"]
        return found

    @property
    def email(self) -> str:
        return str((self.nodes.get("Customer") or {}).get("Email") or "")

    @property
    def paid(self) -> bool:
        return (self.nodes.get("Payment") or {}).get("Status") in ("paid", "overpaid")

    def shown(self, world: "Shop") -> Tree:
        """The whole <Order>, nodes in UNAS's order, empty ones included where UNAS writes them empty."""
        status = world.statuses[self.status]
        total = displayed(self.sum, self.currency) if world.settings["sum_rounding"] == "display" else self.sum
        own = {
            "Key": self.key, "Id": str(self.ident), "Date": world.local(self.placed),
            "DateMod": world.local(self.modified), "Lang": self.lang, "Currency": self.currency,
            "PriceRounding": str(DISPLAYED.get(self.currency, 2)), "Status": _status(world, status),
            "StatusDateMod": world.local(self.status_since), "StatusID": str(status.ident),
            "StatusType": status.kind if world.settings["status_type"] else None, "Authenticated": "yes",
            "SumPriceGross": plain(total),
            "Items": {"Item": [item.shown(world.settings["vat_sign"]) for item in self.items]},
        }  # fmt: skip
        return ordered({**own, **self.nodes}, ORDER, self.omit)


def ordered(tree: Tree, shape: Any, omit: tuple[str, ...]) -> Tree:
    found = {name: tree[name] for name in shape if tree.get(name) is not None}
    for path in omit:
        without(found, path)
    return found


def _status(world: "Shop", status: Status) -> str | Marked:
    """Some shops write attributes into the node; a reader must take its text alone (setting status_attributes)."""
    return Marked(status.name, f'id="{status.ident}"') if world.settings["status_attributes"] else status.name


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
