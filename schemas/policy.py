"""A route's policy as people write it: validated, made from presets, and explained in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from schemas.conditions import ConditionSchema, in_words
from schemas.connection import CashRounding, Policy
from schemas.errors import Unreadable
from schemas.fields import OptionalMoney, problems_of

#: A UNAS order stays open when it is paid; in a table this word stands for that (documents.md 4.2).
OPEN_PAID = "open_paid"
_STATUS_ORDER = ("pending", "on-hold", "open_normal", "open_prepare", OPEN_PAID, "processing", "completed", "close_ok")
_CATEGORIES = ("E", "AE", "K", "G", "O", "Z")
_TRANSFER = ("bacs", "cheque", "transfer")

#: Tables that a merchant chooses by name; several may be combined, later ones win per method and status.
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "invoice when paid": {
        "documents": {
            "*": {"processing": "invoice", "completed": "invoice", OPEN_PAID: "invoice", "close_ok": "invoice"},
            "cod": {"completed": "invoice", "close_ok": "invoice"},
        },
        "conditions": [],
    },
    "proforma on transfer, invoice on payment": {
        "documents": {
            **{
                method: {"on-hold": "proforma", "processing": "invoice", "completed": "invoice"}
                for method in ("bacs", "cheque")
            },
            "transfer": {"open_normal": "proforma", "open_prepare": "proforma", "close_ok": "invoice"},
            "cod": {"completed": "invoice", "close_ok": "invoice"},
            "*": {"processing": "invoice", "completed": "invoice", OPEN_PAID: "invoice", "close_ok": "invoice"},
        },
    },
    "invoice on completed": {"documents": {"*": {"completed": "invoice", "close_ok": "invoice"}}},
    "credit notes on refunds": {"documents": {}, "credit_notes": True, "cancellations": True},
}


class CashRoundingSchema(Schema):
    """Cash rounding: which payment methods, and to which step."""

    methods = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    step = OptionalMoney(required=True, validate=lambda step: _positive(step))


def _positive(step: Decimal | None) -> None:
    if step is None or step <= 0:
        raise ValidationError("The step must be above zero.")


class ExtraRateSchema(Schema):
    """A merchant's own VAT rates of a country, in the shape of vat_rates.json."""

    std = fields.String()
    red = fields.List(fields.String())
    old = fields.List(fields.Tuple((fields.String(), fields.Date())))


class PolicySchema(Schema):
    """The policy of a route; unknown keys are refused, since a misspelt one would silently do nothing."""

    presets = fields.List(fields.String(validate=validate.OneOf(list(PRESETS))), load_default=list)
    documents = fields.Dict(
        fields.String(),
        fields.Dict(fields.String(), fields.String(validate=validate.OneOf(["invoice", "proforma"]))),
        load_default=dict,
    )
    zero_rate_map = fields.Dict(fields.String(), fields.String(validate=validate.OneOf(_CATEGORIES)), load_default=dict)
    supply = fields.String(load_default="goods", validate=validate.OneOf(["goods", "services"]))
    refund_before_invoice = fields.String(load_default="net", validate=validate.OneOf(["net", "separate"]))
    amount_only_refund = fields.String(load_default="refuse", validate=validate.OneOf(["refuse", "proportional"]))
    cash_rounding = fields.Nested(CashRoundingSchema, load_default=None, allow_none=True)
    rounding_fee_names = fields.List(fields.String(), load_default=list)
    credit_notes = fields.Boolean(load_default=True)
    cancellations = fields.Boolean(load_default=True)
    vat_number_keys = fields.List(fields.String(), load_default=list)
    due_days = fields.Integer(load_default=14, validate=validate.Range(min=0, max=365))
    conditions = fields.List(fields.Nested(ConditionSchema), load_default=list)
    extra_rates = fields.Dict(
        fields.String(validate=validate.Regexp("^[A-Z]{2}$")), fields.Nested(ExtraRateSchema), load_default=dict
    )


POLICY = PolicySchema(unknown=RAISE)


