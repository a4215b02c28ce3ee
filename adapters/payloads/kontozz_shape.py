"""The shape of a profile's file: which tables and fields it may have, and what each must look like."""

from __future__ import annotations

import json
import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from adapters.styles import Price

CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)")
#: The calls that make a document.
MAKING = ("invoice", "proforma", "credit_note")


class Body(fields.Field[Any]):
    """An object with places to fill in: a table, or JSON as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            return value
        try:
            told = json.loads(value)
        except (TypeError, ValueError) as error:
            raise ValidationError(f"This is no JSON: {error}.") from None
        if not isinstance(told, dict):
            raise ValidationError("This is no JSON object.")
        return told


class CallSchema(Schema):
    """One call: `METHOD /path`, its query, its body."""

    call = fields.String(required=True, validate=validate.Regexp(CALL, error="Write it like POST /api/invoices."))
    query = fields.Dict(fields.String(), fields.String(), load_default=dict)
    body = Body(load_default=None)
    negative = fields.Boolean(load_default=False)
    rows = fields.String(load_default="", data_key="list")
    next = fields.String(load_default="")
    size = fields.Integer(load_default=0)
    name = fields.String(load_default="")
    id = fields.String(load_default="id")
    done = fields.List(fields.String(), load_default=list)
    waits = fields.List(fields.Integer(), load_default=list)


class AuthSchema(Schema):
    """Where the key goes: a header or a query parameter."""

    header = fields.String(load_default="", validate=validate.Regexp(r"[\w-]*\Z"))
    query = fields.String(load_default="")
    value = fields.String(load_default="{api_key}")


class SuccessSchema(Schema):
    """When an answer is a yes: its status, and what stands at a place of it."""

    status = fields.List(fields.Integer(), load_default=list)
    path = fields.String(load_default="")
    equals = fields.List(fields.Raw(), load_default=list)


class ErrorSchema(Schema):
    """Where a refusal has its code and its sentences, and which codes mean more than no."""

    code = fields.String(load_default="")
    message = fields.List(fields.String(), load_default=list)
    taken = fields.List(fields.String(), load_default=list)
    key = fields.List(fields.String(), load_default=list)
    busy = fields.List(fields.String(), load_default=list)


class DocumentSchema(Schema):
    """Where a document in an answer has what."""

    inside = fields.String(load_default="")
    id = fields.String(required=True)
    number = fields.String(required=True)
    total = fields.String(required=True)
    currency = fields.String(required=True)
    reference = fields.String(load_default="")
    kind = fields.String(load_default="")
    kinds = fields.Dict(fields.String(), fields.String(validate=validate.OneOf(MAKING)), load_default=dict)
    status = fields.String(load_default="")
    cancelled = fields.List(fields.String(), load_default=list)
    paid = fields.List(fields.String(), load_default=list)
    net = fields.String(load_default="")
    vat = fields.String(load_default="")
    issue_date = fields.String(load_default="")
    rates = fields.String(load_default="")
    rate = fields.String(load_default="rate")
    rate_vat = fields.String(load_default="vat")


class PriceSchema(Schema):
    """How items are priced; `rounding`: a position outside VAT may be added."""

    mode = fields.String(load_default="gross", validate=validate.OneOf([price.value for price in Price]))
    decimals = fields.Integer(load_default=2, validate=validate.Range(0, 6))
    rounding = fields.Boolean(load_default=False)
    kept = fields.Integer(load_default=2)
    amounts = fields.String(load_default="number", validate=validate.OneOf(["number", "text"]))


class LimitSchema(Schema):
    """What may be asked, and how long an answer may take (seconds)."""

    at_once = fields.Integer(load_default=1, validate=validate.Range(1))
    per_minute = fields.Integer(load_default=60, validate=validate.Range(1))
    timeout = fields.Float(load_default=30.0, validate=validate.Range(1))


def _part(schema: type[Schema], required: bool = False) -> fields.Nested:
    inner = schema(unknown=RAISE)
    return fields.Nested(inner, required=True) if required else fields.Nested(inner, load_default=None)


def _table() -> fields.Dict:
    return fields.Dict(fields.String(), fields.String(), load_default=dict)


class ProfileSchema(Schema):
    """The whole file."""

    auth = _part(AuthSchema, required=True)
    success = fields.Nested(SuccessSchema(unknown=RAISE), load_default=lambda: SuccessSchema().load({}))
    error = fields.Nested(ErrorSchema(unknown=RAISE), load_default=lambda: ErrorSchema().load({}))
    ping = _part(CallSchema, required=True)
    invoice = _part(CallSchema, required=True)
    proforma, credit_note, find, get = (_part(CallSchema) for _ in range(4))
    cancel, pdf, email, series = (_part(CallSchema) for _ in range(4))
    item = Body(required=True)
    document = _part(DocumentSchema, required=True)
    prices = fields.Nested(PriceSchema(unknown=RAISE), load_default=lambda: PriceSchema().load({}))
    limits = fields.Nested(LimitSchema(unknown=RAISE), load_default=lambda: LimitSchema().load({}))
    vat, payments, units, customers, languages, books, otherwise = (_table() for _ in range(7))
    longest = fields.Dict(fields.String(), fields.Integer(validate=validate.Range(1)), load_default=dict)
    currencies = fields.List(fields.String(), load_default=list)
    reference_length = fields.Integer(load_default=0, validate=validate.Range(0))
