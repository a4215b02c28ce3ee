"""The shop's tax rates and its tax arithmetic: six decimals a line, compound rates upon what came before (2.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from simulators.woocommerce.php import six

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rate:
    """One row of the shop's tax table; the id stays in orders even when the row is gone."""

    ident: int
    country: str
    label: str
    percent: Decimal
    compound: bool = False
    priority: int = 1

    @property
    def code(self) -> str:
        return f"{self.country}-{self.label.upper()}-{self.priority}"

    @property
    def factor(self) -> Decimal:
        return self.percent / HUNDRED


Rates = tuple[Rate, ...]
Taxes = dict[int, Decimal]


class RateTable:
    """Rates by what they are, made when first needed."""

    def __init__(self) -> None:
        self.rows: dict[tuple[object, ...], Rate] = {}

    def rate(self, country: str, percent: Decimal, label: str, compound: bool, priority: int) -> Rate:
        key = (country, label, percent, compound, priority)
        if key not in self.rows:
            self.rows[key] = Rate(len(self.rows) + 1, *(country, label, percent, compound, priority))
        return self.rows[key]


def upon(net: Decimal, rates: Rates) -> Taxes:
    """Tax per rate id on a net sum."""
    found = {rate.ident: net * rate.factor for rate in rates if not rate.compound}
    for rate in rates:
        if rate.compound:
            found[rate.ident] = (net + sum(found.values())) * rate.factor
    return {rate.ident: six(found[rate.ident]) for rate in rates}


def net_within(gross: Decimal, rates: Rates) -> Decimal:
    """The net of a price typed with tax."""
    divisor = 1 + sum((rate.factor for rate in rates if not rate.compound), Decimal(0))
    for rate in rates:
        if rate.compound:
            divisor *= 1 + rate.factor
    return six(gross / divisor)


def spread(total: Decimal, costs: Sequence[tuple[Rates, Decimal]]) -> Taxes:
    """The tax of a negative fee: in proportion over everything positive in the order, untaxed things too (2.3)."""
    whole = sum((cost for _, cost in costs), Decimal(0))
    found: Taxes = {}
    if not whole:
        return found
    for rates, cost in costs:
        for ident, tax in _exact(total * cost / whole, rates):
            found[ident] = found.get(ident, Decimal(0)) + tax
    return {ident: six(tax) for ident, tax in found.items()}


def _exact(net: Decimal, rates: Rates) -> Iterable[tuple[int, Decimal]]:
    before = net
    for rate in sorted(rates, key=lambda rate: rate.compound):
        tax = (before if rate.compound else net) * rate.factor
        before += tax
        yield rate.ident, tax
