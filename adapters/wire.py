"""How a draft is said to a system so that it arrives at our total: positions in three price styles (documents.md 2.5).

Every encoding is checked against a model of the receiving system before it is handed out; what cannot be said exactly
is refused with NO_EXACT_ENCODING rather than sent with a wrong cent. Signs are the draft's: adapters turn them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from adapters.styles import STYLES, Price, Style
from schemas.document import Document, Draft, LineItem, TaxBreakdown
from schemas.errors import Permanent
from schemas.money import HUNDRED, ONE, ZERO, fits, floor_to, is_whole, plain, round_to, said, unit_of, vat_in, vat_on

__all__ = ["STYLES", "Encoding", "Position", "Price", "Style", "compare", "encode", "gives_back"]

Group = tuple[str, Decimal | None]
#: How many more decimals than the document a price has that is moved by a part of a unit.
FINER = 2


@dataclass(frozen=True, slots=True)
class Position:
    """A position to send: the draft's line it belongs to, signed quantity, price per piece never negative (BR-27).

    `name` tells the true quantity when the position is one piece of the whole amount.
    """

    line: LineItem
    quantity: Decimal
    price: Decimal
    name: str


@dataclass(frozen=True, slots=True)
class Encoding:
    """What to send: positions, and the amount of a rounding position outside VAT (0 = none)."""

    style: Style
    positions: tuple[Position, ...]
    rounding: Decimal = ZERO


def encode(draft: Draft, styles: Style | Sequence[Style], system: str) -> Encoding:
    """Positions that give the draft back, in the first style that can say it (documents.md 2.5).

    Raises Permanent NO_EXACT_ENCODING when no style of the system can: then nothing may be sent.
    """
    tried = (styles,) if isinstance(styles, Style) else tuple(styles)
    for style in tried:
        encoding = _ENCODERS[style.price](draft, style)
        if encoding is not None and gives_back(draft, encoding):
            return encoding
    raise Permanent(
        f"{system} cannot say {said(draft.totals.gross, draft.decimals)} {draft.currency} with these lines: every "
        "way of writing the prices comes out a unit off.",
        system=system,
        code="NO_EXACT_ENCODING",
        remedy="Issue this document by hand, or use an account or system that takes gross prices or totals.",
    )


def _totals(draft: Draft, style: Style) -> Encoding:
    """The figures are sent as they are; the unit price only has to multiply to them."""
    positions = [
        position
        for line in draft.lines
        for position in _priced(line, line.gross, style, draft.decimals, keep_together=True)
    ]
    return Encoding(style, tuple(positions))


def _gross(draft: Draft, style: Style) -> Encoding:
    positions = [p for line in draft.lines for p in _priced(line, line.gross, style, _kept(draft, style))]
    return Encoding(style, tuple(positions))


def _kept(draft: Draft, style: Style) -> int:
    """To how many decimals the system rounds an amount of this draft."""
    return draft.decimals if style.kept is None else style.kept


def _priced(
    line: LineItem, amount: Decimal, style: Style, decimals: int, keep_together: bool = False
) -> list[Position]:
    """A line's amount as quantity × unit price: exact, exact after rounding, two positions, or one piece (a to d)."""
    pieces, size = abs(line.quantity), abs(amount)
    sign = -ONE if amount < 0 or (not amount and line.quantity < 0) else ONE
    price = round_to(size / pieces, style.decimals)
    if style.pieces is not None and not fits(pieces, style.pieces):
        return [_one_piece(line, sign, pieces, size)]
    if fits(size / pieces, style.decimals) or round_to(price * pieces, decimals) == size:
        return [Position(line, sign * pieces, _short(price, decimals), line.name)]
    if style.split and not keep_together and is_whole(pieces) and pieces > 1:
        return _two(line, sign, pieces, size, decimals)
    return [_one_piece(line, sign, pieces, size)]


