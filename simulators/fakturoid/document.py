"""A document as Fakturoid keeps and shows it."""

import time
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from simulators.fakturoid.accepted import INVOICE
from simulators.fakturoid.arithmetic import ZERO, Amounts
from simulators.fields import flag, ident, on
from simulators.money import cents, number

# Every key of an answer, in the order of the recordings; the last two are younger than they are.
_NAMES = (
    "id custom_id document_type proforma_followup_document correction_id number number_format_id variable_symbol"
    " your_name your_street your_city your_zip your_country your_registration_no your_vat_no your_local_vat_no"
    " client_name client_street client_city client_zip client_country client_registration_no client_vat_no"
    " client_local_vat_no client_has_delivery_address client_delivery_name client_delivery_street"
    " client_delivery_city client_delivery_zip client_delivery_country subject_id subject_custom_id generator_id"
    " related_id paypal gopay token status order_number issued_on taxable_fulfillment_due due due_on sent_at paid_on"
    " reminder_sent_at cancelled_at uncollectible_at locked_at webinvoice_seen_on note footer_note private_note tags"
    " bank_account iban swift_bic iban_visibility show_already_paid_note_in_pdf payment_method custom_payment_method"
    " hide_bank_account currency exchange_rate language transferred_tax_liability supply_code oss vat_price_mode"
    " subtotal total native_subtotal native_total remaining_amount remaining_native_amount eet_records lines"
    " vat_rates_summary paid_advances payments attachments html_url public_html_url url pdf_url subject_url created_at"
    " updated_at last_reminder_sent_at rounding_adjustment"
)
_FALSE = ("client_has_delivery_address", "paypal", "gopay", "show_already_paid_note_in_pdf", "hide_bank_account",
          "transferred_tax_liability")  # fmt: skip
BLANK: dict[str, Any] = {
    **dict.fromkeys(_NAMES.split()), **dict.fromkeys(_FALSE, False), "document_type": "invoice",
    "iban_visibility": "automatically", "oss": "disabled", "rounding_adjustment": ZERO,
}  # fmt: skip
# Given with a document, but no field of it.
NOT_KEPT = ("lines", "attachments", "tax_document_ids", "bank_account_id", "round_total", "subject_custom_id")
MONEY = ("subtotal", "total", "native_subtotal", "native_total", "remaining_amount", "remaining_native_amount",
         "rounding_adjustment")  # fmt: skip
_FLAGS = {name for name, check in INVOICE.items() if check is flag}
_IDENTS = {name for name, check in INVOICE.items() if check is ident}


@dataclass
class Line:
    """One line: what was sent for it, and what was made of it. `priced` is unit price times quantity, rounded."""

    ident: int
    given: dict[str, Any]
    rate: Decimal
    priced: Decimal
    shown: dict[str, Any]


@dataclass
class Document:
    """One document; `fields` is the flat part of the answer, dates as text, money as Decimal."""

    fields: dict[str, Any]
    lines: list[Line] = field(default_factory=list)
    summary: dict[Decimal, Amounts] = field(default_factory=dict)
    payments: list[dict[str, Any]] = field(default_factory=list)
    advances: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    born: float = field(default_factory=time.monotonic)
    round_total: bool = False
    deleted: bool = False
    pdf_reads: int = 0

    @property
    def ident(self) -> int:
        return int(self.fields["id"])

    @property
    def kind(self) -> str:
        return str(self.fields["document_type"])

    @property
    def reference(self) -> str:
        return str(self.fields["custom_id"] or "")

    @property
    def live(self) -> bool:
        return not self.deleted and not self.fields["cancelled_at"]

    @property
    def paid(self) -> Decimal:
        return sum((payment["amount"] for payment in self.payments), ZERO)

    def take(self, given: dict[str, Any]) -> None:
        """Fields as sent, in the types the system answers with."""
        self.fields.update({name: typed(name, value) for name, value in given.items() if name not in NOT_KEPT})

    def status(self, today: date) -> str:
        """The first that is true (vendor's status table)."""
        fields = self.fields
        states = {"cancelled": fields["cancelled_at"], "uncollectible": fields["uncollectible_at"],
                  "paid": fields["paid_on"], "overdue": fields["due_on"] < today.isoformat(),
                  "sent": fields["sent_at"]}  # fmt: skip
        return next((name for name, true in states.items() if true), "open")

    def shown(self, today: date, native: str) -> dict[str, Any]:
        """The answer; `native` is the account's currency."""
        return {
            **self.fields, "status": self.status(today), "lines": [line.shown for line in self.lines],
            "vat_rates_summary": [self._rate(rate, amounts, native) for rate, amounts in self.summary.items()],
            "payments": self.payments, "paid_advances": self.advances,
            "attachments": self.attachments,
        }  # fmt: skip

    def _rate(self, rate: Decimal, amounts: Amounts, native: str) -> dict[str, Any]:
        at_home = amounts.times(self.fields["exchange_rate"])
        return {"vat_rate": plain(rate), "base": amounts.net, "vat": amounts.vat, "currency": self.fields["currency"],
                "native_base": at_home.net, "native_vat": at_home.vat, "native_currency": native}  # fmt: skip


def plain(rate: Decimal) -> int | float:
    """A rate goes out as a JSON number: 21, or 25.5; a float only at this edge, never in a sum."""
    return int(rate) if rate == int(rate) else float(rate)


def typed(name: str, value: Any) -> Any:
    """Flags as booleans, ids and days as numbers, amounts as Decimal, references as text; all else as it came."""
    if value is None:
        return BLANK.get(name)
    if name in _FLAGS:
        return on(value)
    if name in _IDENTS or name == "due":
        return int(value)
    if name in MONEY:
        return cents(number(value) or ZERO)
    if name == "exchange_rate":
        return number(value)
    return str(value) if name == "custom_id" else value
