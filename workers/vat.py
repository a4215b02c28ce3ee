"""Which VAT rate and category each element of an order bears (documents.md 3.1): read, never chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from schemas.connection import Policy
from schemas.document import Seller
from schemas.errors import Unbalanced
from schemas.money import HUNDRED, ONE, ZERO, is_whole, plain, round_to, said, unit_of, vat_on
from schemas.order import Element, Order, TaxShare
from schemas.rates import canonical, legal_rates
from workers.figures import Group, Part
from workers.zero import category_of, destination_of, is_other_eu

#: Currencies in which a shop without any decimals shows that it rounds to whole units (documents.md 2.3 no. 3).
_ROUNDED_CURRENCIES = frozenset({"SEK", "CZK", "NOK", "DKK", "HUF", "ISK", "JPY"})
_TAX_TOLERANCE = Decimal("0.02")
_WHOLE_TAX_TOLERANCE = Decimal("0.65")
_SPLIT_TOLERANCE = Decimal("0.05")
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


@dataclass(frozen=True, slots=True)
class Priced:
    """Parts with rate and category, and the countries whose VAT they bear."""

    parts: tuple[Part, ...]
    countries: tuple[str, ...]


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


def price(taxes: Taxes, elements: Sequence[Element]) -> Priced:
    """Give every element its rate and category; an element of several rates becomes one part per rate.

    Raises Unbalanced with RATE_UNRESOLVED, RATE_NOT_LEGAL, MULTI_TAX_LINE, TAX_MISMATCH, ZERO_RATE_UNEXPLAINED or
    INVALID_BUYER_VAT_ID (documents.md 3.1, 3.4).
    """
    parts: list[Part | Element] = []
    countries: set[str] = set()
    for element in elements:
        priced, country = _priced(taxes, element)
        parts.extend(priced)
        countries |= country
    done = _free_lines(parts)
    if any(part.category == "O" for part in done) and any(part.category != "O" for part in done):
        raise Unbalanced(
            f"An order of {said(taxes.order.total)} {taxes.order.currency} mixes what is outside VAT with what is not: "
            "they cannot share a document (EN 16931 BR-O-11).",
            code="ZERO_RATE_UNEXPLAINED",
        )
    return Priced(done, tuple(sorted(countries)))


def _priced(taxes: Taxes, element: Element) -> tuple[Sequence[Part | Element], set[str]]:
    if element.rate is not None or element.vat_text:
        return _said_rate(taxes, element)
    shares = _shares(taxes, element)
    if len(shares) > 1:
        return _split(taxes, element, shares)
    if shares:
        return _one_rate(taxes, element, shares[0].rate_id)
    if element.tax:
        return _unnamed_rate(taxes, element)
    if not element.net and not element.taxes and taxes.seller.vat_status == "payer":
        return [element], set()
    return [_without_vat(taxes, element)], set()


def _shares(taxes: Taxes, element: Element) -> list[TaxShare]:
    """The entries that count: not zero; on a free line those that were not zero before the coupon (3.1 no. 1)."""
    shares = [share for share in element.taxes if share.total]
    if shares or element.tax:
        return shares
    if not element.net:
        shares = [share for share in element.taxes if share.subtotal]
    if not shares and len(element.taxes) == 1:
        percent = _known_percent(taxes, element.taxes[0].rate_id)
        if percent and not round_to(vat_on(element.net, percent), taxes.decimals):
            return list(element.taxes)
    return shares


def _known_percent(taxes: Taxes, rate_id: str) -> Decimal | None:
    """The percentage the order names, or one that its other elements show; None when neither."""
    rate = taxes.order.rates.get(rate_id)
    if rate is not None and rate.percent is not None:
        return rate.percent
    try:
        return percent_of(taxes, rate_id)
    except Unbalanced:
        return None


def _without_vat(taxes: Taxes, element: Element) -> Part:
    category, rate = category_of(element, taxes.order, taxes.seller, taxes.policy)
    return _part(element, category, rate)


def _part(element: Element, category: str, rate: Decimal | None) -> Part:
    return Part(
        source=element.source,
        name=element.name,
        quantity=element.quantity,
        net=element.net,
        gross=element.gross,
        category=category,
        rate=rate,
        sku=element.sku,
        unit=element.unit,
        note=element.note,
    )


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
        taxes.memo[rate_id] = (
            _snapped(taxes, rate_id, country) if percent is None else _checked(taxes, percent, country)
        )
    return taxes.memo[rate_id]


def _checked(taxes: Taxes, percent: Decimal, country: str) -> Decimal:
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
    return _snap(taxes, _bearing(taxes, rate_id), country)


def _unnamed_rate(taxes: Taxes, element: Element) -> tuple[Sequence[Part | Element], set[str]]:
    """Tax without a tax list: the order's only rate, else what the element itself shows."""
    if len(taxes.order.rates) == 1:
        return _one_rate(taxes, element, next(iter(taxes.order.rates)))
    country = vat_country(taxes, "")
    return [_part(element, "S", _snap(taxes, [element], country))], {country}