def _one_piece(line: LineItem, sign: Decimal, pieces: Decimal, size: Decimal) -> Position:
    return Position(line, sign, size, f"{line.name} ({plain(pieces)} x {plain(round_to(size / pieces, 4))})")


def _two(line: LineItem, sign: Decimal, pieces: Decimal, size: Decimal, decimals: int) -> list[Position]:
    """Some pieces a unit cheaper than the others: always exact (8.78 for 3 = 1 × 2.92 + 2 × 2.93)."""
    unit = unit_of(decimals)
    low = floor_to(size / pieces, decimals)
    dear = (size - pieces * low) / unit
    return [
        Position(line, sign * count, price, line.name)
        for count, price in ((pieces - dear, low), (dear, low + unit))
        if count
    ]


def _short(price: Decimal, decimals: int) -> Decimal:
    """No more decimals than needed, no fewer than the document has."""
    return round_to(price, decimals) if fits(price, decimals) else price.normalize()


def _net(draft: Draft, style: Style) -> Encoding | None:
    """Nets from which the system's own VAT gives the gross; else a rounding position of a unit, where there is one."""
    nets = {line.id: line.net for line in draft.lines}
    rounding = ZERO
    for row in draft.breakdown:
        moved, rest = _reach(row, draft.decimals)
        if rest and not style.rounding:
            return None
        rounding += rest
        if moved:
            mine = [line for line in draft.lines if (line.vat_category, line.vat_rate) == (row.category, row.rate)]
            nets[max(mine, key=lambda line: abs(line.net)).id] += moved
    positions = [p for line in draft.lines for p in _priced(line, nets[line.id], style, draft.decimals)]
    encoding = Encoding(style, tuple(positions), rounding)
    return _levelled(draft, encoding) if style.carried and not _carries(draft, encoding) else encoding


def _levelled(draft: Draft, encoding: Encoding) -> Encoding:
    """The same with one price per rate moved by less than half a unit of its line, so that what was rounded per rate
    is not left over where nothing is rounded before the total."""
    moved = dict(_moved(encoding, row, draft.decimals) for row in draft.breakdown if row.rate)
    return replace(encoding, positions=tuple(moved.get(p, p) for p in encoding.positions))


def _moved(encoding: Encoding, row: TaxBreakdown, decimals: int) -> tuple[Position, Position]:
    """The position with the fewest pieces of a rate, and the same at the price that leaves nothing over."""
    mine = [p for p in encoding.positions if _group(p) == (row.category, row.rate)]
    few, rate = min(mine, key=lambda p: (abs(p.quantity), -p.price)), row.rate or ZERO
    rounded = sum((round_to(p.quantity * p.price, decimals) for p in mine), ZERO)
    rounded += round_to(vat_on(rounded, rate), decimals)
    over = sum((p.quantity * p.price for p in mine), ZERO) - rounded * HUNDRED / (HUNDRED + rate)
    return few, replace(few, price=max(round_to(few.price - over / few.quantity, decimals + FINER), ZERO))


def _group(position: Position) -> Group:
    return position.line.vat_category, position.line.vat_rate


def _carries(draft: Draft, encoding: Encoding) -> bool:
    """Whether a system that rounds nothing but the total comes to it."""
    rates = ((p.quantity * p.price, HUNDRED + (p.line.vat_rate or ZERO)) for p in encoding.positions)
    exact = sum((net * rate / HUNDRED for net, rate in rates), encoding.rounding)
    return round_to(exact, draft.decimals) == draft.totals.gross


def _reach(row: TaxBreakdown, decimals: int) -> tuple[Decimal, Decimal]:
    """How far to move a group's net so that net + round(net × r) is its gross, and what is still missing then."""
    unit = unit_of(decimals)
    rate = row.rate or ZERO
    best: tuple[Decimal, Decimal] | None = None
    for step in (0, -1, 1, -2, 2, -3, 3):
        moved = unit * step
        net = row.taxable + moved
        rest = row.gross - net - round_to(vat_on(net, rate), decimals)
        if best is None or abs(rest) < abs(best[1]):
            best = moved, rest
    return best or (ZERO, ZERO)


