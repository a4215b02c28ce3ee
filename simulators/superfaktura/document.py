"""A document as SuperFaktura keeps and shows it: nearly all scalars are strings, sums in Summary are numbers."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from simulators.money import cents
from simulators.superfaktura import parties
from simulators.superfaktura.arithmetic import ZERO, Amounts, Priced

# Every key of Invoice in a recorded answer that is not computed.
_NULL = (
    "id client_id parent_id proforma_id estimate_id sequence_id import_type import_id import_parent_id type"
    " tax_document name lang client_data my_data items_data invoice_no order_no invoice_no_formatted"
    " invoice_no_formatted_raw invoice_no_formatted_length mask variable variable_raw payment_type home_currency"
    " invoice_currency items_name internal_comment created modified recurring paydate delivery taxdate accounting_date"
    " due token tags rounding vat_transfer special_vat_scheme summary_invoice"
)
_EMPTY = ("constant specific issued_by issued_by_phone issued_by_email issued_by_web delivery_type comment"
          " header_comment")  # fmt: skip
BLANK: dict[str, Any] = {
    **dict.fromkeys(_NULL.split()), **dict.fromkeys(_EMPTY.split(), ""), "user_id": "1", "user_profile_id": "1",
    "country_exchange_rate": "1.00000000000000", "exchange_rate": 1, "demo": "0", "deposit": "0.00", "discount": "0",
    "show_items_with_dph": True, "show_special_vat": False,
}  # fmt: skip
PAGE_ONLY = ("show_items_with_dph", "show_special_vat")
SETTING = {"bysquare": True, "create_from_multiple_deliveries": "", "force_iban": True, "language": "slo",
           "online_payment": None, "payment_info": True, "paypal": False, "show_prices": False, "show_summary": True,
           "signature": True}  # fmt: skip


@dataclass
class Item:
    """One item: what was sent for it, and what was made of it."""

    ident: str
    given: dict[str, Any]
    priced: Priced
    full: Priced


@dataclass
class Document:
    """One document; `fields` is the part under "Invoice", ids and dates as text."""

    fields: dict[str, Any]
    client: dict[str, Any]
    seller: dict[str, Any]
    setting: dict[str, Any]
    extra: dict[str, Any]
    items: list[Item] = field(default_factory=list)
    summary: dict[Decimal, Amounts] = field(default_factory=dict)
    discount: Decimal = ZERO
    payments: list[dict[str, Any]] = field(default_factory=list)
    related: list[dict[str, Any]] = field(default_factory=list)
    emails: list[dict[str, Any]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    taken_over: Decimal = ZERO
    born: float = field(default_factory=time.monotonic)
    sent: bool = False
    deleted: bool = False
    given_up: bool = False

    @property
    def ident(self) -> str:
        return str(self.fields["id"])

    @property
    def kind(self) -> str:
        return str(self.fields["type"])

    @property
    def reference(self) -> str:
        return str(self.fields["order_no"] or "")

    @property
    def mark(self) -> str:
        """What a client knows its document by: a private comment, else the order number."""
        return str(self.fields["internal_comment"] or self.reference)

    @property
    def live(self) -> bool:
        return not self.deleted

    @property
    def total(self) -> Decimal:
        return sum((amounts.gross for amounts in self.summary.values()), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((payment["amount"] for payment in self.payments), self.taken_over)

    def status(self, today: date) -> str:
        """1 issued, 2 partly paid, 3 paid, 99 overdue, 0 a draft (value-lists.md; section 3)."""
        if self.kind == "draft":
            return "0"
        if self.paid and abs(self.paid) >= abs(self.total):
            return "3"
        if self.paid:
            return "2"
        return "99" if str(self.fields["due"]) < today.isoformat() else "1"

    def shown(self, today: date, stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The whole answer; `stored` is the contact as the address book has it, which lists and creates show."""
        left = self.total - self.paid
        buyer = parties.shown(self.client)
        return {
            "0": {"to_pay": f"{left:.6f}", "to_pay_in_invoice_currency": f"{left:.2f}", "total": f"{self.total:.2f}"},
            "Client": dict(stored) if stored else buyer, "ClientData": buyer, "Invoice": self.invoice(today),
            "InvoiceEmail": self.emails, "InvoiceItem": [self.item(item) for item in self.items],
            "InvoicePayment": [{**payment, "amount": f"{payment['amount']:.2f}"} for payment in self.payments],
            "InvoiceSetting": self.setting, "InvoiceExtra": self.extra, "MyData": self.seller, "PaymentLink": None,
            "Paypal": False, "PostStamp": [], "RelatedItems": self.related, "Signature": None, "Logo": [],
            "Summary": self._sums(), "SummaryInvoice": self._signed(), "Tag": self.tags, "UnitCount": [],
        }  # fmt: skip

    def invoice(self, today: date) -> dict[str, Any]:
        base = sum((amounts.base for amounts in self.summary.values()), ZERO)
        status = self.status(today)
        flags = {"2": "partially-paid", "3": "paid", "99": "overdue"}
        return {
            **self.fields, "amount": f"{base:.2f}", "vat": f"{self.total - base:.2f}", "paid": f"{self.paid:.2f}",
            "amount_paid": f"{self.paid:.2f}", "status": status, "flag": flags.get(status, "issued"),
            "items_data": "".join(f"{item.given.get('name') or ''} , " for item in self.items),
            "client_data": json.dumps({"Client": self.client}), "my_data": json.dumps({"MyData": self.seller}),
        }  # fmt: skip

    def row(self, today: date) -> dict[str, Any]:
        """The bare record some routes answer with: nothing computed for a page, the rate always as text."""
        whole = self.invoice(today)
        bare = {name: value for name, value in whole.items() if name not in ("flag", *PAGE_ONLY)}
        return {**bare, "exchange_rate": f"{Decimal(str(whole['exchange_rate'])):.14f}"}

    def item(self, item: Item) -> dict[str, Any]:
        """A quantity that was not sent comes back as null, and counts as one (stored answers)."""
        given, now, full = item.given, item.priced, item.full
        quantity = given.get("quantity")
        return {
            "id": item.ident, "invoice_id": self.ident, "user_id": "1", "user_profile_id": "1",
            "stock_item_id": given.get("stock_item_id"), "name": given.get("name") or "", "sku": given.get("sku"),
            "description": given.get("description") or "", "unit": given.get("unit") or "", "tax": now.rate,
            "quantity": None if quantity is None else f"{Decimal(str(quantity)):.5f}", "tax_deposit": None,
            "discount": Decimal(str(given.get("discount") or 0)), "ordernum": str(self.items.index(item)),
            "discount_description": given.get("discount_description") or "Zľava", "hide_in_autocomplete": None,
            "unit_price": full.unit, "unit_price_discount": now.unit, "unit_price_vat": cents(now.unit_gross),
            "unit_price_vat_no_discount": cents(full.unit_gross), "item_price": cents(now.net),
            "item_price_no_discount": cents(full.net), "item_price_vat": cents(now.gross),
            "item_price_vat_check": cents(now.gross), "item_price_vat_no_discount": cents(full.gross),
            "discount_no_vat": full.unit - now.unit, "discount_no_vat_total": cents(full.net - now.net),
            "discount_with_vat": cents(full.unit_gross - now.unit_gross),
            "discount_with_vat_total": cents(full.gross - now.gross),
        }  # fmt: skip

    def _sums(self) -> dict[str, Any]:
        base = sum((amounts.base for amounts in self.summary.values()), ZERO)
        return {"vat_base_separate": {rate_key(rate): amounts.base for rate, amounts in self.summary.items()},
                "vat_separate": {rate_key(rate): amounts.vat for rate, amounts in self.summary.items()},
                "vat_base_total": base, "vat_total": self.total - base, "invoice_total": self.total,
                "discount": self.discount}  # fmt: skip

    def _signed(self) -> dict[str, Any]:
        """What is charged and what is taken back, apart."""
        parts: dict[str, dict[str, Decimal]] = {}
        for sign in ("negative", "positive"):
            for rate, amounts in self.summary.items():
                here = (amounts.base < 0) == (sign == "negative")
                parts.setdefault(f"vat_base_separate_{sign}", {})[rate_key(rate)] = amounts.base if here else ZERO
                parts.setdefault(f"vat_separate_{sign}", {})[rate_key(rate)] = amounts.vat if here else ZERO
        return parts


def rate_key(rate: Decimal) -> str:
    return f"{rate.normalize():f}"


def wire(amount: Decimal) -> int | float:
    """A sum goes out as a JSON number, 12 or 10.8: a float only at this edge, never in a sum."""
    return int(amount) if amount == int(amount) else float(amount)
