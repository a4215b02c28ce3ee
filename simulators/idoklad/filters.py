"""iDoklad's query language: filter=(Field~op~value)~and~(…), text as base64, sort, page and pagesize.

Only the columns of the SDK's filter models can be asked for; OrderNumber and VariableSymbol are not among them.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

EQUAL = ("eq", "!eq")
COMPARE = (*EQUAL, "lt", "lte", "gt", "gte")
CONTAIN = (*EQUAL, "ct", "!ct")
SEMANTIC = (*CONTAIN, "ss")
Row = Mapping[str, Any]
Test = Callable[[Row], bool]


class BadFilter(ValueError):
    """What was asked cannot be read, or asks for a column that cannot be filtered."""


@dataclass(frozen=True)
class Column:
    """What can be asked about one column: how its values are read and which operators it knows."""

    reads: Callable[[str], Any]
    operators: tuple[str, ...]
    value: Callable[[Row], Any]


def whole(text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise BadFilter(f"'{text}' is not a whole number")
    return int(text)


def truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadFilter(f"'{text}' is not true or false")
    return text.lower() == "true"


def instant(text: str) -> str:
    """yyyy-MM-dd, with or without HH:mm:ss.fff; compared as text."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="milliseconds")
    except ValueError as error:
        raise BadFilter(f"'{text}' is not a date") from error


def ids(name: str) -> Column:
    return Column(whole, EQUAL, lambda row: row.get(name))


def words(name: str, operators: tuple[str, ...] = CONTAIN) -> Column:
    """Text is compared without regard to case, as the database's collation does."""
    return Column(str.lower, operators, lambda row: str(row.get(name) or "").lower())


def days(name: str) -> Column:
    return Column(instant, COMPARE, lambda row: instant(str(row.get(name) or "1753-01-01")))


def condition(text: str, columns: Mapping[str, Column], kind: str = "and") -> Test:
    """A whole filter as one test; the older form joins bare comparisons by | and says filtertype beside it."""
    if not text:
        return lambda row: True
    if "|" in text and "~and~" not in text and "~or~" not in text:
        text = f"~{kind}~".join(f"({part.strip('()')})" for part in text.split("|"))
    reader = _Reader(text, columns)
    test = reader.joined()
    if reader.rest:
        raise BadFilter(f"cannot read '{reader.rest}'")
    return test


def sorted_rows(rows: list[Any], asked: str, columns: Mapping[str, Column], row_of: Callable[[Any], Row]) -> list[Any]:
    """sort=Field~desc, several joined by |; newest id first when nothing is asked."""
    for part in reversed(asked.split("|") if asked else ["Id~desc"]):
        name, _, direction = part.strip("()").partition("~")
        if name not in columns or direction not in ("", "asc", "desc"):
            raise BadFilter(f"cannot sort by '{part}'")
        value = columns[name].value
        rows.sort(key=lambda row: value(row_of(row)), reverse=direction == "desc")
    return rows


class _Reader:
    """Reads a filter from left to right."""

    def __init__(self, text: str, columns: Mapping[str, Column]) -> None:
        self.rest, self.columns = text, columns

    def joined(self) -> Test:
        tests, joints = [self._one()], set[str]()
        while found := re.match(r"~(and|or)~", self.rest):
            joints.add(found[1])
            self.rest = self.rest[found.end() :]
            tests.append(self._one())
        if len(joints) > 1:
            raise BadFilter("and and or are mixed without brackets")
        chosen = any if joints == {"or"} else all
        return lambda row: chosen(test(row) for test in tests)

    def _one(self) -> Test:
        if not self.rest.startswith("("):
            return self._comparison()
        self.rest = self.rest[1:]
        test = self.joined()
        if not self.rest.startswith(")"):
            raise BadFilter(f"a bracket is open before '{self.rest}'")
        self.rest = self.rest[1:]
        return test

    def _comparison(self) -> Test:
        found = re.match(r"(\w+)~(!?\w+)(:base64)?~(.*?)(?=\)|~and~|~or~|$)", self.rest)
        if not found:
            raise BadFilter(f"cannot read '{self.rest}'")
        self.rest = self.rest[found.end() :]
        name, operator, coded, raw = found.groups()
        column = self.columns.get(name)
        if column is None:
            raise BadFilter(f"'{name}' cannot be filtered")
        if operator not in column.operators:
            raise BadFilter(f"'{operator}' is not for '{name}'")
        wanted = column.reads(_plain(raw) if coded else raw)
        return lambda row: OPERATORS[operator](column.value(row), wanted)


def _plain(coded: str) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadFilter(f"'{coded}' is not base64 of UTF-8") from error


def _alike(value: Any, wanted: Any) -> bool:
    """Semantic search: all words somewhere, so too much is found."""
    return any(word in value for word in str(wanted).split())


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: bool(value == wanted), "!eq": lambda value, wanted: bool(value != wanted),
    "lt": lambda value, wanted: bool(value < wanted), "lte": lambda value, wanted: bool(value <= wanted),
    "gt": lambda value, wanted: bool(value > wanted), "gte": lambda value, wanted: bool(value >= wanted),
    "ct": lambda value, wanted: wanted in value, "!ct": lambda value, wanted: wanted not in value, "ss": _alike,
}  # fmt: skip
