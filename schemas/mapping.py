"""What an account takes from an order's own fields, and fixed values: tax number, reference, note, payment terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError, fields

from schemas.errors import Unreadable

#: The options that hold a mapping, by the name of what they fill.
NAMES = ("map_tax_number", "map_order_reference", "map_note", "due_days")
_TERM = re.compile(r"(\*|[\w.-]+)\s+(\d{1,3})")
_SOURCE = re.compile(r"(meta|text):(.{1,500})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text comes from: the order's field `key`, or the fixed `text`, in which {number} is the order's."""

    key: str = ""
    text: str = ""

    def of(self, meta: Mapping[str, str], number: str) -> str:
        """The text for an order; "" where its field is empty."""
        return meta.get(self.key, "").strip() if self.key else self.text.replace("{number}", number)


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """`tax_number` are field names, the first filled one counts; `due_days` maps payment method ("*" = any) → days."""

    tax_number: tuple[str, ...] = ()
    order_reference: Source | None = None
    note: Source | None = None
    due_days: Mapping[str, int] = field(default_factory=dict)


class _Keys(fields.Field[tuple[str, ...]]):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> tuple[str, ...]:
        keys = tuple(key.strip() for key in str(value).split(","))
        if not all(re.fullmatch(r"[^\s,]{1,200}", key) for key in keys):
            raise ValidationError("Names of the order's fields, separated by commas: _billing_nip, vat_number.")
        return keys


class _Source(fields.Field[Source]):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Source:
        found = _SOURCE.fullmatch(str(value).strip())
        if not found:
            raise ValidationError("Either meta:FIELD, a field of the order, or text:WORDS, the same for all.")
        return Source(key=found[2].strip()) if found[1] == "meta" else Source(text=found[2])


class _Terms(fields.Field[Mapping[str, int]]):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Mapping[str, int]:
        parts = [_TERM.fullmatch(part.strip()) for part in str(value).split(",")]
        if not all(parts):
            raise ValidationError("A payment method and days, * for any other: bacs 14, cod 7, * 0.")
        return {part[1]: int(part[2]) for part in parts if part}


class _Mapping(Schema):
    map_tax_number = _Keys()
    map_order_reference = _Source()
    map_note = _Source()
    due_days = _Terms()


_MAPPING = _Mapping()


def problems(options: Mapping[str, str]) -> dict[str, str]:
    """Option → what is wrong with it; empty when all is well."""
    try:
        _MAPPING.load(_given(options))
    except ValidationError as error:
        return {name: " ".join(map(str, said)) for name, said in error.messages_dict.items()}
    return {}


def mapping_of(options: Mapping[str, str]) -> FieldMapping:
    """The mapping in an account's options. Raises Unreadable with every problem by option."""
    found = problems(options)
    if found:
        raise Unreadable("The account's field mapping cannot be used.", found, remedy="flask account edit KEY --set …")
    loaded = _MAPPING.load(_given(options))
    return FieldMapping(
        loaded.get("map_tax_number", ()), loaded.get("map_order_reference"), loaded.get("map_note"),
        loaded.get("due_days", {}),
    )  # fmt: skip


def _given(options: Mapping[str, str]) -> dict[str, str]:
    return {name: options[name] for name in NAMES if options.get(name)}
