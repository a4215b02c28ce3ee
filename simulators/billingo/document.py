"""A document as Billingo keeps and shows it; its vendor_id is no part of an answer (OpenAPI, Document)."""

import time
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from simulators.billingo.arithmetic import ZERO, Amounts, Line, net_unit, percent
from simulators.money import cents, number

SETTINGS_SHOWN = {"mediated_service": False, "without_financial_fulfillment": False, "online_payment": "",
                  "round": "none", "no_send_onlineszamla_by_user": False, "order_number": "", "place_id": None,
                  "instant_payment": False, "selected_type": "invoice"}  # fmt: skip
COUNTED = ("invoice", "advance", "cancellation", "modification")
ORGANIZATION: dict[str, Any] = {
    "name": "Szimulátor Kft.", "tax_number": "12345678-2-42",
    "bank_account": {"id": 801, "name": "Fő számla", "account_number": "11111111-22222222-33333333",
                     "account_number_iban": "", "swift": ""},
    "address": {"country_code": "HU", "post_code": "1011", "city": "Budapest", "address": "Fő utca 1."},
    "small_taxpayer": False, "ev_number": "", "eu_tax_number": "HU12345678", "cash_settled": False,
}  # fmt: skip


@dataclass
class Document:
    """`given` is what was asked for; `partner` and `snapshot` are the buyer now and as printed."""

    ident: int
    number: str
    kind: str
    given: dict[str, Any]
    partner: dict[str, Any]
    snapshot: dict[str, Any]
    invoice_date: str
    lines: list[Line] = field(default_factory=list)
    rates: dict[str, Amounts] = field(default_factory=dict)
    gross: Decimal = ZERO
    payments: list[dict[str, Any]] = field(default_factory=list)
    related: list[int] = field(default_factory=list)
    cancelled: bool = False
    modified: bool = False
    deleted: bool = False
    archived: bool = False
    settled: bool = False
    nav: str = "not_checked"
    changed: str = ""
    pdf_reads: int = 0
    born: float = field(default_factory=time.monotonic)

    @property
    def vendor(self) -> str:
        return str(self.given.get("vendor_id") or "")

    @property
    def comment(self) -> str:
        return str(self.given.get("comment") or "")

    @property
    def sums(self) -> Amounts:
        return sum(self.rates.values(), Amounts())

    @property
    def paid(self) -> Decimal:
        return sum((number(payment["price"]) or ZERO for payment in self.payments), ZERO)

    def status(self, today: date) -> str:
        """`settled` is paid without a record of a payment."""
        if self.kind == "draft":
            return "none"
        if self.settled or (self.payments and abs(self.paid) >= abs(self.gross)):
            return "paid"
        if self.payments:
            return "partially_paid"
        return "expired" if self.given["due_date"] < today.isoformat() else "outstanding"

    def correction(self) -> str:
        return "canceled" if self.cancelled else "modified" if self.modified else self.kind

    def shown(self, today: date, numbers: dict[int, str]) -> dict[str, Any]:
        """The answer; `numbers` are those of the related documents."""
        given, status = self.given, self.status(today)
        return {
            "id": self.ident, "invoice_number": self.number, "type": self.kind, "cancelled": self.cancelled,
            "block_id": given["block_id"], "payment_status": status, "payment_method": given["payment_method"],
            "gross_total": self.gross, "currency": given["currency"], "conversion_rate": self.rate,
            "invoice_date": self.invoice_date, "fulfillment_date": given["fulfillment_date"],
            "due_date": given["due_date"], "paid_date": self._paid_date(status, today),
            "organization": ORGANIZATION, "partner": self.partner, "document_partner": self.snapshot,
            "electronic": bool(given.get("electronic")), "comment": self.comment, "tags": [],
            "notification_status": "none", "language": given["language"],
            "items": [_item(line) for line in self.lines], "summary": self._summary(),
            "settings": self._settings(), "online_szamla_status": self.nav,
            "related_documents": [{"id": ident, "invoice_number": numbers[ident]} for ident in self.related],
            "discount": given.get("discount"), "correction_type": self.correction(),
        }  # fmt: skip

    @property
    def rate(self) -> Decimal:
        return number(self.given.get("conversion_rate")) or Decimal(1)

    def _paid_date(self, status: str, today: date) -> str:
        """Today while nothing was paid: it tells nothing (measured by the vendor)."""
        days = [str(payment["date"]) for payment in self.payments]
        return max(days) if days and status == "paid" else today.isoformat()

    def _settings(self) -> dict[str, Any]:
        asked = {name: value for name, value in (self.given.get("settings") or {}).items() if name in SETTINGS_SHOWN}
        return {**SETTINGS_SHOWN, **asked}

    def _summary(self) -> dict[str, Any]:
        sums, home = self.sums, self.sums.times(self.rate)
        return {
            "net_amount": sums.net, "net_amount_local": home.net, "gross_amount_local": home.gross,
            "vat_amount": sums.vat, "vat_amount_local": home.vat,
            "vat_rate_summary": [{
                "vat_name": vat, "vat_percentage": percent(vat), "vat_rate_net_amount": amounts.net,
                "vat_rate_vat_amount": amounts.vat, "vat_rate_vat_amount_local": cents(amounts.vat * self.rate),
                "vat_rate_gross_amount": amounts.gross,
            } for vat, amounts in self.rates.items()],
        }  # fmt: skip


def _item(line: Line) -> dict[str, Any]:
    given, amounts = line.given, line.amounts
    return {
        "product_id": given.get("product_id"), "name": given["name"], "net_unit_amount": net_unit(given),
        "quantity": number(given["quantity"]), "unit": given["unit"], "net_amount": amounts.net,
        "gross_amount": amounts.gross, "vat": given["vat"], "vat_amount": amounts.vat,
        "entitlement": given.get("entitlement"), "comment": given.get("comment") or "",
    }  # fmt: skip
