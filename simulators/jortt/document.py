"""An invoice as Jortt keeps it, and as v1 and v2 show it."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from simulators.jortt import rates
from simulators.jortt.arithmetic import ZERO, Line, totals, without_vat
from simulators.money import cents

# Every key of an answer in the order of the vendor's description; line_items and discounts are put in when shown.
_NAMES = (
    "id invoice_status customer_id tradename_id invoice_number invoice_date invoice_due_date invoice_delivery_period"
    " invoice_delivery_period_end invoice_date_sent invoice_total invoice_total_incl_vat invoice_due_amount"
    " send_method net_amounts invoice_marked_free_of_vat credited_invoice_id remarks introduction"
    " number_of_reminders_sent last_reminded_at payment_method customer_company_name customer_attn"
    " customer_address_street customer_address_city customer_address_postal_code customer_address_country_code"
    " customer_address_country_name customer_address_extra_information customer_vat_shifted customer_vat_number"
    " customer_in_eu customer_reference customer_is_private customer_mail_to customer_mail_cc_addresses language"
    " line_items discounts reference created_at credit_invoice_ids peppol_status"
)
MONEY = ("invoice_total", "invoice_total_incl_vat", "invoice_due_amount")
BLANK: dict[str, Any] = {
    **dict.fromkeys(_NAMES.split()), "invoice_status": "draft", "net_amounts": False,
    "invoice_marked_free_of_vat": False,
    "number_of_reminders_sent": 0, "payment_method": "pay_later",
}  # fmt: skip


@dataclass
class Document:
    """One invoice or credit invoice; `wanted` is how it is being sent, before it is sent."""

    fields: dict[str, Any]
    version: int
    lines: list[Line] = field(default_factory=list)
    discounts: list[dict[str, Any]] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    wanted: dict[str, Any] | None = None
    asked_at: float = 0.0
    reads: int = 0
    pdf_reads: int = 0
    term: int | None = None
    born: float = field(default_factory=time.monotonic)
    deleted: bool = False

    @property
    def ident(self) -> str:
        return str(self.fields["id"])

    @property
    def sent(self) -> bool:
        return bool(self.fields["invoice_status"] == "sent")

    @property
    def kind(self) -> str:
        if not self.sent:
            return "draft"
        return "credit" if self.fields["credited_invoice_id"] else "invoice"

    @property
    def reference(self) -> str:
        return str(self.fields["reference"] or "")

    @property
    def currency(self) -> str:
        return self.lines[0].currency if self.lines else "EUR"

    @property
    def text(self) -> str:
        """What the full text search looks through."""
        names = ("customer_company_name", "invoice_number", "reference", "remarks", "introduction")
        return " ".join([str(self.fields[name] or "") for name in names] + [line.description for line in self.lines])

    def add_up(self) -> None:
        """Totals anew; what was paid already is not due."""
        included = bool(self.fields["net_amounts"])
        off = [int(discount["percentage"]) for discount in self.discounts]
        free = self.fields["invoice_marked_free_of_vat"]
        lines = [replace(line, rate=ZERO) for line in self.lines] if free else self.lines
        sums = totals(lines, off, included, by_line=self.version < 3)
        paid = self.fields["payment_method"] == "already_paid"
        self.fields.update(invoice_total=sums.net, invoice_total_incl_vat=sums.gross,
                           invoice_due_amount=ZERO if paid else sums.gross)  # fmt: skip

    def shown(self, version: int, whole_lines: bool = False) -> dict[str, Any]:
        """The answer of a version. A line's total is its UNIT amount, as recorded, unless `whole_lines`."""
        word = "value" if version == 1 else "amount"
        money = {name: {word: f"{cents(self.fields[name]):.2f}", "currency": self.currency} for name in MONEY}
        lines = [self._line(line, version, whole_lines) for line in self.lines]
        return {**self.fields, **money, "line_items": lines, "discounts": self.discounts,
                "credit_invoice_ids": self.credits}  # fmt: skip

    def _line(self, line: Line, version: int, whole_lines: bool) -> dict[str, Any]:
        net = without_vat(line, bool(self.fields["net_amounts"]))
        told = net if whole_lines else line.amount
        unit, total = f"{cents(line.amount):.2f}", f"{cents(told):.2f}"
        common = {"description": line.description, "ledger_account_id": line.ledger}
        if version == 1:
            # A float prints the shortest digits that read back the same; none is ever added up.
            return {
                **common, "vat": float(line.rate * 100), "vat_percentage": rates.text(line.rate * 100),
                "units": float(line.quantity), "number_of_units": rates.text(line.quantity),
                "amount_per_unit": {"value": unit, "currency": line.currency},
                "total_amount_excl_vat": {"value": total, "currency": line.currency},
            }  # fmt: skip
        return {
            **common, "vat": {"value": rates.text(line.rate), "category": line.category},
            "quantity": rates.text(line.quantity), "amount": {"amount": unit, "currency": line.currency},
            "total_amount_ex_vat": {"amount": total, "currency": line.currency},
        }  # fmt: skip
