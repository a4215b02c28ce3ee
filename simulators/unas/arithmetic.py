"""UNAS's own arithmetic: prices per unit, the other side of a price to four decimals, sums never rounded."""

from decimal import ROUND_HALF_UP, Decimal

from simulators.money import HUNDRED, cents, number

FOUR = Decimal("0.0001")
# "PriceRounding: only for display; calculation always goes on with the exact values" (unas.hu/tudastar/api, orders).
DISPLAYED = {"HUF": 0, "CZK": 2, "EUR": 2, "RON": 2, "PLN": 2, "USD": 2}


def plain(amount: Decimal) -> str:
    """3990, 3141.7323, -0.5: no trailing zeros, no exponent."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def net_of(gross: Decimal, rate: Decimal) -> Decimal:
    return cents(gross * HUNDRED / (HUNDRED + rate), FOUR)


def gross_of(net: Decimal, rate: Decimal) -> Decimal:
    return cents(net * (HUNDRED + rate) / HUNDRED, FOUR)


def share(base: Decimal, percent: Decimal) -> Decimal:
    return cents(base * percent / HUNDRED, FOUR)


def displayed(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-DISPLAYED.get(currency, 2)), ROUND_HALF_UP)


def money(value: object, name: str) -> Decimal:
    """A decimal text or whole number; ValueError names what was wrong."""
    found = number(value)
    if found is None:
        raise ValueError(f"{name} must be a decimal text, not {value!r}")
    return found
