"""Column types that mean the same on SQLite and PostgreSQL: instants and money as whole numbers, ordered and exact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import BigInteger, Dialect, Integer
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONEY_DECIMALS = 6

#: A row number that counts up by itself on both databases.
RowId = BigInteger().with_variant(Integer(), "sqlite")


def micros(instant: datetime) -> int:
    """Microseconds since 1970 in UTC; a naive time is refused, since nobody could say which instant it is."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return (instant - _EPOCH) // _MICROSECOND


def instant(count: int) -> datetime:
    """The aware UTC time of `count` microseconds since 1970."""
    return _EPOCH + count * _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970: both databases order and subtract it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else instant(value)


class Money(TypeDecorator[Decimal]):
    """An amount, kept as whole millionths, so that SQL adds it up exactly; read back with at least two decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else millionths(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else amount(value)


def millionths(value: Decimal) -> int:
    """The amount in millionths; more than six decimals are refused, never rounded."""
    scaled = value.scaleb(_MONEY_DECIMALS)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more than {_MONEY_DECIMALS} decimals")
    return int(scaled)


def amount(count: int) -> Decimal:
    """The amount of `count` millionths, without needless zeros beyond two decimals."""
    value = Decimal(count).scaleb(-_MONEY_DECIMALS)
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value.normalize()
