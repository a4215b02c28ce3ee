"""Money as decimals: units, rounding half up, and the spreading of a total over parts (documents.md 2.1 and 2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)

#: Currencies whose documents have no decimals when the order's total is whole (documents.md 2.1).
WHOLE_CURRENCIES = frozenset({"HUF", "ISK", "JPY"})


def unit_of(decimals: int) -> Decimal:
    """The smallest amount a document with so many decimals can say: 2 → 0.01."""
    return ONE.scaleb(-decimals)


def round_to(amount: Decimal, decimals: int) -> Decimal:
    """Round half up, away from zero (-8.245 → -8.25), never to a negative zero (documents.md golden rule 1)."""
    return amount.quantize(unit_of(decimals), ROUND_HALF_UP) + ZERO


def round_to_step(amount: Decimal, step: Decimal) -> Decimal:
    """Round half up to a multiple of `step`, as cash is (documents.md 2.3 no. 7)."""
    return (amount / step).quantize(ONE, ROUND_HALF_UP) * step


def is_whole(amount: Decimal) -> bool:
    """Has no decimals, however many zeros are written."""
    return amount == amount.to_integral_value()


def fits(amount: Decimal, decimals: int) -> bool:
    """Can be said exactly with so many decimals."""
    return amount == round_to(amount, decimals)


def decimals_of(currency: str, amounts: Iterable[Decimal]) -> int:
    """Decimals of a document: 0 for whole HUF, ISK and JPY, otherwise 2 (documents.md 2.1)."""
    return 0 if currency in WHOLE_CURRENCIES and all(map(is_whole, amounts)) else 2


def vat_in(gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT inside a gross amount, unrounded: gross × r / (100 + r), the exact coefficient (documents.md 2.2)."""
    return gross * rate / (HUNDRED + rate)


def vat_on(net: Decimal, rate: Decimal) -> Decimal:
    """The VAT on a net amount, unrounded."""
    return net * rate / HUNDRED


def net_reachable(gross: Decimal, rate: Decimal, decimals: int) -> bool:
    """Whether some net N gives N + round(N × r) = gross (documents.md 2.4)."""
    unit = unit_of(decimals)
    near = round_to(gross * HUNDRED / (HUNDRED + rate), decimals)
    return any(
        net + round_to(vat_on(net, rate), decimals) == gross
        for net in (near + step * unit for step in (0, -1, 1, -2, 2))
    )


def allocate(parts: Sequence[Decimal], total: Decimal, decimals: int) -> list[Decimal]:
    """Round every part half up, then move single units until their sum is `total` (documents.md 2.3 no. 4).

    A unit goes to the part whose rounding error is largest in the needed direction; ties go to the larger amount,
    then to the earlier part. Zero parts never move. `total` must be a multiple of the unit; when every part is zero
    and the total is not, the parts stay as they are.
    """
    unit = unit_of(decimals)
    rounded = [round_to(part, decimals) for part in parts]
    missing = total - sum(rounded, ZERO)
    movable = [index for index, part in enumerate(parts) if part]
    if not missing or not movable:
        return rounded
    sign = ONE if missing > 0 else -ONE
    # One whole round moves every part by one unit, which leaves their order of errors unchanged.
    steps = int(abs(missing) / unit)
    rounds, rest = divmod(steps, len(movable)) if steps > len(movable) else (0, steps)
    for index in movable:
        rounded[index] += sign * unit * rounds
    for _ in range(rest):
        index = max(movable, key=lambda i: (sign * (parts[i] - rounded[i]), abs(parts[i]), -i))
        rounded[index] += sign * unit
    return rounded


def unit_price(amount: Decimal, quantity: Decimal, decimals: int) -> Decimal:
    """Amount per piece with at most six decimals, at least as many as the document has; informative only."""
    exact = abs(amount / quantity).quantize(unit_of(6), ROUND_HALF_UP)
    return exact.quantize(unit_of(decimals)) if fits(exact, decimals) else exact.normalize()


def floor_to(amount: Decimal, decimals: int) -> Decimal:
    """Round down, towards minus infinity."""
    return amount.quantize(unit_of(decimals), ROUND_FLOOR)


def plain(number: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros (`3`, `1.5`, `25.5`)."""
    return format(number.normalize() + ZERO, "f")


def said(amount: Decimal, decimals: int = 2) -> str:
    """An amount in text with a fixed number of decimals."""
    return format(round_to(amount, decimals), "f")
