"""What iDoklad accepts: the official SDK's post and patch models, typed as strictly as .NET reads them, and no more.

https://github.com/Solitea/IdokladSdk (IdokladSdk/Models)
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.fields import Check, Faults, each, one_of, table, text

LONG = 65_535


def integer(value: Any, place: str) -> Faults:
    if isinstance(value, bool) or not isinstance(value, int):
        yield place, "must be a whole number"


def key(value: Any, place: str) -> Faults:
    """An id: 0 is no id (RequiredNonDefault, NullableForeignKey)."""
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        yield place, "must be an id"


def boolean(value: Any, place: str) -> Faults:
    if not isinstance(value, bool):
        yield place, "must be true or false"


def decimal(lowest: str = "-999999999999", highest: str = "999999999999") -> Check:
    """A JSON number; text is refused."""

    def check(value: Any, place: str) -> Faults:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            yield place, "must be a number"
        elif not Decimal(lowest) <= value <= Decimal(highest):
            yield place, f"must be between {lowest} and {highest}"

    return check


def moment(value: Any, place: str) -> Faults:
    """YYYY-MM-DD or an ISO date-time, not before 1753 and not at the very end of time."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d($|T)", value):
        yield place, "must be a date"
        return
    if not "1753-01-01" <= value < "9999":
        yield place, "must be a date"
        return
    try:
        datetime.fromisoformat(value)
    except ValueError:
        yield place, "must be a date"


def anything(value: Any, place: str) -> Faults:
    """Read and dropped, as the server does with what a Default body carries beside its model."""
    yield from ()


NUMBER, PERCENT = decimal(), decimal("0", "99.99")
IDENTS = each(key)
ITEM: dict[str, Check] = {
    "Amount": decimal("-9999999999", "9999999999"), "Code": text(20), "IsTaxMovement": boolean, "Name": text(200),
    "PriceListItemId": key, "PriceType": one_of(0, 1, 2), "Unit": text(20), "UnitPrice": NUMBER, "VatCodeId": key,
    "VatRateType": one_of(0, 1, 2, 3),
}  # fmt: skip
DISCOUNTED: dict[str, Check] = {**ITEM, "DiscountName": text(200), "DiscountPercentage": PERCENT, "VatRate": PERCENT}
INVOICE_ITEM: dict[str, Check] = {**DISCOUNTED, "InvoiceProformaId": key, "ItemType": one_of(0, 2)}
ITEM_REQUIRED = ("Name", "Amount", "UnitPrice")

# What all three kinds of document share.
COMMON: dict[str, Check] = {
    "AccountNumber": text(50), "BankId": key, "ConstantSymbolId": key, "CurrencyId": key, "DateOfIssue": moment,
    "DateOfMaturity": moment, "DateOfPayment": moment, "DateOfTaxing": moment, "DateOfVatApplication": moment,
    "DeliveryAddressId": key, "Description": text(200), "DocumentSerialNumber": integer,
    "EetResponsibility": one_of(0, 1), "ExchangeRate": decimal("0"), "ExchangeRateAmount": decimal("0"),
    "Iban": text(50), "IsEet": boolean, "IsIncomeTax": boolean, "ItemsTextPrefix": text(LONG),
    "ItemsTextSuffix": text(LONG), "Note": text(LONG), "NumericSequenceId": key, "OrderNumber": text(25),
    "PartnerId": key, "PaymentOptionId": key, "ReportLanguage": one_of(1, 2, 3, 4), "SalesPosEquipmentId": key,
    "Swift": text(11), "Tags": IDENTS, "VariableSymbol": text(10), "VatOnPayStatus": one_of(0, 1, 2),
    "VatRegime": anything, "VatRatePeriods": anything, "DiscountType": anything,
}  # fmt: skip
INVOICE: dict[str, Check] = {
    **COMMON, "DiscountPercentage": PERCENT, "HasVatRegimeOss": boolean, "Items": each(table(INVOICE_ITEM)),
    "ProformaInvoices": IDENTS, "SalesOrderId": key, "VatReverseChargeCodeId": key,
}  # fmt: skip
PROFORMA: dict[str, Check] = {
    **COMMON, "Exported": one_of(0, 1, 2, 3), "Items": each(table(ITEM)), "SalesOrderId": key,
}  # fmt: skip
CREDIT: dict[str, Check] = {
    **COMMON, "CreditedInvoiceId": key, "CreditNoteReason": text(LONG), "DateOfVatClaim": moment,
    "DateOfTaxingCreditedInvoice": anything, "DiscountPercentage": PERCENT, "HasVatRegimeOss": boolean,
    "Items": each(table(DISCOUNTED)), "NoteForCreditNote": text(LONG), "VatReverseChargeCodeId": key,
}  # fmt: skip
REQUIRED = ("CurrencyId", "DateOfIssue", "DateOfMaturity", "DateOfTaxing", "Description", "DocumentSerialNumber",
            "IsEet", "IsIncomeTax", "Items", "NumericSequenceId", "PartnerId", "PaymentOptionId")  # fmt: skip