def _snap(taxes: Taxes, bearing: Sequence[Element], country: str) -> Decimal:
    net = sum((e.net for e in bearing), ZERO)
    tax = sum((e.tax for e in bearing), ZERO)
    coarse = taxes.whole and all(is_whole(e.tax) for e in bearing)
    unit = ONE if coarse else unit_of(taxes.decimals)
    near: list[Decimal] = []
    if net:
        window = HUNDRED * unit * (len(bearing) + 1) / 2 / abs(net) + _SNAP
        near = sorted(rate for rate in _legal(taxes, country) if abs(tax / net * HUNDRED - rate) <= window)
    if len(near) == 1:
        return _checked(taxes, near[0], country)
    found = " and ".join(plain(rate) for rate in near) or "no rate"
    raise Unbalanced(
        f"{said(tax, 4)} tax on {said(net, 4)} {taxes.order.currency} fits {found} of {country}, and the order does not "
        "name the percentage.",
        code="RATE_UNRESOLVED",
        remedy="Issue this document by hand, or read the order with a key that gives the rate (rate_percent).",
    )


def _one_rate(taxes: Taxes, element: Element, rate_id: str) -> tuple[Sequence[Part | Element], set[str]]:
    rate = taxes.order.rates.get(rate_id)
    unpriced = (rate is None or rate.percent is None) and not element.net and not element.tax
    if unpriced and _known_percent(taxes, rate_id) is None:
        return [element], set()
    percent = percent_of(taxes, rate_id)
    _check_tax(taxes, element, percent)
    return [_part(element, "S", percent)], {vat_country(taxes, rate_id)}


def _check_tax(taxes: Taxes, element: Element, percent: Decimal, pieces: Decimal = ONE) -> None:
    """|tax − net × rate| beyond the tolerance is stale or no real tax (documents.md 3.1 no. 5)."""
    expected = vat_on(element.net, percent)
    if abs(element.tax - expected) > taxes.tolerance * pieces:
        raise Unbalanced(
            f"{element.name} ({element.source}): the shop charged {said(element.tax, 4)} {taxes.order.currency} tax on "
            f"{said(element.net, 4)}, but {plain(percent)} % of it is {said(expected, 4)}.",
            code="TAX_MISMATCH",
            remedy="Recalculate the order's taxes in the shop, or issue this document by hand.",
        )


def _split(taxes: Taxes, element: Element, shares: Sequence[TaxShare]) -> tuple[Sequence[Part | Element], set[str]]:
    """Several taxes: a split over rates gives one part per rate; taxes on one base are refused (3.1 no. 6)."""
    nets = _split_nets(taxes, shares)
    if nets is None or abs(sum(nets, ZERO) - element.net) > _SPLIT_TOLERANCE:
        raise Unbalanced(
            f"{element.name} ({element.source}): {len(shares)} taxes, together {said(element.tax, 4)}, lie on one base of "
            f"{said(element.net, 4)} {taxes.order.currency}.",
            code="MULTI_TAX_LINE",
            remedy="Additive and compound taxes cannot be said in these documents: issue this one by hand.",
        )
    merged: dict[Decimal, list[Decimal]] = {}
    for share, net in zip(shares, nets, strict=True):
        figures = merged.setdefault(percent_of(taxes, share.rate_id), [ZERO, ZERO])
        figures[0] += net
        figures[1] += share.total
    # What the rounding of the taxes left over stays with the largest part, so that the parts are the element.
    largest = max(merged.values(), key=lambda figures: abs(figures[0]))
    largest[0] += element.net - sum(nets, ZERO)
    parts = [_share_part(element, rate, net, tax, len(merged) > 1) for rate, (net, tax) in merged.items()]
    return parts, {vat_country(taxes, share.rate_id) for share in shares}


def _split_nets(taxes: Taxes, shares: Sequence[TaxShare]) -> list[Decimal] | None:
    """tax × 100 / rate of each share; None when a rate is zero, which bears no tax."""
    percents: list[Decimal] = []
    for share in shares:
        rate = taxes.order.rates.get(share.rate_id)
        named = rate.percent if rate else None
        percents.append(percent_of(taxes, share.rate_id) if named is None else named)
    if not all(percents):
        return None
    return [share.total * HUNDRED / percent for share, percent in zip(shares, percents, strict=True)]


def _share_part(element: Element, rate: Decimal, net: Decimal, tax: Decimal, several: bool) -> Part:
    source = f"{element.source}@{plain(rate)}" if several else element.source
    return replace(_part(element, "S", rate), source=source, net=net, gross=net + tax)


def _said_rate(taxes: Taxes, element: Element) -> tuple[Sequence[Part | Element], set[str]]:
    """Sources that name a percentage themselves: UNAS and the generic one; a code or 0 % needs a reason."""
    if not element.rate:
        if not element.gross and not taxes.policy.zero_rate_map and taxes.seller.vat_status == "payer":
            return [element], set()
        return [_without_vat(taxes, replace(element, net=element.gross, tax=ZERO))], set()
    country = vat_country(taxes, "")
    percent = _checked(taxes, element.rate, country)
    if element.net_said:
        _check_tax(taxes, element, percent, max(ONE, abs(element.quantity)))
    return [_part(element, "S", percent)], {country}


def _free_lines(parts: Sequence[Part | Element]) -> tuple[Part, ...]:
    """A free line without any hint takes rate and category of the largest group (documents.md 3.1, end)."""
    sums: dict[Group, Decimal] = {}
    for part in parts:
        if isinstance(part, Part):
            sums[part.group] = sums.get(part.group, ZERO) + part.gross
    category, rate = max(sums, key=lambda group: abs(sums[group]), default=("S", ZERO))
    return tuple(part if isinstance(part, Part) else _part(part, category, rate) for part in parts)
