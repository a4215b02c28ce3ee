"""Which VAT rate and category each element of an order bears (documents.md 3.1): read, never chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.errors import Unbalanced
from schemas.money import HUNDRED, ONE, ZERO, plain, round_to, said, vat_on
from schemas.order import Element, TaxShare
from workers.money.figures import Group, Part
from workers.money.percent import Taxes, checked, known_percent, percent_of, snap, vat_country
from workers.money.zero import category_of

_SPLIT_TOLERANCE = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Priced:
    """Parts with rate and category, and the countries whose VAT they bear."""

    parts: tuple[Part, ...]
    countries: tuple[str, ...]


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
        percent = known_percent(taxes, element.taxes[0].rate_id)
        if percent and not round_to(vat_on(element.net, percent), taxes.decimals):
            return list(element.taxes)
    return shares


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


def _unnamed_rate(taxes: Taxes, element: Element) -> tuple[Sequence[Part | Element], set[str]]:
    """Tax without a tax list: the order's only rate, else what the element itself shows."""
    if len(taxes.order.rates) == 1:
        return _one_rate(taxes, element, next(iter(taxes.order.rates)))
    country = vat_country(taxes, "")
    return [_part(element, "S", snap(taxes, [element], country))], {country}


def _one_rate(taxes: Taxes, element: Element, rate_id: str) -> tuple[Sequence[Part | Element], set[str]]:
    rate = taxes.order.rates.get(rate_id)
    unpriced = (rate is None or rate.percent is None) and not element.net and not element.tax
    if unpriced and known_percent(taxes, rate_id) is None:
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
            f"{element.name} ({element.source}): {len(shares)} taxes, together {said(element.tax, 4)}, lie on one base "
            f"of {said(element.net, 4)} {taxes.order.currency}.",
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
    percent = checked(taxes, element.rate, country)
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
