"""The percentage behind a rate of an order: named, or computed and snapped to a legal one (documents.md 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from schemas.connection import Policy
from schemas.document import Seller
from schemas.errors import Unbalanced
from schemas.money import HUNDRED, ONE, ZERO, is_whole, plain, said, unit_of
from schemas.order import Element, Order
from schemas.rates import canonical, legal_rates
from workers.money.zero import destination_of, is_other_eu

#: Currencies in which a shop without any decimals shows that it rounds to whole units (documents.md 2.3 no. 3).
_ROUNDED_CURRENCIES = frozenset({"SEK", "CZK", "NOK", "DKK", "HUF", "ISK", "JPY"})
_TAX_TOLERANCE = Decimal("0.02")
_WHOLE_TAX_TOLERANCE = Decimal("0.65")
_SNAP = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Taxes:
    """An order seen with a seller's eyes on the day whose rates count (the tax point)."""

    order: Order
    seller: Seller
    policy: Policy
    on: date
    decimals: int
    whole: bool
    memo: dict[str, Decimal] = field(default_factory=dict, compare=False)

    @property
    def tolerance(self) -> Decimal:
        """How far an element's tax may be off its rate (documents.md 3.1 no. 5)."""
        return _WHOLE_TAX_TOLERANCE if self.whole or not self.decimals else _TAX_TOLERANCE


def rounds_to_whole(order: Order) -> bool:
    """Whether the shop provably rounds to whole units of money (documents.md 2.3 no. 3)."""
    if not is_whole(order.total):
        return False
    elements = order.elements
    taxes_whole = all(is_whole(element.tax_said) for element in elements)
    if taxes_whole and any(element.taxes and element.tax != element.tax_said for element in elements):
        return True
    total = order.tax_total_said
    if total is not None and is_whole(total) and sum((e.tax_said for e in elements), ZERO) != total:
        return True
    nothing_finer = all(is_whole(element.net) and is_whole(element.tax) for element in elements)
    return order.currency in _ROUNDED_CURRENCIES and nothing_finer


def known_percent(taxes: Taxes, rate_id: str) -> Decimal | None:
    """The percentage the order names, or one that its other elements show; None when neither."""
    rate = taxes.order.rates.get(rate_id)
    if rate is not None and rate.percent is not None:
        return rate.percent
    try:
        return percent_of(taxes, rate_id)
    except Unbalanced:
        return None


def vat_country(taxes: Taxes, rate_id: str) -> str:
    """Whose VAT a rate is: its code's prefix, else the destination under OSS, else the seller's (documents.md 3.1)."""
    rate = taxes.order.rates.get(rate_id)
    named = (rate.country if rate else "") or taxes.order.vat_country
    if named:
        return named
    place = destination_of(taxes.order, taxes.policy)
    abroad = taxes.seller.oss and is_other_eu(taxes.seller, place, taxes.policy.supply == "goods")
    return place.country if abroad else taxes.seller.country


def _legal(taxes: Taxes, country: str) -> frozenset[Decimal]:
    return legal_rates(country, taxes.on, taxes.policy.extra_rates)


def percent_of(taxes: Taxes, rate_id: str) -> Decimal:
    """The percentage of a rate: as the order says, else computed over all its elements and snapped to a legal one.

    Raises Unbalanced RATE_NOT_LEGAL or RATE_UNRESOLVED (documents.md 3.1 no. 3 and 4).
    """
    if rate_id not in taxes.memo:
        rate = taxes.order.rates.get(rate_id)
        percent = rate.percent if rate else None
        country = vat_country(taxes, rate_id)
        taxes.memo[rate_id] = _snapped(taxes, rate_id, country) if percent is None else checked(taxes, percent, country)
    return taxes.memo[rate_id]


def checked(taxes: Taxes, percent: Decimal, country: str) -> Decimal:
    order, seller = taxes.order, taxes.seller
    domestic = canonical(country) == canonical(seller.country)
    if seller.vat_status == "non_payer" or (seller.vat_status == "exempt" and domestic):
        why = f"the seller charges no VAT ({seller.vat_status})"
    elif percent in _legal(taxes, country):
        return percent
    else:
        known = ", ".join(plain(rate) for rate in sorted(_legal(taxes, country), reverse=True)) or "none known"
        why = f"that is no VAT rate of {country} on {taxes.on} ({known})"
    raise Unbalanced(
        f"{plain(percent)} % was charged in an order of {said(order.total)} {order.currency}, of which "
        f"{said(sum((e.tax for e in order.elements), ZERO))} tax: {why}.",
        code="RATE_NOT_LEGAL",
        remedy="Correct the rate in the shop, or add it to the route's own rates.",
    )


def _bearing(taxes: Taxes, rate_id: str) -> list[Element]:
    """The elements that bear this rate alone."""
    return [e for e in taxes.order.elements if [share.rate_id for share in e.taxes if share.total] == [rate_id]]


def _snapped(taxes: Taxes, rate_id: str, country: str) -> Decimal:
    """Computed rate, snapped within 100 × unit × (n + 1) / 2 / |net| + 0.02 points; exactly one candidate."""
    return snap(taxes, _bearing(taxes, rate_id), country)


def snap(taxes: Taxes, bearing: Sequence[Element], country: str) -> Decimal:
    net = sum((e.net for e in bearing), ZERO)
    tax = sum((e.tax for e in bearing), ZERO)
    coarse = taxes.whole and all(is_whole(e.tax) for e in bearing)
    unit = ONE if coarse else unit_of(taxes.decimals)
    near: list[Decimal] = []
    if net:
        window = HUNDRED * unit * (len(bearing) + 1) / 2 / abs(net) + _SNAP
        near = sorted(rate for rate in _legal(taxes, country) if abs(tax / net * HUNDRED - rate) <= window)
    if len(near) == 1:
        return checked(taxes, near[0], country)
    found = " and ".join(plain(rate) for rate in near) or "no rate"
    raise Unbalanced(
        f"{said(tax, 4)} tax on {said(net, 4)} {taxes.order.currency} fits {found} of {country}, and the order does "
        "not name the percentage.",
        code="RATE_UNRESOLVED",
        remedy="Issue this document by hand, or read the order with a key that gives the rate (rate_percent).",
    )
