"""The marshmallow schemas of WooCommerce's v3 orders and refunds: which fields matter and how odd they may be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from schemas.fields import (
    Identifier,
    Moment,
    MomentOrElse,
    Money,
    NullIs,
    OptionalMoney,
    Quantity,
    Several,
    Words,
    decimal_of,
)
from schemas.money import ZERO
from schemas.order import TaxShare


class TaxShares(NullIs):
    """The `taxes` list of an element; entries without an amount count as zero."""

    when_null = ()

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[TaxShare, ...]:
        if not value:
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise ValidationError("This is not a list of taxes.")
        return tuple(
            TaxShare(str(entry.get("id", "")), _amount(entry.get("total")), _amount(entry.get("subtotal")))
            for entry in value
        )


def _amount(value: object) -> Decimal:
    return ZERO if value is None or value == "" else decimal_of(value)


class Meta(NullIs):
    """The extra fields as key → text; no lists and objects; of repeated keys the first that says something rules."""

    when_null: Mapping[str, str] = MappingProxyType({})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, str]:
        meta: dict[str, str] = {}
        for entry in value if isinstance(value, list) else ():
            said = entry.get("value") if isinstance(entry, dict) else None
            if isinstance(said, str | int | Decimal) and not isinstance(said, bool) and str(said).strip():
                meta.setdefault(str(entry.get("key", "")), str(said).strip())
        return meta


class Rows(Several):
    """A list; null, and PHP's empty object, mean that there is nothing."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        return [] if value is None or value == {} else super().deserialize(value, attr, data, **kwargs)


class AddressSchema(Schema):
    """`billing` and `shipping`."""

    first_name = Words(load_default="")
    last_name = Words(load_default="")
    company = Words(load_default="")
    address_1 = Words(load_default="")
    address_2 = Words(load_default="")
    city = Words(load_default="")
    state = Words(load_default="")
    postcode = Words(load_default="")
    country = Words(load_default="")
    email = Words(load_default="")
    phone = Words(load_default="")


class ElementSchema(Schema):
    """An entry of `line_items`, `shipping_lines` or `fee_lines`, of an order or of a refund."""

    id = Identifier(required=True)
    name = Words(load_default="")
    method_title = Words(load_default="")
    method_id = Words(load_default="")
    quantity = Quantity(load_default=None)
    total = Money(load_default=ZERO)
    total_tax = Money(load_default=ZERO)
    taxes = TaxShares(load_default=())
    tax_class = Words(load_default="")
    sku = Words(load_default="")
    product_id = Words(load_default="")
    refunded_item_id = Words(load_default="")


class RefundLineSchema(ElementSchema):
    """A line of a refund object: its extra field `_refunded_item_id` names the order's line."""

    id = Identifier(load_default="")
    meta_data = Meta(load_default=dict)


class TaxRateSchema(Schema):
    """An entry of `tax_lines`."""

    rate_id = Identifier(load_default="")
    rate_code = Words(load_default="")
    label = Words(load_default="")
    compound = fields.Raw(load_default=False)
    rate_percent = OptionalMoney(load_default=None)


class _RefundSchema(Schema):
    """What a refund object and its entry in the order have in common."""

    id = Identifier(required=True)
    reason = Words(load_default="")
    date_created = Moment(load_default=None)
    date_created_gmt = MomentOrElse(load_default=None)
    shipping_lines = Rows(fields.Nested(RefundLineSchema(unknown=EXCLUDE)), load_default=list)
    fee_lines = Rows(fields.Nested(RefundLineSchema(unknown=EXCLUDE)), load_default=list)


class RefundSchema(_RefundSchema):
    """A refund object of `/orders/{id}/refunds`."""

    amount = Money(required=True)
    line_items = Rows(fields.Nested(RefundLineSchema(unknown=EXCLUDE)), load_default=list)


class RefundEntrySchema(_RefundSchema):
    """An entry of the order's `refunds`: its negative total alone, or the whole refund where the order was read
    back."""

    amount = OptionalMoney(load_default=None)
    total = Money(load_default=ZERO)
    line_items = Rows(fields.Nested(RefundLineSchema(unknown=EXCLUDE)), load_default=None)


class GiftCardSchema(Schema):
    """An entry of `gift_cards`: a payment that the shop already took off the total."""

    code = Words(load_default="")
    amount = Money(load_default=ZERO)


class OrderSchema(Schema):
    """The parts of an order that matter; everything else is ignored."""

    id = Identifier(required=True)
    number = Words(load_default="")
    status = Words(required=True, validate=validate.Length(min=1, error="The status is empty."))
    currency = Words(required=True, validate=validate.Regexp("^[A-Za-z]{3}$", error="This is not a currency code."))
    prices_include_tax = fields.Raw(load_default=False)
    total = OptionalMoney(required=True)
    total_tax = OptionalMoney(load_default=None)
    date_created = Moment(load_default=None)
    date_created_gmt = MomentOrElse(load_default=None)
    date_modified = Moment(load_default=None)
    date_modified_gmt = MomentOrElse(load_default=None)
    date_paid = Moment(load_default=None)
    date_paid_gmt = MomentOrElse(load_default=None)
    date_completed = Moment(load_default=None)
    date_completed_gmt = MomentOrElse(load_default=None)
    payment_method = Words(load_default="")
    payment_method_title = Words(load_default="")
    transaction_id = Words(load_default="")
    created_via = Words(load_default="")
    customer_note = Words(load_default="")
    billing = fields.Nested(AddressSchema(unknown=EXCLUDE), load_default=None, allow_none=True)
    shipping = fields.Nested(AddressSchema(unknown=EXCLUDE), load_default=None, allow_none=True)
    line_items = Rows(fields.Nested(ElementSchema(unknown=EXCLUDE)), load_default=list)
    shipping_lines = Rows(fields.Nested(ElementSchema(unknown=EXCLUDE)), load_default=list)
    fee_lines = Rows(fields.Nested(ElementSchema(unknown=EXCLUDE)), load_default=list)
    tax_lines = Rows(fields.Nested(TaxRateSchema(unknown=EXCLUDE)), load_default=list)
    refunds = Rows(fields.Nested(RefundEntrySchema(unknown=EXCLUDE)), load_default=list)
    gift_cards = Rows(fields.Nested(GiftCardSchema(unknown=EXCLUDE)), load_default=list)
    meta_data = Meta(load_default=dict)


ORDER = OrderSchema(unknown=EXCLUDE)
REFUND = RefundSchema(unknown=EXCLUDE)
