"""What Fortnox accepts: the fields, types and limits of the vendor's OpenAPI file, and no more.

https://apps.fortnox.se/apidocs
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.fields import Check, Faults, day, each, one_of, table
from simulators.money import number

LONG = 1024
BLANK = "API_BLANK"


def text(longest: int = LONG) -> Check:
    def check(value: Any, place: str) -> Faults:
        if not isinstance(value, str):
            yield place, "must be a string"
        elif len(value) > longest:
            yield place, f"is longer than {longest} characters"
        elif any(ord(letter) > 0xFFFF or (ord(letter) < 32 and letter not in "\r\n\t") for letter in value):
            yield place, "holds illegal characters"

    return check


def decimal(value: Any, place: str) -> Faults:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        yield place, "must be a number"


def quantity(value: Any, place: str) -> Faults:
    """Text by the specification; a number was recorded as well."""
    if number(value) is None:
        yield place, "must be a number"


def whole(lowest: int = 0, highest: int = 2**31 - 1) -> Check:
    def check(value: Any, place: str) -> Faults:
        if isinstance(value, bool) or not isinstance(value, int):
            yield place, "must be a whole number"
        elif not lowest <= value <= highest:
            yield place, f"must be between {lowest} and {highest}"

    return check


def boolean(value: Any, place: str) -> Faults:
    if not isinstance(value, bool):
        yield place, "must be true or false"


def account(value: Any, place: str) -> Faults:
    """A number of four digits; its digits as text were recorded for customers."""
    if isinstance(value, bool) or not str(value).isdigit() or not 1000 <= int(value) <= 9999:
        yield place, "must be an account from 1000 to 9999"


def texts(*names: str, longest: int = LONG) -> dict[str, Check]:
    return {name: text(longest) for name in names}


EMAIL: dict[str, Check] = {
    **texts("EmailAddressBCC", "EmailAddressCC", "EmailAddressFrom", "EmailAddressTo"),
    "EmailBody": text(20_000), "EmailSubject": text(100),
}  # fmt: skip
EDI: dict[str, Check] = {
    **texts("EDIGlobalLocationNumber", "EDIGlobalLocationNumberDelivery", longest=13),
    **texts("EDIInvoiceExtra1", "EDIInvoiceExtra2", "EDIOurElectronicReference", "EDIYourElectronicReference"),
}  # fmt: skip
LABELS = each(table({"Id": whole()}))
ROW: dict[str, Check] = {
    **texts("ArticleNumber", longest=50), "AccountNumber": account, "CostCenter": text(), "DeliveredQuantity": quantity,
    "Description": text(255), "Discount": decimal, "DiscountType": one_of("AMOUNT", "PERCENT"), "HouseWork": boolean,
    "HouseWorkHoursToReport": whole(0, 999), "HouseWorkType": text(), "Price": decimal, "Project": text(),
    "RowId": whole(), "StockPointCode": text(), "Unit": text(), "VAT": whole(-1, 100), "VATCode": text(),
}  # fmt: skip
ORDER_ROW: dict[str, Check] = {**ROW, "OrderedQuantity": quantity, "ReservedQuantity": quantity, "StockPointId": text()}
# What both kinds of document share.
COMMON: dict[str, Check] = {
    **texts("Address1", "Address2", "City", "Comments", "CostCenter", "Country", "CustomerName", "CustomerNumber",
            "DeliveryAddress1", "DeliveryAddress2", "DeliveryCity", "DeliveryCountry", "DeliveryName",
            "DeliveryZipCode", "DocumentNumber", "Phone1", "Phone2", "PriceList", "PrintTemplate", "Project", "Remarks",
            "TermsOfDelivery", "TermsOfPayment", "WayOfDelivery", "ZipCode"),
    **texts("ExternalInvoiceReference1", "ExternalInvoiceReference2", longest=80),
    **texts("OurReference", "YourReference", longest=50),
    "AdministrationFee": decimal, "Currency": text(3), "CurrencyRate": decimal, "CurrencyUnit": decimal,
    "DeliveryDate": day, "EmailInformation": table(EMAIL), "Freight": decimal, "Labels": LABELS,
    "Language": one_of("SV", "EN"), "NotCompleted": boolean, "OutboundDate": day,
    "TaxReductionType": one_of("none", "rot", "rut", "green"), "VATIncluded": boolean, "YourOrderNumber": text(75),
}  # fmt: skip
INVOICE: dict[str, Check] = {
    **COMMON, **texts("OCR", "CreditInvoiceReference"), "DueDate": day, "EDIInformation": table(EDI),
    "EUQuarterlyReport": boolean, "InvoiceDate": day, "InvoiceRows": each(table(ROW)),
    "InvoiceType": one_of("INVOICE", "AGREEMENTINVOICE", "INTRESTINVOICE", "SUMMARYINVOICE", "CASHINVOICE"),
    "PaymentWay": one_of("", "CASH", "CARD", "AG"),
}  # fmt: skip
ORDER: dict[str, Check] = {
    **COMMON, "CopyRemarks": boolean, "DeliveryState": one_of("registration", "reservation", "delivery"),
    "OrderDate": day, "OrderRows": each(table(ORDER_ROW)), "OrderType": one_of("Order", "Backorder"),
    **texts("StockPointCode", "StockPointId"),
}  # fmt: skip

DELIVERY_TYPES = one_of("PRINT", "EMAIL", "PRINTSERVICE", "ELECTRONICINVOICE")
CUSTOMER: dict[str, Check] = {
    **texts("Address1", "Address2", "City", "Comments", "CostCenter", "Country", "CustomerNumber", "DeliveryAddress1",
            "DeliveryAddress2", "DeliveryCity", "DeliveryCountry", "DeliveryFax", "DeliveryName", "DeliveryPhone1",
            "DeliveryPhone2", "Email", "EmailInvoice", "EmailInvoiceBCC", "EmailInvoiceCC", "EmailOffer",
            "EmailOfferBCC", "EmailOfferCC", "EmailOrder", "EmailOrderBCC", "EmailOrderCC", "ExternalReference", "Fax",
            "InvoiceAdministrationFee", "InvoiceFreight", "InvoiceRemark", "Name", "Phone1", "Phone2",
            "PriceList", "Project", "TermsOfDelivery", "TermsOfPayment", "VATNumber", "WayOfDelivery"),
    **texts("CountryCode", "DeliveryCountryCode", "VisitingCountryCode", longest=2),
    **texts("DeliveryZipCode", "VisitingZipCode", "ZipCode", longest=10),
    **texts("VisitingAddress", "VisitingCity", "VisitingCountry", "WWW", longest=128),
    **texts("OurReference", "YourReference", longest=50), **texts("GLN", "GLNDelivery", longest=13),
    "Active": boolean, "Currency": text(3), "OrganisationNumber": text(30), "ShowPriceVATIncluded": boolean,
    "DefaultDeliveryTypes": table(dict.fromkeys(("Invoice", "Offer", "Order"), DELIVERY_TYPES)),
    "DefaultTemplates": table(texts("CashInvoice", "Invoice", "Offer", "Order")), "InvoiceDiscount": decimal,
    "SalesAccount": account, "Type": one_of("PRIVATE", "COMPANY"),
    "VATType": one_of("SEVAT", "SEREVERSEDVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT"),
}  # fmt: skip
ARTICLE: dict[str, Check] = {
    **texts("ArticleNumber", "Manufacturer", "ManufacturerArticleNumber", longest=50), "Description": text(200),
    "EAN": text(30), "Note": text(10_000), "StockPlace": text(100), **texts("SupplierNumber", "Unit", "HouseworkType"),
    **dict.fromkeys(("Active", "Bulky", "Expired", "Housework", "StockGoods", "WebshopArticle"), boolean),
    **dict.fromkeys(("EUAccount", "EUVATAccount", "ExportAccount", "PurchaseAccount", "SalesAccount"), account),
    **dict.fromkeys(("PurchasePrice", "QuantityInStock", "StockWarning", "VAT"), decimal),
    **dict.fromkeys(("Depth", "Height", "Weight", "Width"), whole()), "Type": one_of("STOCK", "SERVICE"),
}  # fmt: skip
PAYMENT: dict[str, Check] = {
    **dict.fromkeys(("Amount", "AmountCurrency", "CurrencyRate", "CurrencyUnit"), decimal), "Currency": text(3),
    **texts("ExternalInvoiceReference1", "ExternalInvoiceReference2", "ModeOfPayment"), "InvoiceNumber": whole(1),
    "ModeOfPaymentAccount": account, "PaymentDate": day,
}  # fmt: skip
UNIT: dict[str, Check] = {"Code": text(20), "CodeEnglish": text(100), "Description": text(100)}
TERMS: dict[str, Check] = texts("Code", "Description")
WRAPPED: Mapping[str, Mapping[str, Check]] = {
    "Invoice": INVOICE, "Order": ORDER, "Customer": CUSTOMER, "Article": ARTICLE, "InvoicePayment": PAYMENT,
    "Unit": UNIT, "TermsOfPayment": TERMS,
}  # fmt: skip
