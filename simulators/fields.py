"""Strict checks of what a client sends: every field known, of the right type, with a sentence for each fault."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from simulators.money import number

# A check gets the value and where it stands, and yields (place, sentence) for each fault. None is always allowed:
# the systems treat null as "not given"; what must be there is asked for by `missing`.
Faults = Iterator[tuple[str, str]]
Check = Callable[[Any, str], Faults]

FLAGS = (True, False, "true", "false", "1", "0", 1, 0)


def checked(data: object, table: Mapping[str, Check], place: str = "") -> Faults:
    """All faults of one object against a table of known fields."""
    if not isinstance(data, dict):
        yield place or "body", "must be an object"
        return
    for name, value in data.items():
        where = f"{place}.{name}" if place else name
        if name not in table:
            yield where, "unknown field"
        elif value is not None:
            yield from table[name](value, where)


def missing(data: Mapping[str, Any], names: Collection[str], sentence: str) -> Faults:
    yield from ((name, sentence) for name in names if data.get(name) in (None, "", []))


def by_place(faults: Faults) -> dict[str, list[str]]:
    """Faults as the map most systems answer with: place -> sentences."""
    gathered: dict[str, list[str]] = {}
    for place, sentence in faults:
        gathered.setdefault(place, []).append(sentence)
    return gathered


def text(longest: int = 255, emoji: bool = True) -> Check:
    def check(value: Any, place: str) -> Faults:
        if not isinstance(value, str):
            yield place, "must be a string"
        elif len(value) > longest:
            yield place, f"is longer than {longest} characters"
        elif not emoji and any(ord(letter) > 0xFFFF for letter in value):
            yield place, "must not contain emoji"

    return check


def amount(lowest: int | None = None, highest: str | None = None) -> Check:
    """A number or a decimal string."""

    def check(value: Any, place: str) -> Faults:
        found = number(value)
        if found is None:
            yield place, "must be a number or a decimal string"
        elif lowest is not None and found < lowest:
            yield place, f"must be at least {lowest}"
        elif highest is not None and found > (number(highest) or 0):
            yield place, f"must be at most {highest}"

    return check


def flag(value: Any, place: str) -> Faults:
    if isinstance(value, (list, dict)) or value not in FLAGS:
        yield place, "must be true or false"


def on(value: Any) -> bool:
    """The meaning of a flag."""
    return value in (True, "true", "1", 1)


def is_whole(text: str) -> bool:
    """Plain digits: str.isdigit() also takes superscripts, which int() does not."""
    return text.isascii() and text.isdigit()


def ident(value: Any, place: str) -> Faults:
    """An id: a whole number, or its digits as a string."""
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]+", str(value)):
        yield place, "must be an id"


def day(value: Any, place: str) -> Faults:
    if not _is_day(value):
        yield place, "must be a date YYYY-MM-DD"


def day_or_month(value: Any, place: str) -> Faults:
    if not _is_day(value) and not (isinstance(value, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value)):
        yield place, "must be a date YYYY-MM-DD or a month YYYY-MM"


def one_of(*allowed: object) -> Check:
    def check(value: Any, place: str) -> Faults:
        if isinstance(value, (list, dict)) or value not in allowed:
            yield place, f"must be one of {', '.join(map(str, allowed))}"

    return check


def matching(pattern: str, sentence: str) -> Check:
    def check(value: Any, place: str) -> Faults:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield place, sentence

    return check


def table(fields: Mapping[str, Check]) -> Check:
    return lambda value, place: checked(value, fields, place)


def each(check: Check, most: int = 10_000) -> Check:
    def check_all(value: Any, place: str) -> Faults:
        if not isinstance(value, list):
            yield place, "must be a list"
            return
        if len(value) > most:
            yield place, f"has more than {most} entries"
        for index, entry in enumerate(value):
            yield from check(entry, f"{place}[{index}]")

    return check_all


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
