"""Values that are no honest number, date or text, to be put into every place of an order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]

#: As JSON text: some are strings, some bare.
VALUES: Mapping[str, str] = {
    "a huge exponent": "1e999999999",
    "a huge exponent as text": '"1E+400000000"',
    "a tiny exponent": "1e-400000000",
    "a tiny exponent as text": '"1e-400000000"',
    "zero with a huge exponent": "0E+400000000",
    "zero with a huge exponent as text": '"0e999999999"',
    "minus zero": "-0.0",
    "a small part": '"1e-30"',
    "a part below a millionth": '"0.0000001"',
    "four thousand digits": "9" * 4000,
    "four thousand decimals": "0." + "9" * 4000,
    "digits without end as text": json.dumps("9" * 5000),
    "thirty digits": '"999999999999999999999999999999"',
    "beyond every float": "1e308",
    "NaN as text": '"NaN"',
    "a signalling NaN as text": '"sNaN"',
    "infinity as text": '"-Infinity"',
    "an underscore": '"1_000"',
    "full-width digits": '"１２"',
    "another alphabet's digits": '"٣"',
    "hex": '"0x10"',
    "a comma": '"1,5"',
    "two signs": '"--1"',
    "NUL": '"\\u0000"',
    "nothing": '""',
    "blanks": '"  "',
    "a date beyond all": '"9999-12-31T23:59:59"',
    "a date before all": '"0001-01-01T00:00:00"',
    "a template": '"{{7*7}}${7*7}#{7*7}<%= 7*7 %>"',
    "a formula": '"=1+1"',
    "a long text": json.dumps("x" * 100_000),
    "right to left": '"\\u202Egnp.exe"',
    "true": "true",
    "null": "null",
    "a list": "[]",
    "a list in lists": "[[[[[[]]]]]]",
    "an object": "{}",
    "an object's prototype": '{"__proto__": {"a": 1}, "__class__": 1}',
}


def places(inside: Any, above: Path = ()) -> Iterator[Path]:
    """Every leaf of a JSON value, of each list the first two entries."""
    if isinstance(inside, Mapping):
        for name, value in inside.items():
            yield from places(value, (*above, name))
    elif isinstance(inside, list):
        for number, value in enumerate(inside[:2]):
            yield from places(value, (*above, number))
    else:
        yield above


def bodies(base: Mapping[str, Any], value: str) -> Iterator[tuple[Path, bytes]]:
    """The order once for each of its places, with that value there."""
    for place in places(base):
        yield place, json.dumps(_put(base, place)).replace('"@here@"', value).encode()


def _put(base: Any, place: Sequence[Any]) -> Any:
    if not place:
        return "@here@"
    copy: Any = dict(base) if isinstance(base, Mapping) else list(base)
    copy[place[0]] = _put(base[place[0]], place[1:])
    return copy