_ENCODERS: Mapping[Price, Callable[[Draft, Style], Encoding | None]] = {
    Price.TOTALS: _totals,
    Price.GROSS: _gross,
    Price.NET: _net,
}


def gives_back(draft: Draft, encoding: Encoding) -> bool:
    """The local model of the receiving system: total exact, every rate within a unit (documents.md 2.5, end).

    TOTALS and GROSS: every group's gross exact. NET: VAT = round(sum of line nets × r), and the sum with the rounding
    position is the total. A rounding position only where a gross is out of reach, a unit per such rate at most.
    """
    sums: dict[Group, Decimal] = {}
    for position in encoding.positions:
        group = _group(position)
        amount = round_to(position.quantity * position.price, _kept(draft, encoding.style))
        sums[group] = sums.get(group, ZERO) + amount
    if encoding.style.price is Price.TOTALS:
        return _totals_hold(draft, encoding)
    if encoding.style.price is Price.GROSS:
        return all(_gross_holds(draft, row, sums.get((row.category, row.rate))) for row in draft.breakdown)
    return _net_holds(draft, encoding, sums)


def _totals_hold(draft: Draft, encoding: Encoding) -> bool:
    """Unit prices are informative here but must multiply to the line within the unit."""
    return all(round_to(p.quantity * p.price, draft.decimals) == p.line.gross for p in encoding.positions)


def _gross_holds(draft: Draft, row: TaxBreakdown, gross: Decimal | None) -> bool:
    if gross is None or gross != row.gross:
        return False
    # A closing credit may take more than one unit of VAT, which a system that computes cannot follow (2.7).
    return abs(round_to(vat_in(gross, row.rate or ZERO), draft.decimals) - row.vat) <= _slack(draft, row)


def _slack(draft: Draft, row: TaxBreakdown) -> Decimal:
    return max(unit_of(draft.decimals), abs(row.vat_minus_taxable_x_rate))


def _net_holds(draft: Draft, encoding: Encoding, sums: Mapping[Group, Decimal]) -> bool:
    total, out_of_reach = ZERO, 0
    for row in draft.breakdown:
        net = sums.get((row.category, row.rate), ZERO)
        vat = round_to(net * (row.rate or ZERO) / HUNDRED, draft.decimals)
        out_of_reach += not row.net_reachable
        total += net + vat
        if abs(vat - row.vat) > _slack(draft, row) + unit_of(draft.decimals):
            return False
    limit = unit_of(draft.decimals) * out_of_reach
    if encoding.style.carried and not _carries(draft, encoding):
        return False
    return total + encoding.rounding == draft.totals.gross and abs(encoding.rounding) <= limit


def compare(draft: Draft, document: Document) -> tuple[str, ...]:
    """Differences between what we asked for and what the system says it has; () = agreed (golden rule 6).

    Currency and total must be equal to the unit (credit notes may come back negative), VAT per rate within one unit
    where the system tells it.
    """
    differences = []
    if document.currency != draft.currency:
        differences.append(f"currency {document.currency}, not {draft.currency}")
    if abs(document.gross) != abs(draft.totals.gross):
        differences.append(f"total {plain(document.gross)}, not {plain(draft.totals.gross)}")
    for row in draft.breakdown:
        theirs = document.vat_by_rate.get(plain(row.rate or ZERO))
        if theirs is not None and abs(abs(theirs) - _vat_at(draft, row.rate)) > unit_of(draft.decimals):
            differences.append(f"VAT at {plain(row.rate or ZERO)} % {plain(theirs)}, not {plain(row.vat)}")
    return tuple(differences)


def _vat_at(draft: Draft, rate: Decimal | None) -> Decimal:
    """VAT of a percentage over all categories: systems tell it by percentage alone."""
    return abs(sum((row.vat for row in draft.breakdown if (row.rate or ZERO) == (rate or ZERO)), ZERO))
