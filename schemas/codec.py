"""Dataclasses to JSON and back, exactly: decimals as text, dates as ISO, tuples, enums, mappings and nesting."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_Decode = Callable[[Any], Any]


def encode(value: object) -> Any:
    """A JSON value of dataclasses, decimals, dates, enums, tuples and mappings with text keys."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


def decode(kind: type[T], data: object) -> T:
    """The value of type `kind` again. Unknown names are left out and missing ones take their defaults,

    so that rows written by an older or newer version stay readable; a missing name without default raises ValueError.
    """
    return cast(T, _decoder(cast(Hashable, kind))(data))


def to_json(value: object) -> str:
    """`encode` as compact text."""
    return json.dumps(encode(value), ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """`decode` of a text."""
    return decode(kind, json.loads(text))


@cache
def _decoder(kind: Any) -> _Decode:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _optional(kind)
    if origin is tuple:
        return _tuple(get_args(kind))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(get_args(kind)[1])
    return _plain(kind)


def _plain(kind: Any) -> _Decode:
    if is_dataclass(kind):
        return _dataclass(cast(type[Any], kind))
    if kind in (date, datetime):
        return cast(_Decode, kind.fromisoformat)
    if isinstance(kind, type) and issubclass(kind, Decimal | Enum):
        return kind
    if kind in (str, int, bool, float, object, Any):
        return _same
    raise TypeError(f"{kind!r} has no JSON form here")


def _same(data: Any) -> Any:
    return data


def _optional(kind: Any) -> _Decode:
    inner = [_decoder(arg) for arg in get_args(kind) if arg is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"{kind!r} has no single JSON form")
    return lambda data: None if data is None else inner[0](data)


def _tuple(kinds: tuple[Any, ...]) -> _Decode:
    if kinds[-1] is Ellipsis:
        one = _decoder(kinds[0])
        return lambda data: tuple(one(item) for item in data)
    each = [_decoder(kind) for kind in kinds]
    return lambda data: tuple(read(item) for read, item in zip(each, data, strict=True))


def _mapping(kind: Any) -> _Decode:
    one = _decoder(kind)
    return lambda data: {key: one(item) for key, item in data.items()}


def _dataclass(kind: type[Any]) -> _Decode:
    hints = get_type_hints(kind)
    wanted = [(field, _decoder(hints[field.name])) for field in fields(kind) if field.init]

    def read(data: Any) -> Any:
        for field, _ in wanted:
            if field.name not in data and _needed(field):
                raise ValueError(f"{kind.__name__} has no {field.name}")
        return kind(**{field.name: one(data[field.name]) for field, one in wanted if field.name in data})

    return read


def _needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING
