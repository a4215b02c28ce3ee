"""What is left of an invoice after its credit notes, per VAT group, by the figures really issued (documents.md 2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.document import Issued, TaxBreakdown
from schemas.money import ZERO, plain
from workers.money.figures import Group


@dataclass(frozen=True, slots=True)
class Left:
    """A VAT group of the invoice: what was invoiced and what was credited before, net + vat = gross."""

    gross: Decimal
    vat: Decimal
    credited_gross: Decimal = ZERO
    credited_vat: Decimal = ZERO

    @property
    def rest(self) -> Decimal:
        """Gross that can still be credited."""
        return self.gross - self.credited_gross

    @property
    def rest_vat(self) -> Decimal:
        return self.vat - self.credited_vat


def left_of(invoice: Issued, credits: Sequence[Issued]) -> dict[Group, Left]:
    """Every VAT group of the invoice with what its credit notes left of it, in the invoice's order."""
    before: dict[Group, tuple[Decimal, Decimal]] = {}
    for credit in credits:
        for group, (gross, vat) in _figures(credit).items():
            so_far = before.get(group, (ZERO, ZERO))
            before[group] = (so_far[0] + gross, so_far[1] + vat)
    return {
        group: Left(gross, vat, *before.get(group, (ZERO, ZERO))) for group, (gross, vat) in _figures(invoice).items()
    }


def rest_of(left: Mapping[Group, Left]) -> Decimal:
    """Gross of the invoice that is not credited yet."""
    return sum((group.rest for group in left.values()), ZERO)


def _figures(issued: Issued) -> dict[Group, tuple[Decimal, Decimal]]:
    """Gross and VAT per group: VAT as the system gave it back, where it tells (credit notes may come back negative)."""
    told = issued.document.vat_by_rate if issued.document else {}
    return {(row.category, row.rate): (row.gross, _vat(row, told)) for row in issued.draft.breakdown}


def _vat(row: TaxBreakdown, told: Mapping[str, Decimal]) -> Decimal:
    said = told.get(plain(row.rate)) if row.rate and row.category == "S" else None
    return row.vat if said is None else abs(said).copy_sign(row.vat)


def is_all_credited(left: Mapping[Group, Left]) -> bool:
    """Nothing is left at any rate; a sum of zero alone could hide a rest of one rate behind another's."""
    return not any(group.rest or group.rest_vat for group in left.values())
