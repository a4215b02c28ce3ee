"""VAT rates as dated data: which percentages are legal in a country on a day, which places are inside EU VAT."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

DATA: Mapping[str, Any] = json.loads(Path(__file__).with_name("vat_rates.json").read_text(encoding="utf-8"))
COUNTRIES: Mapping[str, Mapping[str, Any]] = DATA["countries"]
EU = frozenset(DATA["eu"])

#: A merchant's additions: country → the same shape as a row of vat_rates.json (`std`, `red`, `old`).
Extra = Mapping[str, Mapping[str, Any]]


def canonical(country: str) -> str:
    """The country as the tables know it: upper case, Greece EL, Monaco FR, Isle of Man GB (documents.md 3.3)."""
    upper = country.upper()
    return {"GR": "EL", "MC": "FR", "IM": "GB"}.get(upper, upper)


def legal_rates(country: str, on: date, extra: Extra | None = None) -> frozenset[Decimal]:
    """Percentages above zero legal in a country on a day, with the merchant's additions; empty = country unknown."""
    added = (extra or {}).get(canonical(country)) or (extra or {}).get(country) or {}
    return _known(canonical(country), on) | _rates_of(added, on)


@cache
def _known(country: str, on: date) -> frozenset[Decimal]:
    return _rates_of(COUNTRIES.get(country, {}), on)


def _rates_of(row: Mapping[str, Any], on: date) -> frozenset[Decimal]:
    current: Sequence[str] = [*([row["std"]] if row.get("std") else []), *row.get("red", [])]
    old = [rate for rate, until in row.get("old", []) if on < date.fromisoformat(until)]
    return frozenset(Decimal(rate) for rate in [*current, *old])


def inside_eu_vat(country: str, postcode: str, goods: bool = True) -> bool:
    """Whether a place is inside the EU's VAT territory; Northern Ireland is, for goods (documents.md 3.3)."""
    code = canonical(country)
    compact = postcode.replace(" ", "").upper()
    if code == "GB":
        return goods and compact.startswith("BT")
    if code not in EU:
        return country.upper() == "XI"
    outside: Sequence[str] = DATA["outside_eu_vat"].get(code, ())
    return not any(compact.removeprefix(code + "-").startswith(prefix) for prefix in outside)