CREDIT_REQUIRED = (*REQUIRED, "CreditedInvoiceId", "CreditNoteReason")

RECOUNT_ITEM: dict[str, Check] = {
    "Id": integer, "Name": text(200), "Amount": NUMBER, "UnitPrice": NUMBER, "VatRateType": one_of(0, 1, 2, 3),
    "DiscountPercentage": PERCENT, "IsTaxMovement": boolean, "ItemType": one_of(0, 1, 2, 3),
    "PriceType": one_of(0, 1, 2), "VatRate": PERCENT,
}  # fmt: skip
RECOUNT: dict[str, Check] = {
    "CurrencyId": key, "ExchangeRate": decimal("0"), "ExchangeRateAmount": decimal("0"), "HasVatRegimeOss": boolean,
    "Items": each(table(RECOUNT_ITEM)), "DateOfTaxing": moment, "DiscountPercentage": PERCENT, "PaymentOptionId": key,
    "VatRateCountryId": key, "VatRatePeriods": anything,
}  # fmt: skip

# Lengths from ContactPostModel and DocumentAddressPatchModel.
_PERSON = {
    "AccountNumber": 50, "City": 50, "Email": 254, "Fax": 20, "Firstname": 50, "Iban": 50, "IdentificationNumber": 20,
    "Mobile": 20, "Phone": 20, "PostalCode": 11, "Street": 100, "Surname": 50, "Swift": 11, "Title": 50,
    "VatIdentificationNumber": 20, "VatIdentificationNumberSk": 20, "Www": 50,
}  # fmt: skip
_ADDRESS: dict[str, Check] = {name: text(longest) for name, longest in _PERSON.items()}
DELIVERY: dict[str, Check] = {
    "City": text(50), "CountryId": key, "IsDefault": boolean, "Name": text(200), "PostalCode": text(11),
    "Street": text(100),
}  # fmt: skip
CONTACT: dict[str, Check] = {
    **_ADDRESS, "CompanyName": text(200), "CountryId": key, "BankId": key, "DefaultInvoiceMaturity": integer,
    "DeliveryAddresses": each(table({**DELIVERY, "Id": integer})), "DiscountPercentage": PERCENT,
    "IsRegisteredForVatOnPay": boolean, "Note": text(LONG), "SendReminders": boolean,
}  # fmt: skip
# DocumentAddressPatchModel: the name is CompanyName here, though documents tell it as NickName; no e-mail.
PARTNER_ADDRESS: dict[str, Check] = {
    **{name: check for name, check in _ADDRESS.items() if name != "Email"},
    "BankId": key, "CompanyName": text(200), "CountryId": key,
}  # fmt: skip


def patching(posting: Mapping[str, Check], item: Mapping[str, Check]) -> dict[str, Check]:
    """A patch model: Id in the body, addresses may be changed, number and series may not."""
    fixed = ("DocumentSerialNumber", "NumericSequenceId", "CreditedInvoiceId", "ProformaInvoices", "AccountNumber",
             "BankId", "Iban", "Swift")  # fmt: skip
    kept = {name: check for name, check in posting.items() if name not in fixed}
    return {**kept, "Id": key, "Items": each(table({**item, "Id": integer})), "PartnerAddress": table(PARTNER_ADDRESS),
            "MyAddress": table({name: text(50) for name in ("AccountNumber", "Iban", "Swift")})}  # fmt: skip
