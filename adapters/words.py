"""What every adapter needs to say a draft and to read a document: numbers, gaps, VAT per rate, what a look-up saw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from schemas.document import Document, Draft, Found, Sight


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None}


def number_text(number: Decimal) -> str:
    """A quantity or a rate as people write it: 2, 2.5, 25.5."""
    return f"{number.normalize():f}" if number else "0"


def as_json(value: Any) -> Any:
    """The same with every Decimal as a JSON number of exactly its digits, for systems that refuse texts. A float is
    only the carrier of its shortest spelling (IEEE 754: exact up to 15 digits); more digits are a ValueError."""
    if isinstance(value, dict):
        return {name: as_json(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [as_json(entry) for entry in value]
    if not isinstance(value, Decimal):
        return value
    number = int(value) if value == value.to_integral_value() else float(value)
    if Decimal(str(number)) != value:
        raise ValueError(f"{value} has more digits than a JSON number keeps")
    return number


def read_amount(text: Any, sign: int = 1) -> Decimal | None:
    """An amount as a system tells it, None when it tells none."""
    return None if text in (None, "") else sign * Decimal(str(text))


def cash_rounding(draft: Draft) -> str:
    """What is to be paid where cash is rounded, for systems that have no place of their own for it; "" = nothing."""
    totals = draft.totals
    return f"{totals.rounding:+} {draft.currency} = {totals.gross + totals.rounding} {draft.currency}" * bool(
        totals.rounding
    )


def vat_by_rate(lines: Iterable[tuple[Any, Decimal | None]], whole: Decimal | None) -> dict[str, Decimal]:
    """VAT per rate from (rate, VAT) of the lines; words count as 0 %. Empty when they do not add up to the document's
    own VAT, which a system that rounds per rate owes nobody.
    """
    rates: dict[str, Decimal] = {}
    for told, vat in lines:
        rate = number_text(Decimal(str(told))) if re.fullmatch(r"\d+(\.\d+)?", str(told)) else "0"
        rates[rate] = rates.get(rate, Decimal(0)) + (vat or Decimal(0))
    if len(rates) == 1 and whole is not None:
        return dict.fromkeys(rates, whole)
    return rates if sum(rates.values()) == whole else {}


def sighted(documents: Sequence[Document]) -> Found:
    """What these live documents mean for a look-up that read everything."""
    sight = (Sight.NONE, Sight.ONE)[len(documents)] if len(documents) < 2 else Sight.MANY
    return Found(sight, tuple(documents))
