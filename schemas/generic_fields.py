"""The shape of Billhook's own order JSON (documents.md 1.5): one schema for reading, refusing and publishing it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.fields import Several, pieces
from schemas.generic_party import BuyerSchema, DeliverySchema, Shape, optional
from schemas.generic_values import MONEY_PLACES, Amount, Facts, Identifier, Instant, Text

#: What one line, or one line of a refund, costs: exactly one of these.
PRICES = ("line_gross", "line_net", "unit_gross", "unit_net")
STATUSES = ("pending", "on-hold", "processing", "completed", "cancelled", "failed", "refunded")
KINDS = ("item", "shipping", "fee")


class PaymentSchema(Shape):
    """How it is, or was, paid."""

    method = Text(
        required=True,
        longest=64,
        blank=True,
        metadata={"description": "As the route's rules name it (bacs, cod, card); empty where nothing was to be paid."},
    )
    title = optional("What the buyer saw.")
    paid_at = Instant(required=True, allow_none=True, metadata={"description": "null = not paid."})
    reference = optional("The payment's own number.")


class PricedSchema(Shape):
    """Exactly one price: of the whole line or of one piece, with VAT (gross) or without it (net)."""

    line_gross = Amount(metadata={"description": "Of the whole line, with VAT."})
    line_net = Amount(metadata={"description": "Of the whole line, without VAT."})
    unit_gross = Amount(metadata={"description": "Of one piece, with VAT."})
    unit_net = Amount(metadata={"description": "Of one piece, without VAT."})

    @validates_schema
    def _one_price(self, data: dict[str, Any], **_kwargs: Any) -> None:
        given = [name for name in PRICES if name in data]
        if len(given) != 1:
            said = " and ".join(given) if given else "none"
            raise ValidationError(f"Exactly one of {', '.join(PRICES)} is needed; {said} is given.")


def _above_zero(number: Decimal) -> None:
    if number <= 0:
        raise ValidationError("This must be above zero.")


class LineSchema(PricedSchema):
    """A thing sold, shipping, or a fee; a discount is a line with a negative price."""

    id = Identifier(required=True, metadata={"description": "Unique in the order."})
    name = Text(required=True, metadata={"description": "As it stands on the document."})
    quantity = Amount(
        required=True, validate=[_above_zero, pieces], metadata={"description": "Above zero; 0.000001 at least."}
    )
    rate = Amount(
        required=True,
        validate=validate.Range(0, 100, error="This is no VAT rate in per cent."),
        metadata={"description": "VAT in per cent. Why it is 0 is told by the route's rules, never guessed."},
    )
    kind = fields.String(
        load_default="item", validate=validate.OneOf(KINDS), metadata={"description": "What the route's rules may ask."}
    )
    sku = optional("Article number.")
    unit = optional("UN/ECE Recommendation 20, or the sender's own word.", longest=20)
    tax_class = optional("A word that the route's zero_rate_map knows.", longest=64)
    note = optional("Text below the line.", longest=1000, breaks=True)


class RefundLineSchema(PricedSchema):
    """A part of a line that went back; amounts are positive."""

    id = Identifier(required=True, metadata={"description": "Of the order's line; its rate counts."})
    quantity = Amount(
        load_default=Decimal(0), validate=[validate.Range(0), pieces], metadata={"description": "0 = money only."}
    )

    @validates_schema
    def _pieces(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data["quantity"] and not data.keys().isdisjoint({"unit_gross", "unit_net"}):
            raise ValidationError("A price of one piece needs a quantity.", "quantity")


class RefundSchema(Shape):
    """Money that went back, once."""

    id = Identifier(required=True, metadata={"description": "Unique in the order: one refund, one credit note."})
    at = Instant(required=True, metadata={"description": "When the money went back."})
    amount = Amount(
        required=True, places=MONEY_PLACES, validate=validate.Range(0), metadata={"description": "All that went back."}
    )
    reason = optional("Why.", longest=1000)
    lines = Several(
        fields.Nested(RefundLineSchema),
        allow_none=True,
        load_default=list,
        metadata={"description": "Left out: an amount only, which is enough where the order has one VAT rate."},
    )


class GiftCardSchema(Shape):
    """A multi-purpose gift card: a payment that `total` is already reduced by."""

    code = Text(required=True, longest=64)
    amount = Amount(required=True, places=MONEY_PLACES, validate=_above_zero)


class OrderSchema(Shape):
    """An order as it is now. Names that are not listed here are refused; `meta` takes what is yours."""

    id = Identifier(required=True, metadata={"description": "Unique in the shop, for ever."})
    number = Text(required=True, longest=64, metadata={"description": "What people call it."})
    modified = Instant(required=True, metadata={"description": "When the order last changed; the newest state counts."})
    placed = Instant(required=True, metadata={"description": "When it was placed."})
    completed_at = Instant(allow_none=True, load_default=None, metadata={"description": "When it was delivered."})
    status = fields.String(
        required=True, validate=validate.OneOf(STATUSES), metadata={"description": "What the route's rules go by."}
    )
    currency = Text(
        required=True,
        longest=3,
        validate=validate.Regexp(r"^[A-Z]{3}$", error="This is no currency (ISO 4217, three capital letters)."),
        metadata={"description": "ISO 4217."},
    )
    total = Amount(
        required=True,
        places=MONEY_PLACES,
        metadata={"description": "What the buyer was asked to pay, after gift cards, before refunds."},
    )
    basis = fields.String(
        required=True,
        validate=validate.OneOf(["gross", "net"]),
        metadata={"description": "How the prices were shown to the buyer."},
    )
    buyer = fields.Nested(BuyerSchema, required=True)
    payment = fields.Nested(PaymentSchema, required=True)
    lines = Several(
        fields.Nested(LineSchema),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "Items, shipping, fees and discounts; together they are the total."},
    )
    channel = optional("The sales channel; each may have a route of its own.", longest=64)
    language = optional(
        "Of the document, like pl or pt-BR.",
        validate=validate.Regexp(r"^$|^[a-z]{2}(-[A-Z]{2})?$", error="This is no language like pl or pt-BR."),
    )
    delivery = fields.Nested(DeliverySchema, allow_none=True, load_default=None)
    refunds = Several(fields.Nested(RefundSchema), allow_none=True, load_default=list)
    gift_cards = Several(fields.Nested(GiftCardSchema), allow_none=True, load_default=list)
    note = optional("The buyer's words.", longest=5000, breaks=True)
    meta = Facts(allow_none=True, load_default=dict, metadata={"description": "Anything else, name → text."})

    @validates_schema
    def _whole(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """What one field alone cannot tell."""
        refunds = data["refunds"] or []
        wrong = {"lines": _twice(data["lines"]), "refunds": _twice(refunds)}
        wrong["refunds"] |= _strangers(refunds, {line["id"] for line in data["lines"]})
        if data["status"] == "refunded" and not refunds:
            raise ValidationError(
                "A refunded order names its refunds; one that was called off is cancelled.", "refunds"
            )
        if any(wrong.values()):
            raise ValidationError({name: told for name, told in wrong.items() if told})


def _twice(entries: list[dict[str, Any]]) -> dict[int, Any]:
    """Entries that share an id."""
    counted = Counter(entry["id"] for entry in entries)
    return {place: {"id": ["Another one has this id."]} for place, e in enumerate(entries) if counted[e["id"]] > 1}


def _strangers(refunds: list[dict[str, Any]], known: set[str]) -> dict[int, Any]:
    """Refunds with lines that name no line of the order."""
    found: dict[int, Any] = {}
    for place, refund in enumerate(refunds):
        odd = [i for i, line in enumerate(refund["lines"] or []) if line["id"] not in known]
        if odd:
            found[place] = {"lines": {i: {"id": ["The order has no such line."]} for i in odd}}
    return found


ORDER = OrderSchema()
