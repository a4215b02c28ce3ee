"""From unrounded parts and the total that was asked to lines, a VAT breakdown and totals that add up exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.document import LineItem, TaxBreakdown, Totals
from schemas.money import ONE, ZERO, allocate, net_reachable, round_to, unit_of, unit_price, vat_in, vat_on

#: A VAT group of a document: category and rate (None with category O).
Group = tuple[str, Decimal | None]

#: BT-120 per category (EN 16931 BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10).
REASONS: Mapping[str, str] = {
    "E": "Exempt from VAT",
    "AE": "Reverse charge",
    "K": "Intra-Community supply",
    "G": "Export outside the EU",
    "O": "Not subject to VAT",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A line to be: amounts unrounded, `quantity` as the shop says it, rate and category decided."""

    source: str
    name: str
    quantity: Decimal
    net: Decimal
    gross: Decimal
    category: str
    rate: Decimal | None
    sku: str = ""
    unit: str = "C62"
    note: str = ""

    @property
    def group(self) -> Group:
        return self.category, self.rate


@dataclass(frozen=True, slots=True)
class Amounts:
    """The three figures of a line; net + vat = gross."""

    net: Decimal
    vat: Decimal
    gross: Decimal


def grouped(groups: Iterable[Group]) -> dict[Group, list[int]]:
    """The places of each group, groups in the order of their first appearance."""
    places: dict[Group, list[int]] = {}
    for index, group in enumerate(groups):
        places.setdefault(group, []).append(index)
    return places


def amounts_of(parts: Sequence[Part], target: Decimal, basis: str, decimals: int) -> tuple[list[Amounts], bool]:
    """Line figures whose gross sums to `target`, and whether a net group fell back to gross (documents.md 2.2, 2.3).

    `target` must be a multiple of the unit. EN 16931 BR-CO-10, 13, 14, 15 and BR-S-08 hold exactly by construction.
    """
    gross = allocate([part.gross for part in parts], target, decimals)
    result: list[Amounts] = [Amounts(ZERO, ZERO, ZERO)] * len(parts)
    adjusted = False
    for (_, rate), places in grouped(part.group for part in parts).items():
        mine = [gross[place] for place in places]
        figures = None if basis == "gross" else _from_net([parts[place].net for place in places], mine, rate, decimals)
        adjusted |= figures is None and basis != "gross"
        for place, line in zip(places, figures or from_gross(mine, rate, decimals), strict=True):
            result[place] = line
    return result, adjusted


def _from_net(
    nets: Sequence[Decimal], gross: Sequence[Decimal], rate: Decimal | None, decimals: int
) -> list[Amounts] | None:
    """Rounded nets rule and VAT is what remains; None when that VAT is more than a unit off (documents.md 2.2)."""
    rounded = [round_to(net, decimals) for net in nets]
    net = sum(rounded, ZERO)
    vat = sum(gross, ZERO) - net
    if abs(vat - round_to(vat_on(net, rate or ZERO), decimals)) > unit_of(decimals):
        return None
    if not rate:
        # BR-E-09 and its sisters: no VAT at all at rate zero, so a unit that was moved belongs to the net.
        return [Amounts(g, ZERO, g) for g in gross]
    return [Amounts(n, g - n, g) for n, g in zip(rounded, gross, strict=True)]


def from_gross(
    gross: Sequence[Decimal], rate: Decimal | None, decimals: int, vat: Decimal | None = None
) -> list[Amounts]:
    """VAT taken out of a group's gross (or given as `vat`) and spread over its lines (documents.md 2.3 no. 5)."""
    percent = rate or ZERO
    total = round_to(vat_in(sum(gross, ZERO), percent), decimals) if vat is None else vat
    parts = allocate([vat_in(line, percent) for line in gross], total, decimals) if percent else [ZERO] * len(gross)
    return [Amounts(line - part, part, line) for line, part in zip(gross, parts, strict=True)]


def line_of(place: int, part: Part, figures: Amounts, decimals: int) -> LineItem:
    """A line (BG-25): a negative amount has a negative quantity and a positive price (EN 16931 BR-27)."""
    pieces = abs(part.quantity) or ONE
    negative = (figures.gross or figures.net or part.gross) < 0
    return LineItem(
        id=str(place),
        source=part.source,
        name=part.name,
        quantity=-pieces if negative else pieces,
        unit_net=unit_price(figures.net, pieces, decimals),
        unit_gross=unit_price(figures.gross, pieces, decimals),
        vat_category=part.category,
        vat_rate=part.rate,
        net=figures.net,
        vat=figures.vat,
        gross=figures.gross,
        sku=part.sku,
        unit=part.unit,
        note=part.note,
    )


def lines_of(parts: Sequence[Part], figures: Sequence[Amounts], decimals: int) -> tuple[LineItem, ...]:
    """The document's lines, numbered from 1."""
    return tuple(
        line_of(place, part, line, decimals) for place, (part, line) in enumerate(zip(parts, figures, strict=True), 1)
    )


def breakdown_of(lines: Sequence[LineItem], decimals: int) -> tuple[TaxBreakdown, ...]:
    """One row per category and rate, category first, then rate falling (BG-23; BR-CO-18, BR-S-08 and sisters)."""
    groups = grouped((line.vat_category, line.vat_rate) for line in lines)
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], -(item[0][1] or ZERO)))
    return tuple(_row(group, [lines[place] for place in places], decimals) for group, places in ordered)


def _row(group: Group, lines: Sequence[LineItem], decimals: int) -> TaxBreakdown:
    category, rate = group
    net = sum((line.net for line in lines), ZERO)
    vat = sum((line.vat for line in lines), ZERO)
    return TaxBreakdown(
        category=category,
        rate=rate,
        taxable=net,
        vat=vat,
        gross=net + vat,
        vat_minus_taxable_x_rate=vat - round_to(vat_on(net, rate or ZERO), decimals),
        net_reachable=net_reachable(net + vat, rate or ZERO, decimals),
        reason=REASONS.get(category, ""),
    )


def totals_of(rows: Sequence[TaxBreakdown], paid: Decimal, rounding: Decimal) -> Totals:
    """BG-22: BT-110 is the sum of the rows (BR-CO-14), BT-112 = BT-109 + BT-110 (BR-CO-15), BT-115 (BR-CO-16)."""
    net = sum((row.taxable for row in rows), ZERO)
    vat = sum((row.vat for row in rows), ZERO)
    return Totals(net=net, vat=vat, gross=net + vat, paid=paid, rounding=rounding, due=net + vat - paid + rounding)
