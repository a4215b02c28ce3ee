"""Order: what a shop says, in one shape for every source; evidence, not yet a document (documents.md 1.3 to 1.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from schemas.document import GiftCard, Party
from schemas.money import ZERO


@dataclass(frozen=True, slots=True)
class TaxShare:
    """One entry of an element's tax list: which of the order's rates, and how much tax; `subtotal` before coupons."""

    rate_id: str
    total: Decimal
    subtotal: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate the order itself names: `percent` None when an old shop did not say, `country` from its code or ""."""

    id: str
    percent: Decimal | None
    country: str = ""
    label: str = ""
    compound: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """A thing that costs or gives money: an item, a shipping line, a fee. Amounts are for all of it, unrounded.

    `tax` is what rules (documents.md 1.3): the sum of the tax list, or the written total; `tax_said` is the written
    total, "" in the source being zero. `rate` is set where the source names a percentage itself (UNAS, generic), and
    `vat_text` is its word for it. `net_said` False: the net was derived, so it proves nothing. `categories` None =
    unknown.
    """

    source: str
    name: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    taxes: tuple[TaxShare, ...] = ()
    tax_said: Decimal = ZERO
    tax_class: str = ""
    rate: Decimal | None = None
    vat_text: str = ""
    net_said: bool = True
    sku: str = ""
    unit: str = "C62"
    product_id: str = ""
    method: str = ""
    note: str = ""
    categories: tuple[str, ...] | None = None

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A part of a refund: which element (`line_item:101`, "" when the shop does not say), positive amounts."""

    source: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    taxes: tuple[TaxShare, ...] = ()

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back. `lines` () = an amount only; None = unknown, since the body tells only the total."""

    id: str
    amount: Decimal
    at: datetime | None = None
    reason: str = ""
    lines: tuple[RefundLine, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A shop's order as read. `total` is what the shopper was asked to pay, after gift cards; instants are UTC.

    `basis` gross | net says how the shop typed its prices. `paid_at` and `completed_at` None = not (yet) so; `paid` is
    the shop's word. `meta` holds the scalar extra fields. `invoiced_elsewhere` is the other invoicer's number or why.
    `vat_country` is the country whose VAT was charged, where the source says so for the whole order. `made_of` are the
    ids of the orders that this one was merged or split from, `takes_back` is that of the order whose goods it returns.
    """

    id: str
    number: str
    status: str
    currency: str
    total: Decimal
    basis: str
    buyer: Party
    platform: str = "woocommerce"
    placed_at: datetime | None = None
    modified_at: datetime | None = None
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    paid: bool = False
    payment_method: str = ""
    payment_title: str = ""
    transaction_id: str = ""
    channel: str = ""
    delivery: Party | None = None
    lines: tuple[Element, ...] = ()
    shipping: tuple[Element, ...] = ()
    fees: tuple[Element, ...] = ()
    rates: Mapping[str, TaxRate] = field(default_factory=dict)
    refunds: tuple[Refund, ...] = ()
    gift_cards: tuple[GiftCard, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    language: str = ""
    invoiced_elsewhere: str = ""
    tax_total_said: Decimal | None = None
    vat_country: str = ""
    sequence: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    takes_back: str = ""

    @property
    def elements(self) -> tuple[Element, ...]:
        """Everything that costs or gives money, in the order of the source (WooCommerce: items, shipping, fees)."""
        together = self.lines + self.shipping + self.fees
        if not self.sequence:
            return together
        place = {source: index for index, source in enumerate(self.sequence)}
        return tuple(sorted(together, key=lambda element: place[element.source]))

    @property
    def gifts(self) -> Decimal:
        """Sum of the multi-purpose gift cards: a payment that the shop already took off `total`."""
        return sum((card.amount for card in self.gift_cards), ZERO)
