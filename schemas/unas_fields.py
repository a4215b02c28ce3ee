"""The marshmallow schemas of a UNAS order, flattened from its XML: which nodes matter and how odd they may be."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from schemas.fields import Identifier, Money, OptionalMoney, Quantity, Several, Words

_STAMP = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)(?: (\d\d):(\d\d):(\d\d))?")


class Stamp(fields.Field[datetime | None]):
    """`YYYY.MM.DD HH:MM:SS`, Budapest wall time (unas.md 3.2)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | None:
        if not value:
            return None
        match = _STAMP.fullmatch(str(value))
        if match is None:
            raise ValidationError(f"{str(value)[:40]!r} is not a date.")
        try:
            return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError as odd:
            raise ValidationError(f"{str(value)[:40]!r} is not a date.") from odd


class ItemSchema(Schema):
    """`Items/Item`."""

    Id = Words(load_default="")
    Sku = Words(load_default="")
    Name = Words(load_default="")
    Unit = Words(load_default="")
    Quantity = Quantity(load_default=None)
    PriceNet = OptionalMoney(load_default=None)
    PriceGross = OptionalMoney(required=True)
    Vat = Words(load_default="")


class AddressSchema(Schema):
    """`Customer/Addresses/Invoice` and `/Shipping`."""

    Name = Words(load_default="")
    RecipientName = Words(load_default="")
    ZIP = Words(load_default="")
    City = Words(load_default="")
    Street = Words(load_default="")
    County = Words(load_default="")
    CountryCode = Words(load_default="")
    TaxNumber = Words(load_default="")
    EUTaxNumber = Words(load_default="")
    CustomerType = Words(load_default="")


class OrderSchema(Schema):
    """The parts of an `<Order>` that matter; paths as in the XML."""

    Key = Identifier(required=True)
    Id = Words(load_default="")
    Date = Stamp(load_default=None)
    DateMod = Stamp(load_default=None)
    StatusDateMod = Stamp(load_default=None)
    Lang = Words(load_default="")
    Email = Words(load_default="")
    Currency = Words(required=True, validate=validate.Regexp("^[A-Za-z]{3}$", error="This is not a currency code."))
    VatCountryCode = Words(load_default="")
    StatusType = Words(load_default="")
    PaymentType = Words(load_default="")
    PaymentName = Words(load_default="")
    PaymentStatus = Words(load_default="")
    PaidAt = fields.List(Stamp(), load_default=list)
    ShippingName = Words(load_default="")
    InvoiceStatus = Words(load_default="")
    InvoiceNumber = Words(load_default="")
    MadeOf = fields.List(Words(), load_default=list)
    TakesBack = Words(load_default="")
    Invoice = fields.Nested(AddressSchema(unknown=EXCLUDE), load_default=dict)
    Shipping = fields.Nested(AddressSchema(unknown=EXCLUDE), load_default=dict)
    TaxParam = Words(load_default="")
    Note = Words(load_default="")
    SumPriceGross = Money(required=True)
    Items = Several(fields.Nested(ItemSchema(unknown=EXCLUDE)), load_default=list)


ORDER = OrderSchema(unknown=EXCLUDE)
