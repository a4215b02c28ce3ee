"""What a credit note changes, line by line: the state before it and after it, from the drafts of what was issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.document import Draft, LineItem


@dataclass(frozen=True, slots=True)
class Correction:
    """One line that a credit note changes, before and after; amounts as on the invoice, so a return lowers them."""

    before: LineItem
    after: LineItem

    @property
    def quantity(self) -> Decimal:
        return self.after.quantity - self.before.quantity

    @property
    def gross(self) -> Decimal:
        return self.after.gross - self.before.gross


def corrections(draft: Draft, issued: Draft, earlier: Sequence[Draft] = ()) -> tuple[Correction, ...]:
    """The lines that a credit note changes, before and after it. Pure; only subtracts figures that are given.

    A line credited by its source is lowered itself. An amount without a line (`refund:9`, `remainder`) lowers the lines
    of its category and rate: all to nothing when it takes all that is left of them, else the largest first.
    Raises ValueError when more is credited than stands.
    """
    standing = {line.source: line for line in issued.lines}
    for credit in earlier:
        standing = _lowered(standing, credit.lines)
    after = _lowered(standing, draft.lines)
    return tuple(
        Correction(standing[source], after[source]) for source in standing if after[source] != standing[source]
    )


def _lowered(standing: Mapping[str, LineItem], credits: Sequence[LineItem]) -> dict[str, LineItem]:
    """What stands after these credit lines."""
    lines = dict(standing)
    for credit in credits:
        if credit.source in lines:
            line = lines[credit.source]
            lines[credit.source] = _minus(line, line.quantity and credit.quantity, credit.net, credit.vat, credit.gross)
        else:
            lines |= _spread(lines, credit)
    _refuse_excess(standing, lines)
    return lines


def _refuse_excess(before: Mapping[str, LineItem], after: Mapping[str, LineItem]) -> None:
    """No line may lose more pieces than it had, no VAT rate more money; a line may end a unit off (documents.md
    2.7)."""
    left: dict[object, Decimal] = {}
    for source, line in after.items():
        if line.quantity * before[source].quantity < 0:
            raise ValueError(f"{source} is credited more pieces than stands there")
        rate = (line.vat_category, line.vat_rate)
        left[rate] = left.get(rate, Decimal(0)) + line.gross
    if any(gross < 0 for gross in left.values()):
        raise ValueError("the credit note takes more than stands at one VAT rate")


def _spread(lines: Mapping[str, LineItem], credit: LineItem) -> dict[str, LineItem]:
    """An amount without a line of its own, taken off the lines of its category and rate."""
    same = [
        line for line in lines.values() if (line.vat_category, line.vat_rate) == (credit.vat_category, credit.vat_rate)
    ]
    if sum(line.gross for line in same) == credit.gross:
        return {line.source: _nothing(line) for line in same}
    changed, left = {}, (credit.net, credit.vat, credit.gross)
    for line in sorted(same, key=lambda line: -line.gross):
        part = _share(line, left)
        left = (left[0] - part[0], left[1] - part[1], left[2] - part[2])
        changed[line.source] = _minus(line, Decimal(0), *part)
    if left[2] != 0:
        raise ValueError(f"{credit.source} credits more than stands at its VAT rate")
    return changed


def _share(line: LineItem, left: tuple[Decimal, Decimal, Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """How much of what is left this line can bear: all of it, or all of the line."""
    if line.gross <= 0:
        return Decimal(0), Decimal(0), Decimal(0)
    return left if left[2] < line.gross else (line.net, line.vat, line.gross)


def _minus(line: LineItem, quantity: Decimal, net: Decimal, vat: Decimal, gross: Decimal) -> LineItem:
    rest = replace(
        line, quantity=line.quantity - quantity, net=line.net - net, vat=line.vat - vat, gross=line.gross - gross
    )
    return rest if rest.gross else _nothing(line)


def _nothing(line: LineItem) -> LineItem:
    zero = Decimal(0) * line.gross
    return replace(line, quantity=Decimal(0), net=abs(zero), vat=abs(zero), gross=abs(zero))
