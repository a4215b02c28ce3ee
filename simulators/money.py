"""Decimal arithmetic of the simulators, written anew so that it can disagree with the product."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def cents(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """Half up, away from zero: 0.125 -> 0.13 and -0.125 -> -0.13."""
    return amount.quantize(unit, ROUND_HALF_UP)


def vat_within(gross: Decimal, percent: Decimal, unit: Decimal = CENT) -> Decimal:
    """VAT taken out of a gross sum."""
    return cents(gross * percent / (HUNDRED + percent), unit)


def vat_upon(net: Decimal, percent: Decimal, unit: Decimal = CENT) -> Decimal:
    """VAT added to a net sum."""
    return cents(net * percent / HUNDRED, unit)


def number(value: object) -> Decimal | None:
    """A finite Decimal from a JSON number or a decimal string; None for everything else, booleans included."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    if isinstance(value, str) and not value.isascii():
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def shortest(amount: Decimal) -> str:
    """As Ruby on Rails writes a decimal column: at least one digit after the point, no trailing zeros."""
    text = f"{amount:f}"
    if "." not in text:
        return f"{text}.0"
    whole, fraction = text.split(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"
