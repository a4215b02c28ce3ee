"""Marshmallow fields that read what shops really send: decimals from text, instants, identifiers, loose text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, missing

from schemas.money import ZERO

#: No order has more digits before the point and no price more behind it: what lies outside is forged or broken. Asked
#: of the exponent, because comparing 1e999999999 overflows.
_LARGEST = 15
_FINEST = -40
_SMALLEST_PART = -6

#: The largest orders seen have some hundred lines; each entry costs a kilobyte.
MOST_ENTRIES = 5_000
#: So many problems of one list are looked for at most; nobody mends more at once.
MOST_PROBLEMS = 50

#: Of no use in any text, and not allowed in XML, which some systems are spoken to in.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def decimal_of(value: object) -> Decimal:
    """A decimal from text, int or Decimal (a float only through its shortest text); raises ValidationError."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValidationError("This is not an amount.")
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation as odd:
        raise ValidationError(f"{str(value)[:40]!r} is not an amount.") from odd
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _FINEST or (number and number.adjusted() >= _LARGEST):
        raise ValidationError(f"{str(value)[:40]!r} is not a possible amount.")
    return number if number or exponent <= 0 else ZERO


class NullIs(fields.Field[Any]):
    """A field for which null means `when_null`, since shops write null where they mean nothing."""

    when_null: Any = None

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        if value is None:
            return self.when_null
        if value is missing or self.validators:
            return super().deserialize(value, attr, data, **kwargs)
        return self._deserialize(value, attr, data, **kwargs)


class Money(NullIs):
    """An amount in the order's currency; empty text and null are zero, as shops write them."""

    when_null = ZERO

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        return ZERO if value == "" else decimal_of(value)


class OptionalMoney(NullIs):
    """A number that an old shop may leave out: empty text and null stay unknown."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal | None:
        return None if value == "" else decimal_of(value)


def pieces(value: object) -> None:
    """Raises ValidationError for a part of a piece so small that a price of one piece would be none."""
    if isinstance(value, Decimal) and value and value.adjusted() < _SMALLEST_PART:
        raise ValidationError("This is no possible quantity.")


class Quantity(OptionalMoney):
    """How many pieces, or which part of one; empty text and null stay unknown."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal | None:
        number = super()._deserialize(value, attr, data, **kwargs)
        pieces(number)
        return number


class Words(NullIs):
    """Loose text: null is empty, numbers become text, HTML entities, tags and control characters go."""

    when_null = ""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value is False:
            return ""
        if not isinstance(value, str | int | float | Decimal):
            raise ValidationError("This is not text.")
        text = str(value)
        if "<" in text or "&" in text:
            text = html.unescape(_TAG.sub("", text))
        return (text if text.isprintable() else _CONTROL.sub("", text)).strip()


class Several(fields.List[Any]):
    """A list of the order's: no longer than any order's, and read no further than its problems are worth telling."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, metadata={"maxItems": MOST_ENTRIES, **more.pop("metadata", {})}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > MOST_ENTRIES:
            raise ValidationError(f"This has {len(value)} entries; at most {MOST_ENTRIES} are read.")
        read: list[Any] = []
        wrong: dict[int, Any] = {}
        for place, entry in enumerate(value):
            try:
                read.append(self.inner.deserialize(entry, **kwargs))
            except ValidationError as odd:
                wrong[place] = odd.messages
            if len(wrong) == MOST_PROBLEMS:
                break
        if wrong:
            raise ValidationError(dict(wrong))
        return read


class Identifier(fields.Field[str]):
    """An id: a number or a text, kept as text; never empty."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
            raise ValidationError("This is not an identifier.")
        return str(value).strip()


class Moment(NullIs):
    """An instant as the shop writes it, naive unless it carries an offset; null and empty are None."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime | None:
        if value == "":
            return None
        if not isinstance(value, str):
            raise ValidationError("This is not a date.")
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError as odd:
            raise ValidationError(f"{value[:40]!r} is not a date.") from odd
        if not 1970 <= moment.year <= 9000:
            raise ValidationError(f"{value[:40]!r} is not a possible date.")
        return moment


class MomentOrElse(Moment):
    """A date that has a twin to fall back on: what cannot be read is as good as absent."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime | None:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


def instant(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """An aware UTC instant: a naive one is taken as wall time in `zone`."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def problems_of(error: ValidationError) -> dict[str, str]:
    """Marshmallow's nested messages as path → sentence (`line_items.0.total`)."""
    return _flattened(error.messages_dict, "")


def _flattened(messages: Mapping[Any, Any] | list[Any], path: str) -> dict[str, str]:
    if isinstance(messages, list):
        return {path or "body": " ".join(str(message) for message in messages)}
    flat: dict[str, str] = {}
    for key, inner in messages.items():
        below = f"{path}.{key}" if path else str(key)
        flat.update(_flattened(inner if isinstance(inner, dict | list) else [inner], below))
    return flat