def read_policy(data: Mapping[str, Any], strict: bool = True) -> Policy:
    """A policy from its data (JSON or TOML); presets are expanded first, then what the data says itself.

    `strict` refuses keys that nobody knows. Raises Unreadable with path → sentence.
    """
    try:
        loaded = POLICY.load(data, unknown=RAISE if strict else EXCLUDE)
    except ValidationError as odd:
        problems = problems_of(odd)
        raise Unreadable(f"The policy cannot be used: {', '.join(sorted(problems))}.", problems) from odd
    cash = loaded["cash_rounding"]
    return Policy(
        documents=_tables(loaded["presets"], loaded["documents"]),
        zero_rate_map=loaded["zero_rate_map"],
        supply=loaded["supply"],
        refund_before_invoice=loaded["refund_before_invoice"],
        amount_only_refund=loaded["amount_only_refund"],
        cash_rounding=CashRounding(tuple(cash["methods"]), cash["step"]) if cash else None,
        rounding_fee_names=tuple(loaded["rounding_fee_names"]),
        credit_notes=loaded["credit_notes"],
        cancellations=loaded["cancellations"],
        vat_number_keys=tuple(loaded["vat_number_keys"]),
        due_days=loaded["due_days"],
        conditions=tuple(loaded["conditions"]),
        extra_rates={country: _row(row) for country, row in loaded["extra_rates"].items()},
    )


def _row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "old": [[rate, until.isoformat()] for rate, until in row.get("old", [])]}


def _tables(presets: Sequence[str], own: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for source in (*(PRESETS[name]["documents"] for name in presets), own):
        for method, row in source.items():
            tables[method] = {**tables.get(method, {}), **row}
    return tables


def write_policy(policy: Policy) -> dict[str, Any]:
    """The policy as data that read_policy takes back."""
    cash = policy.cash_rounding
    return {
        "documents": {method: dict(row) for method, row in policy.documents.items()},
        "zero_rate_map": dict(policy.zero_rate_map),
        "supply": policy.supply,
        "refund_before_invoice": policy.refund_before_invoice,
        "amount_only_refund": policy.amount_only_refund,
        "cash_rounding": {"methods": list(cash.methods), "step": str(cash.step)} if cash else None,
        "rounding_fee_names": list(policy.rounding_fee_names),
        "credit_notes": policy.credit_notes,
        "cancellations": policy.cancellations,
        "vat_number_keys": list(policy.vat_number_keys),
        "due_days": policy.due_days,
        "conditions": [_plain_condition(condition) for condition in policy.conditions],
        "extra_rates": {country: dict(row) for country, row in policy.extra_rates.items()},
    }


def _plain_condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    when = {key: str(value) if isinstance(value, Decimal) else value for key, value in condition["when"].items()}
    return {"when": when, "then": condition["then"]}


def explain(policy: Policy) -> list[str]:
    """The policy in sentences, in the order in which it is applied."""
    return [
        *(in_words(condition) for condition in policy.conditions),
        *(sentence for method, row in _star_last(policy.documents) for sentence in _row_in_words(method, row)),
        "Anything else waits until the order changes.",
        *_refunds_in_words(policy),
        *_money_in_words(policy),
    ]


def _star_last(documents: Mapping[str, Mapping[str, str]]) -> list[tuple[str, Mapping[str, str]]]:
    return sorted(documents.items(), key=lambda item: (item[0] == "*", item[0]))


def _row_in_words(method: str, row: Mapping[str, str]) -> list[str]:
    who = "Any other payment method" if method == "*" else f"Payment by {method}"
    known = sorted(row.items(), key=lambda item: (item[0] not in _STATUS_ORDER, item[0]))
    names = {"invoice": "an invoice", "proforma": "a proforma"}
    return [f"{who}, order {status}: {names[kind]}." for status, kind in known]


def _refunds_in_words(policy: Policy) -> list[str]:
    refunds = "Every refund gets a credit note." if policy.credit_notes else "Refunds are left to people."
    cancelled = (
        "A cancelled order's invoice is credited in full, its proforma cancelled."
        if policy.cancellations
        else "Cancelled orders with an invoice are left to people."
    )
    before = (
        "A refund before the invoice reduces the invoice."
        if policy.refund_before_invoice == "net"
        else "A refund before the invoice is credited after it."
    )
    blind = (
        "A refund without lines is spread over the rates in proportion."
        if policy.amount_only_refund == "proportional"
        else "A refund without lines over several rates is left to a person."
    )
    return [refunds, cancelled, before, blind] if policy.credit_notes else [refunds, cancelled, before]


def _money_in_words(policy: Policy) -> list[str]:
    cash = policy.cash_rounding
    return [
        f"What is sold counts as {policy.supply}.",
        *([f"Cash ({', '.join(cash.methods)}) is rounded to {cash.step}, outside VAT."] if cash else []),
        *(f"No VAT on “{text}” means category {category}." for text, category in sorted(policy.zero_rate_map.items())),
        *([f"A fee named {' or '.join(policy.rounding_fee_names)} is rounding."] if policy.rounding_fee_names else []),
        f"Unpaid invoices are due after {policy.due_days} days.",
    ]
