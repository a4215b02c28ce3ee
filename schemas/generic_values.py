"""The values of Billhook's own order JSON: exact amounts, times with their zone, text and identifiers, all strict."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from marshmallow import ValidationError, fields

from schemas.fields import MOST_PROBLEMS

#: Asked and paid money has at most three decimals (KWD); prices may be quotients.
MONEY_PLACES = 3
_PRICE_PLACES = 20
_LARGEST = Decimal(10) ** 12
_AMOUNT = r"-?[0-9]{1,12}(\.[0-9]{1,20})?"
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


class Amount(fields.Field[Decimal]):
    """A number as text ("12.30") or as a JSON number, which is taken exactly as it is written."""

    def __init__(self, *, places: int = _PRICE_PLACES, **more: Any) -> None:
        metadata = {"type": ["string", "number"], "pattern": f"^{_AMOUNT}$", **more.pop("metadata", {})}
        super().__init__(metadata=metadata, **more)
        self._places = places

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValidationError('This is no number; write it as text: "12.30".')
        if isinstance(value, str) and not re.fullmatch(_AMOUNT, value):
            raise ValidationError(f"{value[:40]!r} is no number like 12.30.")
        number = Decimal(value)
        if number and number.adjusted() >= _LARGEST.adjusted():
            raise ValidationError("This is too large.")
        if -_exponent(number) > self._places:
            raise ValidationError(f"This has more than {self._places} decimals.")
        return number if number else Decimal(0)  # 0E+400000000 would be written with as many zeros


def _exponent(number: Decimal) -> int:
    """Of the last digit that counts: -2 for 12.3400. Exact, however long the number is."""
    _, digits, exponent = number.as_tuple()
    counting = "".join(map(str, digits)).rstrip("0")
    return exponent + len(digits) - len(counting) if counting and isinstance(exponent, int) else 0


class Text(fields.String):
    """Text without control characters, blanks at its ends taken off; empty only where it is `blank` or optional."""

    def __init__(self, *, longest: int = 255, breaks: bool = False, blank: bool = False, **more: Any) -> None:
        self._longest, self._breaks, self._blank = longest, breaks, blank or not more.get("required")
        size = {"maxLength": longest} | ({} if self._blank else {"minLength": 1})
        super().__init__(metadata={**size, **more.pop("metadata", {})}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if len(text) > self._longest:
            raise ValidationError(f"This is longer than {self._longest} characters.")
        if any(unicodedata.category(c) == "Cc" and not (self._breaks and c in "\r\n\t") for c in text):
            raise ValidationError("This holds a control character.")
        if not text and not self._blank:
            raise ValidationError("This is empty.")
        return text


class Identifier(fields.Field[str]):
    """A text of printable ASCII without blanks and slashes, or a whole number, kept as text."""

    _FORM = re.compile(r"[!-.0-~]{1,64}")

    def __init__(self, **more: Any) -> None:
        metadata = {"type": ["string", "integer"], "pattern": f"^{self._FORM.pattern}$", **more.pop("metadata", {})}
        super().__init__(metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not self._FORM.fullmatch(text):
            raise ValidationError("This is no identifier: 1 to 64 letters, digits or signs, no blanks, no slash.")
        return text


class Instant(fields.Field[datetime]):
    """A time with its zone (RFC 3339), read as UTC."""

    def __init__(self, **more: Any) -> None:
        metadata = {"type": "string", "format": "date-time", **more.pop("metadata", {})}
        super().__init__(metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        try:
            if not isinstance(value, str) or not _INSTANT.fullmatch(value):
                raise ValueError
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("This is no time with its zone like 2026-11-21T10:00:00+01:00.") from None
        if not 1970 <= moment.year <= 9000:
            raise ValidationError("This is no possible time.")
        return moment


class Facts(fields.Field[dict[str, str]]):
    """Anything else the sender knows, as name → text."""

    def __init__(self, **more: Any) -> None:
        metadata = {"type": "object", "additionalProperties": {"type": "string"}, **more.pop("metadata", {})}
        super().__init__(metadata=metadata, **more)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, str]:
        if not isinstance(value, dict):
            raise ValidationError("This is no object.")
        wrong = (name for name, fact in value.items() if not isinstance(fact, str))
        told = {name: ["This is no text."] for name in islice(wrong, MOST_PROBLEMS)}
        if told:
            raise ValidationError(told)
        return value
