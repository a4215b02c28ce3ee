"""Conditions of a policy as data: which orders get another answer than the table's.

A condition is `{"when": {test: value, …}, "then": invoice | proforma | wait | nothing}`; all its tests must hold, the
first condition that holds rules. Tests: `shipping_method`, `country`, `currency`, `category` (lists, any of them),
`not_country`, `buyer` (company | private), `total_from`, `total_to` (amounts, inclusive), `paid` (true | false).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from marshmallow import Schema, fields, validate

from schemas.fields import OptionalMoney
from schemas.order import Order


class Unknown(Enum):
    """The answer of a test whose fact the order does not tell."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
Answer = bool | Unknown


class WhenSchema(Schema):
    """The tests of a condition; unknown ones are refused, since a misspelt test would hold for everything."""

    shipping_method = fields.List(fields.String())
    country = fields.List(fields.String())
    not_country = fields.List(fields.String())
    currency = fields.List(fields.String())
    category = fields.List(fields.String())
    buyer = fields.String(validate=validate.OneOf(["company", "private"]))
    total_from = OptionalMoney()
    total_to = OptionalMoney()
    paid = fields.Boolean()


class ConditionSchema(Schema):
    """One condition."""

    when = fields.Nested(WhenSchema, required=True)
    then = fields.String(required=True, validate=validate.OneOf(["invoice", "proforma", "wait", "nothing"]))


def holds(condition: Mapping[str, Any], order: Order) -> Answer:
    """Whether a condition holds for an order; UNKNOWN when only a fact that nobody knows stands in the way."""
    answers = [_TESTS[name](order, wanted) for name, wanted in condition["when"].items()]
    if False in answers:
        return False
    return UNKNOWN if UNKNOWN in answers else True


def _among(values: Iterable[str], wanted: Iterable[str]) -> bool:
    return bool({value.casefold() for value in values} & {value.casefold() for value in wanted})


def _shipping(order: Order, wanted: Any) -> Answer:
    said = [word for line in order.shipping for word in (line.method, line.name)]
    return _among([*said, order.meta.get("shipping_name", "")], wanted)


def _country(order: Order, wanted: Any) -> Answer:
    return _among([(order.delivery or order.buyer).country], wanted)


def _category(order: Order, wanted: Any) -> Answer:
    """Any item of a category; a WooCommerce order names none, so until products are read it is unknown."""
    if any(line.categories and _among(line.categories, wanted) for line in order.lines):
        return True
    return UNKNOWN if any(line.categories is None for line in order.lines) else False


_TESTS: Mapping[str, Callable[[Order, Any], Answer]] = {
    "shipping_method": _shipping,
    "country": _country,
    "not_country": lambda order, wanted: not _country(order, wanted),
    "currency": lambda order, wanted: _among([order.currency], wanted),
    "category": _category,
    "buyer": lambda order, wanted: order.buyer.is_company == (wanted == "company"),
    "total_from": lambda order, wanted: order.total >= Decimal(str(wanted)),
    "total_to": lambda order, wanted: order.total <= Decimal(str(wanted)),
    "paid": lambda order, wanted: order.paid == wanted,
}


def in_words(condition: Mapping[str, Any]) -> str:
    """A condition as a sentence."""
    tests = " and ".join(_SENTENCES[name](wanted) for name, wanted in condition["when"].items()) or "always"
    then = {"invoice": "an invoice", "proforma": "a proforma", "wait": "nothing yet", "nothing": "no document at all"}
    return f"When {tests}: {then[condition['then']]}."


def _any_of(words: Iterable[str]) -> str:
    return " or ".join(words)


_SENTENCES: Mapping[str, Callable[[Any], str]] = {
    "shipping_method": lambda wanted: f"shipped by {_any_of(wanted)}",
    "country": lambda wanted: f"delivered to {_any_of(wanted)}",
    "not_country": lambda wanted: f"not delivered to {_any_of(wanted)}",
    "currency": lambda wanted: f"paid in {_any_of(wanted)}",
    "category": lambda wanted: f"holding a product of category {_any_of(wanted)}",
    "buyer": lambda wanted: f"the buyer is {'a company' if wanted == 'company' else 'a private person'}",
    "total_from": lambda wanted: f"the total is at least {wanted}",
    "total_to": lambda wanted: f"the total is at most {wanted}",
    "paid": lambda wanted: "it is paid" if wanted else "it is not paid",
}
