"""An invoice or an order as kept and as answered, with the keys and types of the recordings."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.fortnox.arithmetic import NOTHING, Sums, plain, without_vat

INVOICE, ORDER = "Invoice", "Order"
ROWS = {INVOICE: "InvoiceRows", ORDER: "OrderRows"}
PLURAL = {INVOICE: "invoices", ORDER: "orders"}
NONE = "0"

_NAMES = ("Address1", "Address2", "City", "Comments", "CostCenter", "Country", "CustomerName", "CustomerNumber",
          "DeliveryAddress1", "DeliveryAddress2", "DeliveryCity", "DeliveryCountry", "DeliveryName", "DeliveryZipCode",
          "ExternalInvoiceReference1", "ExternalInvoiceReference2", "OrganisationNumber", "OurReference", "Phone1",
          "Phone2", "Project", "Remarks", "TermsOfDelivery", "WayOfDelivery", "YourOrderNumber", "YourReference",
          "ZipCode")  # fmt: skip
_EMAIL = {"EmailAddressFrom": None, "EmailAddressTo": "", "EmailAddressCC": None, "EmailAddressBCC": None,
          "EmailBody": " "}  # fmt: skip
_EDI = ("EDIGlobalLocationNumber", "EDIGlobalLocationNumberDelivery", "EDIInvoiceExtra1", "EDIInvoiceExtra2",
        "EDIOurElectronicReference", "EDIYourElectronicReference")  # fmt: skip
_COMMON: dict[str, Any] = {
    **dict.fromkeys(_NAMES, ""), "AdministrationFee": NOTHING, "BasisTaxReduction": 0, "Cancelled": False,
    "ContributionPercent": 0, "ContributionValue": 0, "CurrencyUnit": 1, "DeliveryDate": None, "Freight": NOTHING,
    "HouseWork": False, "Labels": [], "Language": "SV", "NotCompleted": False, "OfferReference": NONE,
    "PriceList": "A", "Sent": False, "TaxReduction": None, "TaxReductionType": "none", "TimeBasisReference": None,
    "VATIncluded": False, "WarehouseReady": True,
}  # fmt: skip
BLANK: dict[str, dict[str, Any]] = {
    INVOICE: {
        **_COMMON, "AccountingMethod": "ACCRUAL", "Booked": False, "ContractReference": NONE, "Credit": "false",
        "CreditInvoiceReference": NONE, "EDIInformation": {**dict.fromkeys(_EDI), "EDIStatus": ""},
        "EUQuarterlyReport": False, "EmailInformation": {**_EMAIL, "EmailSubject": "Faktura {no} bifogas"},
        "FinalPayDate": None, "InvoicePeriodEnd": "", "InvoicePeriodStart": "", "InvoiceReference": NONE,
        "InvoiceType": "INVOICE", "LastRemindDate": None, "NoxFinans": False, "OrderReference": NONE, "PaymentWay": "",
        "PrintTemplate": "st", "Reminders": 0, "VoucherNumber": None, "VoucherSeries": None, "VoucherYear": None,
    },
    ORDER: {
        **_COMMON, "CopyRemarks": False, "DeliveryState": "delivery", "InvoiceReference": NONE, "OrderType": "Order",
        "EmailInformation": {**_EMAIL, "EmailSubject": "Order {no} bifogas"}, "PrintTemplate": "oc",
        "StockPointCode": None, "StockPointId": None,
    },
}  # fmt: skip
LISTED = {
    INVOICE: ("@url", "Balance", "Booked", "Cancelled", "CostCenter", "Currency", "CurrencyRate", "CurrencyUnit",
              "CustomerName", "CustomerNumber", "DocumentNumber", "DueDate", "ExternalInvoiceReference1",
              "ExternalInvoiceReference2", "InvoiceDate", "InvoiceType", "NoxFinans", "OCR", "VoucherNumber",
              "VoucherSeries", "VoucherYear", "WayOfDelivery", "TermsOfPayment", "Project", "Sent", "Total",
              "FinalPayDate"),
    ORDER: ("@url", "Cancelled", "Currency", "CustomerName", "CustomerNumber", "DeliveryDate", "DocumentNumber",
            "ExternalInvoiceReference1", "ExternalInvoiceReference2", "OrderDate", "OrderType", "Project", "Sent",
            "Total"),
}  # fmt: skip


@dataclass
class Document:
    """One numbered document; `sums` is what it comes to, `paid` what booked payments brought."""

    kind: str
    serial: int
    fields: dict[str, Any]
    modified: datetime
    rows: list[dict[str, Any]] = field(default_factory=list)
    sums: Sums = field(default_factory=lambda: Sums(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING))
    charge_rate: Decimal = NOTHING
    paid: Decimal = NOTHING
    # Figures changed behind the API's back.
    changed: dict[str, Any] = field(default_factory=dict)
    born: float = field(default_factory=time.monotonic)

    @property
    def ident(self) -> str:
        """How the books call it: invoices by their number, orders with a word before."""
        return str(self.serial) if self.kind == INVOICE else f"order-{self.serial}"

    @property
    def reference(self) -> str:
        return str(self.fields["ExternalInvoiceReference1"])

    @property
    def live(self) -> bool:
        return not self.fields["Cancelled"]

    @property
    def is_credit(self) -> bool:
        return self.fields.get("Credit") == "true"

    @property
    def total(self) -> Decimal:
        return Decimal(self.changed.get("Total", self.sums.total))

    @property
    def balance(self) -> Decimal:
        """What is still to be paid; nothing of a cancelled one."""
        return self.sums.to_pay - self.paid if self.live else NOTHING

    def shown(self, address: str) -> dict[str, Any]:
        fields, plural = self.fields, PLURAL[self.kind]
        rates = {name: self._charge_vat(fields[name]) for name in ("Freight", "AdministrationFee")}
        return {
            "@url": f"{address}/3/{plural}/{self.serial}",
            "@urlTaxReductionList": f"{address}/3/taxreductions?filter={plural}&referencenumber={self.serial}",
            **fields, "AdministrationFeeVAT": rates["AdministrationFee"], "FreightVAT": rates["Freight"],
            "DocumentNumber": str(self.serial), **({"Balance": self.balance} if self.kind == INVOICE else {}),
            "Gross": self.sums.gross, "Net": self.sums.net, "RoundOff": self.sums.round_off, "Total": self.sums.total,
            "TotalToPay": self.sums.to_pay, "TotalVAT": self.sums.vat,
            ROWS[self.kind]: [_row(self.kind, row, fields["VATIncluded"]) for row in self.rows], **self.changed,
        }  # fmt: skip

    def listed(self, address: str) -> dict[str, Any]:
        """As a list tells it: no rows, no Credit, the rate as text."""
        shown = self.shown(address)
        if self.kind == INVOICE:
            shown["CurrencyRate"] = plain(Decimal(shown["CurrencyRate"]))
        return {name: shown[name] for name in LISTED[self.kind]}

    def _charge_vat(self, charge: Decimal) -> Decimal:
        if self.fields["VATIncluded"]:
            return charge - without_vat(charge, self.charge_rate, True)
        return charge * self.charge_rate / 100


def _row(kind: str, row: Mapping[str, Any], included: bool) -> dict[str, Any]:
    """The recorded keys of one row; only invoices tell the amounts without VAT."""
    shown = {**row, "ContributionPercent": "0", "ContributionValue": "0", "Cost": 0, "StockPointCode": None,
             "HouseWorkHoursToReport": None, "HouseWorkType": None}  # fmt: skip
    if kind == ORDER:
        return {**shown, "StockPointId": None}
    return {**shown, "PriceExcludingVAT": without_vat(row["Price"], row["VAT"], included),
            "TotalExcludingVAT": without_vat(row["Total"], row["VAT"], included)}  # fmt: skip
