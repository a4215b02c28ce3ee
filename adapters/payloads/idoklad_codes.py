"""What the agenda's code lists say about a draft: ids of currency, country, way to pay, VAT rates, reverse charge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.codelists import CodeLists, Row
from adapters.payloads.idoklad import SYSTEM, Given, payment_option
from adapters.payloads.idoklad_partners import address, says
from schemas.document import Draft, Kind
from schemas.errors import Permanent

#: Country codes of VAT that are no ISO 3166 codes.
ISO = {"EL": "GR", "XI": "GB"}
NO_CODE = "Set reverse_charge_code, the code of the goods or work (e.g. 4 for building work), then replay."
MISSING = "Correct what the sentence names, in the shop or in the account's settings, then replay."


def currencies(codes: CodeLists) -> Mapping[int, str]:
    """Id → code; ids differ between agendas, so they are never assumed (sheet section 4)."""
    return {int(row["Id"]): str(row["Code"]) for row in codes.rows("/Currencies")}


def country_id(codes: CodeLists, code: str) -> int:
    """The id of an ISO 3166 alpha-2 code."""
    wanted = ISO.get(code, code)
    row = codes.one(f"/Countries?filter=(Code~eq~{wanted})", lambda row: row.get("Code") == wanted)
    return _id(row, f"country {wanted}")


def given(draft: Draft, prefilled: Row, partner: Row, codes: CodeLists, options: Mapping[str, str]) -> Given:
    """All that a body needs beside the draft. Raises Permanent NOT_IN_CODE_LIST and REVERSE_CHARGE_CODE_MISSING."""
    oss = country_id(codes, _oss_country(draft)) if draft.oss else None
    currency = codes.one("/Currencies", lambda row: row.get("Code") == draft.currency)
    own = address(draft.buyer, country_id(codes, draft.buyer.country))
    paid = payment_option(draft, codes.rows("/PaymentOptions"), options, prefilled.get("PaymentOptionId"))
    return Given(
        prefilled, int(partner["Id"]), _id(currency, f"currency {draft.currency}"), _id(paid, "way to pay"),
        _rates(draft, prefilled, codes, oss), own_address=not says(partner, own), oss_country_id=oss,
        reverse_charge_id=_reverse_charge(draft, codes, options),
    )  # fmt: skip


def _rates(draft: Draft, prefilled: Row, codes: CodeLists, oss: int | None) -> Mapping[Decimal, int]:
    """Percentage → VatRateType, as it was in force on the day of taxing; a credit note's is its invoice's day."""
    wanted = {line.vat_rate for line in draft.lines if line.vat_rate}
    if not wanted:
        return {}
    country = oss or country_id(codes, draft.seller.country)
    day = str(prefilled.get("DateOfTaxingCreditedInvoice") or "")[:10] if draft.kind is Kind.CREDIT_NOTE else ""
    on = day or (draft.tax_point or draft.issue_date).isoformat()
    return {rate: _rate_type(codes, country, rate, on) for rate in wanted}


def _rate_type(codes: CodeLists, country: int, rate: Decimal, day: str) -> int:
    def fits(row: Row) -> bool:
        first, last = str(row["DateValidityFrom"])[:10], str(row["DateValidityTo"])[:10]
        return Decimal(str(row["Rate"])) == rate and first <= date.fromisoformat(day).isoformat() <= last

    row = codes.one(f"/VatRates?filter=(CountryId~eq~{country})", fits)
    return _id(row, f"VAT rate of {rate} % on {day} for this country", "RateType")


def _oss_country(draft: Draft) -> str:
    abroad = [country for country in draft.vat_countries if country != draft.seller.country]
    return (abroad or [draft.buyer.country])[0]


def _reverse_charge(draft: Draft, codes: CodeLists, options: Mapping[str, str]) -> int | None:
    """The code that reverse charge at home needs; abroad there is none (documents.md 3.5)."""
    abroad = draft.buyer.country != draft.seller.country
    if abroad or draft.kind is Kind.PROFORMA or not any(line.vat_category == "AE" for line in draft.lines):
        return None
    wanted = options.get("reverse_charge_code")
    if not wanted:
        raise Permanent("Reverse charge at home needs the code of the goods or work, and none is set.", system=SYSTEM,
                        code="REVERSE_CHARGE_CODE_MISSING", remedy=NO_CODE)  # fmt: skip
    row = codes.one("/VatReverseChargeCodes", lambda row: str(row.get("Code")) == wanted)
    return _id(row, f"reverse charge code {wanted}")


def _id(row: Row | None, what: str, name: str = "Id") -> int:
    if row is None:
        raise Permanent(f"iDoklad knows no {what}.", system=SYSTEM, code="NOT_IN_CODE_LIST", remedy=MISSING)
    value: Any = row[name]
    return int(value)
