"""Who buys and where it goes, in Billhook's own order JSON; and what all its shapes share."""

from __future__ import annotations

from itertools import islice
from typing import Any

from marshmallow import RAISE, Schema, pre_load, validate

from schemas.fields import MOST_PROBLEMS
from schemas.generic_values import Text


def optional(text: str, **more: Any) -> Text:
    """Text that may be left out, or null; `text` says what it is."""
    return Text(allow_none=True, load_default="", metadata={"description": text}, **more)


_COUNTRY = validate.Regexp(r"^[A-Z]{2}$", error="This is no country code (ISO 3166, two capital letters).")


class Shape(Schema):
    """Names that nobody knows are refused: a misspelt one would silently do nothing."""

    class Meta:
        unknown = RAISE

    @pre_load
    def _few_strangers(self, data: Any, **_kwargs: Any) -> Any:
        """Each unknown name is a problem that costs memory until it is told, so only the first are looked at."""
        if not isinstance(data, dict) or len(data) <= MOST_PROBLEMS:
            return data
        strangers = islice((name for name in data if name not in self.fields), MOST_PROBLEMS)
        return {name: data[name] for name in [*(data.keys() & self.fields.keys()), *strangers]}


class AddressSchema(Shape):
    """A postal address."""

    street = optional("Street and house number.")
    street2 = optional("What else belongs to the street.")
    city = optional("City.")
    postcode = optional("Postcode.", longest=20)
    state = optional("State or county.")
    country = Text(required=True, longest=2, validate=_COUNTRY, metadata={"description": "ISO 3166 alpha-2."})


class DeliverySchema(AddressSchema):
    """Where the goods go, when that is not the buyer's address."""

    name = optional("Who receives it.")


class BuyerSchema(AddressSchema):
    """Who buys; the company, if given, stands on the document in place of the name."""

    name = Text(required=True, metadata={"description": "First and last name, or the company."})
    company = optional("The company, if a business buys.")
    vat_id = optional("VAT number as the buyer wrote it.", longest=40)
    tax_number = optional("Local tax number as the buyer wrote it.", longest=40)
    registration = optional("Number in the companies' register.", longest=40)
    email = optional(
        "Where the document goes, if the route says so.",
        validate=validate.Regexp(r"^$|^[^@\s]+@[^@\s]+$", error="This is no e-mail address."),
    )
    phone = optional("Telephone.", longest=40)
