"""A document as kept and as answered, with the keys of the help page's samples and the SDK's get models."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulators.idoklad.arithmetic import REDUCTION, Exchange, Line, document_prices, line_prices, total
from simulators.idoklad.codebooks import currency_code

INVOICE, PROFORMA, CREDIT = "IssuedInvoice", "ProformaInvoice", "CreditNote"
TYPE_NUMBERS = {INVOICE: 0, PROFORMA: 1, CREDIT: 3}
# .NET has no empty date: what is not set is the first day SQL Server knows.
UNSET = "1753-01-01"
UNPAID, PAID, PARTLY_PAID, OVERPAID = 0, 1, 2, 3

_NULL = ("ConstantSymbolId", "DeliveryAddress", "ReportLanguage", "SalesPosEquipmentId")
_BLANK: dict[str, Any] = {
    **dict.fromkeys(_NULL), "Attachments": [], "DateOfLastReminder": UNSET, "DateOfPayment": UNSET, "Description": "",
    "EetResponsibility": 0, "Exported": 0, "IsEet": False, "IsIncomeTax": True, "IsSentToAccountant": False,
    "IsSentToPurchaser": 0, "ItemsTextPrefix": "", "ItemsTextSuffix": "", "Note": "", "OrderNumber": "",
    "ReminderCount": 0, "Tags": [], "VatOnPayStatus": 0, "VatRegime": 1,
}  # fmt: skip
_TAXED: dict[str, Any] = {"DiscountPercentage": Decimal(0), "DiscountType": 0, "HasVatRegimeOss": False,
                          "VatReverseChargeCodeId": None}  # fmt: skip
BLANK: dict[str, dict[str, Any]] = {
    INVOICE: {**_BLANK, **_TAXED, "RecurringInvoiceId": None, "IssuedTaxDocumentIds": [], "ProformaInvoices": []},
    PROFORMA: {**_BLANK, "RecurringInvoiceId": None, "IssuedTaxDocumentIds": [], "AccountedByInvoiceId": None,
               "IsProformaTaxed": False},
    CREDIT: {**_BLANK, **_TAXED, "CreditedInvoiceId": None, "CreditNoteReason": "", "DateOfVatClaim": UNSET,
             "DateOfTaxingCreditedInvoice": UNSET, "NoteForCreditNote": ""},
}  # fmt: skip


@dataclass
class Payment:
    """Money for one document."""

    ident: int
    document_id: int
    amount: Decimal
    day: str
    option: int
    sent: bool = False
    created: str = ""


@dataclass
class Document:
    """One document of any kind; ids are shared by all kinds."""

    kind: str
    fields: dict[str, Any]
    sequence: int
    lines: list[tuple[int, Line]] = field(default_factory=list)
    exchange: Exchange = field(default_factory=Exchange)
    payments: list[Payment] = field(default_factory=list)
    # Figures of Prices changed behind the API's back.
    changed: dict[str, Any] = field(default_factory=dict)
    born: float = field(default_factory=time.monotonic)
    deleted: bool = False

    @property
    def ident(self) -> int:
        return int(self.fields["Id"])

    @property
    def gross(self) -> Decimal:
        """What is to be paid."""
        return total([line for _, line in self.lines]).gross

    @property
    def sold(self) -> Decimal:
        """The gross without the lines that set off a paid proforma."""
        return total([line for _, line in self.lines if line.kind != REDUCTION]).gross

    @property
    def currency(self) -> str:
        return currency_code(self.fields["CurrencyId"])

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal(0))

    @property
    def payment_status(self) -> int:
        """Nothing to pay is paid: an invoice from a paid proforma comes to zero."""
        if not self.gross or abs(self.paid) == abs(self.gross):
            return PAID
        if not self.paid:
            return UNPAID
        return PARTLY_PAID if abs(self.paid) < abs(self.gross) else OVERPAID

    def shown(self) -> dict[str, Any]:
        real = [line for _, line in self.lines]
        prices = {**document_prices(real, self.exchange, self.paid), **self.changed}
        if self.kind == PROFORMA:
            prices = {name: value for name, value in prices.items() if "Discount" not in name}
        return {**self.fields, "PaymentStatus": self.payment_status, "Prices": prices,
                "DateOfPayment": self.payments[-1].day if self.payments else self.fields["DateOfPayment"],
                "Items": [_item(self.kind, ident, line, self.exchange) for ident, line in self.lines]}  # fmt: skip

    def row(self) -> "Row":
        return Row(self)


class Row(Mapping[str, Any]):
    """What filters and sorting look at, worked out column by column: a look-up passes over every document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __getitem__(self, name: str) -> Any:
        worked_out = COLUMNS.get(name)
        return worked_out(self.document) if worked_out else self.document.fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*COLUMNS, *self.document.fields))

    def __len__(self) -> int:
        return len(COLUMNS) + len(self.document.fields)


COLUMNS: dict[str, Callable[[Document], Any]] = {
    "NumericSequenceId": lambda one: one.sequence, "PaymentStatus": lambda one: one.payment_status,
    "IsPaid": lambda one: one.payment_status in (PAID, OVERPAID),
    "NickName": lambda one: one.fields["PartnerAddress"]["NickName"], "TagIds": lambda one: one.fields["Tags"],
    "DateLastChange": lambda one: one.fields["Metadata"]["DateLastChange"],
    "DateOfPayment": lambda one: one.payments[-1].day if one.payments else one.fields["DateOfPayment"],
}  # fmt: skip


def _item(kind: str, ident: int, line: Line, exchange: Exchange) -> dict[str, Any]:
    given = line.given
    shown = {
        "Amount": Decimal(given["Amount"]), "Code": given.get("Code") or "", "Id": ident,
        "IsTaxMovement": bool(given.get("IsTaxMovement")), "ItemType": line.kind, "Name": given["Name"],
        "PriceListItemId": given.get("PriceListItemId"), "Prices": line_prices(line, exchange),
        "PriceType": given.get("PriceType") or 0, "Unit": given.get("Unit") or "", "VatCodeId": given.get("VatCodeId"),
        "VatRate": line.rate, "VatRateType": given.get("VatRateType") or 0,
    }  # fmt: skip
    if kind != PROFORMA:
        percent = line.percent
        shown |= {"DiscountName": given.get("DiscountName") or "" if percent else "", "DiscountPercentage": percent}
    return {**shown, **({"InvoiceProformaId": given.get("InvoiceProformaId")} if kind == INVOICE else {})}
