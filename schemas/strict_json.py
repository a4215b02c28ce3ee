"""JSON as strictly as RFC 8259 and I-JSON (RFC 7493) want it: what two readers might read differently is refused."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal, DecimalException
from itertools import islice
from typing import NoReturn

from schemas.errors import Unreadable

#: So many values may any body hold, and a large one a value for every so many bytes: captured orders have 14 bytes for
#: each and more. A body of nothing but tiny values would take fifty times its size in memory.
_ALWAYS_FINE = 100_000
_BYTES_EACH = 12
#: A text, or a sign that a value begins after or inside of; possessive, so that no text makes it look back.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[,\[{]', re.DOTALL)
_QUOTE = ord('"')


def parse(body: bytes, *, exact: bool = False) -> object:
    """The value in `body`; raises Unreadable with one sentence, whatever is wrong with it.

    Refused: bad UTF-8, NaN and infinities (also by overflow), names given twice, lone surrogates, integers beyond
    Python's digit limit, nesting beyond Python's recursion limit, far more values than an order has. `exact` gives
    numbers with a fraction as Decimal.
    """
    refuse_crowded(body)
    try:
        value = (_EXACT if exact else _DECODER).decode(body.decode())
        _encodable(body, value)
    except UnicodeDecodeError as error:
        raise _bad(f"The body is not UTF-8 (byte {error.start}).") from None
    except UnicodeEncodeError:
        raise _bad("A text holds half of a surrogate pair.") from None
    except json.JSONDecodeError as error:
        raise _bad(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise _bad("The JSON is nested too deep.") from None
    except ValueError:
        raise _bad("A number has more digits than any sum or id needs.") from None
    return value


def refuse_crowded(body: bytes) -> None:
    """Raises Unreadable for more values than any order has, before they are built."""
    if crowded(body):
        raise _bad("The JSON holds more values than any order has.")


def crowded(body: bytes) -> bool:
    """Whether JSON holds so many values for its size that reading it would cost memory and nothing else.

    Signs within texts are no values (drawings and lists that plugins keep as text are full of commas), but telling
    them apart takes longer than counting all, which is enough for nearly every body.
    """
    most = max(_ALWAYS_FINE, len(body) // _BYTES_EACH)
    if sum(map(body.count, (b",", b"[", b"{"))) <= most:
        return False
    values = (found for found in _TOKEN.finditer(body) if body[found.start()] != _QUOTE)
    return next(islice(values, most, None), None) is not None


def _bad(sentence: str) -> Unreadable:
    return Unreadable(sentence, code="NOT_JSON", remedy="Look at the body: a plugin of the shop changes what it sends.")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _bad("An object of the JSON has the same name twice.")
    return found


def _no_constant(word: str) -> NoReturn:
    raise _bad(f"{word} is no JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _bad("A number is too big.")
    return number


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except DecimalException:
        raise _bad("A number is too big.") from None


def _encodable(body: bytes, value: object) -> None:
    """Half a surrogate pair can be written as an escape only, so bodies without one need no second look."""
    if b"\\ud" in body or b"\\uD" in body:
        json.dumps(value, ensure_ascii=False, default=str).encode()


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
_EXACT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_decimal)
