"""What Számlázz.hu makes of the three amounts of a line: it adds up what was sent and refuses what does not multiply.

https://docs.szamlazz.hu/agent/ (sheet section 4): whole forints, two decimals elsewhere; VAT upon the net or within
the gross. A line may be one unit off either, as when the VAT of several lines is shared out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.money import CENT, cents, number, vat_upon, vat_within

NOTHING, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
FORINT = ("HUF", "Ft")
BOTH = ("TAM", "AAM", "F.AFA", "K.AFA")
OLD = ("EU", "EUK", "EUT", "EUKT", "MAA", "ÁKK", "AKK", "TAHK")
NAV = ("KBAET", "KBAUK", "EAM", "NAM", "ATK", "EUFAD37", "EUFADE", "EUE", "HO", "TEHK")
FAMILIES = {"any": (*BOTH, *OLD, *NAV), "old": (*BOTH, *OLD), "nav": (*BOTH, *NAV)}


@dataclass(frozen=True)
class Amounts:
    net: Decimal = NOTHING
    vat: Decimal = NOTHING
    gross: Decimal = NOTHING

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.vat + other.vat, self.gross + other.gross)

    def __neg__(self) -> "Amounts":
        return Amounts(-self.net, -self.vat, -self.gross)


def of_line(line: Mapping[str, Any]) -> Amounts:
    return Amounts(line["nettoErtek"], line["afaErtek"], line["bruttoErtek"])


def total(lines: Iterable[Mapping[str, Any]]) -> Amounts:
    return sum((of_line(line) for line in lines), Amounts())


def unit_of(currency: str) -> Decimal:
    return ONE if currency in FORINT else CENT


def percent_of(code: str) -> Decimal | None:
    """None for a text code."""
    found = number(code)
    return found if found is not None and NOTHING <= found < HUNDRED else None


def faults(line: Mapping[str, Any], currency: str, family: str) -> Iterator[tuple[int, str]]:
    """Codes of the system with what is wrong; the first one is told."""
    code, unit, said = line["afakulcs"], unit_of(currency), of_line(line)
    percent = percent_of(code)
    if percent is None and code not in FAMILIES["any"]:
        yield 52, code
    elif percent is None and code not in FAMILIES[family]:
        yield 395, code
    yield from _parts(said, unit)
    if cents(line["mennyiseg"] * line["nettoEgysegar"], unit) != said.net:
        yield 259, f"{line['mennyiseg']} * {line['nettoEgysegar']} != {said.net}"
    if not _vat_fits(said, percent or NOTHING, unit):
        yield 260, f"{said.vat} ({code})"
    if said.net + said.vat != said.gross:
        yield 261, f"{said.net} + {said.vat} != {said.gross}"


def _parts(said: Amounts, unit: Decimal) -> Iterator[tuple[int, str]]:
    for whole_code, amount in ((262, said.net), (263, said.vat)):
        if amount != amount.quantize(unit):
            yield (whole_code if unit == ONE else 264), str(amount)


def _vat_fits(said: Amounts, percent: Decimal, unit: Decimal) -> bool:
    if not percent:
        return said.vat == NOTHING
    rules = (vat_upon(said.net, percent, unit), vat_within(said.gross, percent, unit))
    return any(abs(said.vat - rule) <= unit for rule in rules)
