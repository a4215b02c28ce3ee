"""What iDoklad refuses although every field is known and well typed, with its own codes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fields import Faults, is_whole, missing
from simulators.idoklad import codebooks
from simulators.idoklad.accepted import ITEM_REQUIRED

if TYPE_CHECKING:
    from simulators.idoklad.world import Idoklad

IS_REQUIRED = "The field is required."


def faults(world: "Idoklad", kind: str, given: Mapping[str, Any], required: tuple[str, ...]) -> Faults:
    """Missing fields, unknown ids, dates in the wrong order."""
    yield from missing(given, required, IS_REQUIRED)
    yield from _items(given.get("Items") or [])
    yield from _known(world, kind, given)
    if world.day(given.get("DateOfMaturity", "9999-12-31")) < world.day(given.get("DateOfIssue", "1753-01-01")):
        yield "DateOfMaturity", "must not be before DateOfIssue"
    if given.get("DocumentSerialNumber", 1) <= 0:
        yield "DocumentSerialNumber", "must be greater than 0"
    if not is_whole(given.get("VariableSymbol") or "0"):
        yield "VariableSymbol", "must be at most 10 digits"


def recount_faults(world: "Idoklad", given: Mapping[str, Any]) -> Faults:
    yield from missing(given, ("CurrencyId", "PaymentOptionId", "Items", "DateOfTaxing"), IS_REQUIRED)
    yield from _items(given.get("Items") or [], ("Amount", "UnitPrice"))
    yield from _known(world, "", given)


def _items(items: list[dict[str, Any]], required: tuple[str, ...] = ITEM_REQUIRED) -> Faults:
    for index, item in enumerate(items):
        for name, sentence in missing(item, required, IS_REQUIRED):
            yield f"Items[{index}].{name}", sentence


def _known(world: "Idoklad", kind: str, given: Mapping[str, Any]) -> Faults:
    if "PartnerId" in given and given["PartnerId"] not in world.contacts:
        yield "PartnerId", "does not exist"
    if "CurrencyId" in given and not codebooks.currency_code(given["CurrencyId"]):
        yield "CurrencyId", "does not exist"
    if "PaymentOptionId" in given and not codebooks.knows_payment_option(given["PaymentOptionId"]):
        yield "PaymentOptionId", "does not exist"
    series = world.series.get(given.get("NumericSequenceId", 0))
    if "NumericSequenceId" in given and (series is None or series.kind != kind):
        yield "NumericSequenceId", "does not exist"


def tax_country(world: "Idoklad", given: Mapping[str, Any]) -> int:
    """Whose rates hold: the agenda's own country, or under OSS the partner's (119 where that cannot be)."""
    home = str(world.settings["country"])
    if not given.get("HasVatRegimeOss"):
        return codebooks.country_id(home)
    partner = world.contacts.get(given.get("PartnerId", 0), {}).get("CountryId") or given.get("VatRateCountryId")
    code = codebooks.country_code(partner)
    if not world.settings["oss"] or code == home or not codebooks.in_eu(code):
        raise world.fail(400, 119, "The OSS regime cannot be used for this partner.")
    return codebooks.country_id(code)


def rate_for(world: "Idoklad", item: Mapping[str, Any], country: int, day: date) -> Decimal:
    """127 where the country has no such rate on the day, 151 where the percentage sent is another one."""
    if not world.settings["vat_payer"]:
        return Decimal(0)
    rate = codebooks.rate_of(country, item.get("VatRateType") or 0, day)
    if rate is None:
        raise world.fail(400, 127, f"VAT rate type {item.get('VatRateType') or 0} was not found on {day}.")
    sent = item.get("VatRate")
    if sent is not None and Decimal(sent) != rate:
        raise world.fail(400, 151, f"VAT rate {sent} is in conflict with the date {day}.")
    return rate
