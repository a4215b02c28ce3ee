"""An order as the shop keeps it: items, meta, refunds, notes; its totals, and what a change of status does to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.woocommerce.php import rounded, six
from simulators.woocommerce.taxes import Rate, Rates, Taxes

ZERO = Decimal(0)
STATUSES = {"pending": "Pending payment", "processing": "Processing", "on-hold": "On hold", "completed": "Completed",
            "cancelled": "Cancelled", "refunded": "Refunded", "failed": "Failed",
            "checkout-draft": "Draft"}  # fmt: skip
HIDDEN = ("trash", "auto-draft")
DRAFTS = ("auto-draft", "checkout-draft")


@dataclass
class Meta:
    ident: int
    key: str
    value: Any


@dataclass
class Item:
    """A product, shipping or fee line; sums are net with six decimals, taxes per rate id."""

    ident: int
    kind: str
    name: str
    total: Decimal
    taxes: Taxes
    rates: Rates = ()
    subtotal: Decimal = ZERO
    subtotal_taxes: Taxes = field(default_factory=dict)
    quantity: Decimal = Decimal(1)
    tax_class: str = ""
    taxable: bool = True
    product_id: int = 0
    variation_id: int = 0
    sku: str | None = ""
    parent_name: str | None = None
    method_id: str = "flat_rate"
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Coupon:
    ident: int
    code: str
    kind: str
    amount: Decimal
    discount: Decimal
    discount_tax: Decimal
    meta_id: int


@dataclass
class Refund:
    """Lines carry negative sums; `amount` is what was paid back and need not equal them."""

    ident: int
    created: datetime
    amount: Decimal
    reason: str
    items: list[Item]
    tax_ids: dict[int, int]
    refunded_payment: bool = False


@dataclass
class Note:
    ident: int
    created: datetime
    text: str
    to_customer: bool
    author: str


@dataclass
class Order:
    ident: int
    number: str
    key: str
    status: str
    currency: str
    created: datetime
    modified: datetime
    prices_include_tax: bool
    billing: dict[str, str]
    shipping: dict[str, str]
    fields: dict[str, Any]
    items: list[Item]
    coupons: list[Coupon] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    tax_ids: dict[int, int] = field(default_factory=dict)
    paid: datetime | None = None
    completed: datetime | None = None
    needs_processing: bool = True
    subtotal_rounding: bool = False
    before_trash: str = ""
    announced: bool = False
    born: float = 0.0
    totals: dict[str, Decimal] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    paid_by_cards: Decimal = ZERO
    told: dict[str, Any] = field(default_factory=dict)

    def of(self, *kinds: str) -> list[Item]:
        return [item for item in self.items if item.kind in kinds]

    @property
    def refunded(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), ZERO)

    @property
    def left(self) -> Decimal:
        return self.totals["total"] - self.refunded

    def rates(self) -> list[Rate]:
        """Every rate of the order once, in order of appearance."""
        return list(
            {rate.ident: rate for item in self.items for rate in item.rates if rate.ident in item.taxes}.values()
        )

    def line_tax(self, tax: Decimal, decimals: int) -> Decimal:
        """Rounded a line unless the shop rounds at the subtotal; half down with gross prices (2.4)."""
        return tax if self.subtotal_rounding else rounded(tax, decimals, half_down=self.prices_include_tax)

    def tax_sum(self, items: Iterable[Item], decimals: int, subtotal: bool = False) -> Decimal:
        taxes = (item.subtotal_taxes if subtotal else item.taxes for item in items)
        return sum((self.line_tax(tax, decimals) for found in taxes for tax in found.values()), ZERO)

    def add_up(self, decimals: int) -> None:
        """The order's own sums, as WC_Abstract_Order::calculate_totals makes them."""
        lines = self.of("line_item")
        net = _sum((item.total for item in lines), self, decimals)
        goods = [*lines, *self.of("fee")]
        raw = {name: sum((sum(found(item).values(), ZERO) for item in lines), ZERO) for name, found in _TAXES.items()}
        found = {
            "discount_total": _sum((item.subtotal for item in lines), self, decimals) - net,
            # The shop subtracts binary floats, so that an exact half comes out low (captured: 0.925 as 0.92).
            "discount_tax": rounded(raw["subtotal"] - raw["total"], decimals, half_down=True),
            "shipping_total": sum((item.total for item in self.of("shipping")), ZERO),
            "shipping_tax": self.tax_sum(self.of("shipping"), decimals),
            "cart_tax": self.tax_sum(goods, decimals),
        }
        fees = sum((item.total for item in self.of("fee")), ZERO)
        tax = found["cart_tax"] + found["shipping_tax"]
        found["total_tax"] = rounded(tax, decimals)
        # Gift cards lower the total outside all lines (2.3).
        found["total"] = rounded(net + fees + found["shipping_total"] + tax, decimals) - self.paid_by_cards
        self.totals = found

    def move(self, status: str, now: datetime) -> bool:
        """Change the status; dates of payment and completion as in WC_Order::status_transition. True = changed."""
        if status == self.status:
            return False
        self.status = status
        due = "completed" if self.fields["payment_method"] == "cod" or not self.needs_processing else "processing"
        if self.paid is None and status in (due, "completed"):
            self.paid = now
        if status == "completed":
            self.completed = now
        return True

    def pay(self, now: datetime) -> bool:
        """payment_complete: processing, or completed when nothing needs work."""
        self.paid = self.paid or now
        return self.move("processing" if self.needs_processing else "completed", now)


_TAXES: dict[str, Callable[[Item], Taxes]] = {
    "subtotal": lambda item: item.subtotal_taxes, "total": lambda item: item.taxes,
}  # fmt: skip


def _sum(amounts: Iterable[Decimal], order: Order, decimals: int) -> Decimal:
    return sum((six(one) if order.subtotal_rounding else rounded(one, decimals) for one in amounts), ZERO)
