"""Whether a document still says what the order says (documents.md 4.3 no. 9)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from schemas.document import Draft, LineItem, Party
from schemas.money import unit_of


def same(now: Draft, before: Draft) -> bool:
    """Currency and total are equal, and per line source, quantity, rate, category and, within one unit, gross.

    The unit is allowed since a reading with two decimals differs from one with six in single lines (documents.md 1.3).
    """
    if now.currency != before.currency or now.totals.gross != before.totals.gross:
        return False
    return _lines_agree(now.lines, before.lines, unit_of(min(now.decimals, before.decimals)))


def _lines_agree(now: Sequence[LineItem], before: Sequence[LineItem], unit: Decimal) -> bool:
    ours, theirs = sorted(now, key=_key), sorted(before, key=_key)
    return [_key(line) for line in ours] == [_key(line) for line in theirs] and all(
        abs(a.gross - b.gross) <= unit for a, b in zip(ours, theirs, strict=True)
    )


def _key(line: LineItem) -> tuple[str, Decimal, Decimal, str]:
    return line.source, line.quantity, Decimal(-1) if line.vat_rate is None else line.vat_rate, line.vat_category


def same_amounts(now: Draft, before: Draft) -> bool:
    """Totals and every VAT row are equal."""
    rows = [{(r.category, r.rate, r.gross) for r in draft.breakdown} for draft in (now, before)]
    return now.currency == before.currency and now.totals.gross == before.totals.gross and rows[0] == rows[1]


def buyer_changed(now: Party, before: Party) -> bool:
    """Name, country or VAT number differ, or the street address where the earlier one is known."""
    if (now.name, now.country, now.vat_id) != (before.name, before.country, before.vat_id):
        return True
    return bool(before.address.street or before.address.city) and now.address != before.address
