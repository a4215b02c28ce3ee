"""A Konto invoice or credit note as kept, as read by guid, and as a row of the dashboard."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulators.konto.accepted import CREDIT_TYPE, day_of
from simulators.konto.arithmetic import Amounts, Reckoning, printed, totals, value

SAVED, SENT, PAID, CANCELLED = "Saved", "Sent", "Paid", "Cancelled"
KEPT_LINE = ("guid", "item_number", "description", "uom", "tax", "unit_price", "qty", "discount", "discount_type")
SHOWN_CUSTOMER = ("guid", "name", "address", "zip", "city", "registration_no", "email")
DAYS = ("issue_date", "due_date", "settlement_date", "delivery_date")
TEXTS = ("description", "booking", "cost_provide", "terms")


@dataclass
class Document:
    """`given` is what was asked for, with every line complete; `amounts` are the lines' own, in the same order."""

    guid: str
    number: str
    given: dict[str, Any]
    amount: Decimal
    customer: dict[str, Any]
    reckoning: Reckoning
    status: str = SENT
    accounting_status: str = "Created"
    accounting_message: str = ""
    refer_guid: str = ""
    updated: str = ""
    order: str = ""
    born: float = field(default_factory=time.monotonic)
    deleted: bool = False

    @property
    def kind(self) -> str:
        return str(self.given["type"])

    @property
    def mark(self) -> str:
        """Where a client can put its reference: the booking text, else the description."""
        return str(self.given.get("booking") or self.given.get("description") or "")

    @property
    def issued(self) -> str:
        return str(self.given["issue_date"])

    def lines(self) -> list[tuple[Mapping[str, Any], Amounts]]:
        return [(line, self.reckoning.line(line, self.given)) for line in self.given["items"]]

    def shown(self) -> dict[str, Any]:
        given = self.given
        return {
            "guid": self.guid, "number": self.number, "amount": self.amount, "currency": given["currency"],
            "status": self.status, **{name: given.get(name) or "" for name in (*DAYS, *TEXTS)},
            "type": given["type"], "refer_guid": self.refer_guid,
            "accounting_status": self.accounting_status, "accounting_message": self.accounting_message,
            "updated_timestamp": self.updated,
            "items": [{name: _line_value(name, line.get(name)) for name in KEPT_LINE} for line in given["items"]],
            "customer": {name: self.customer.get(name) or "" for name in SHOWN_CUSTOMER},
        }  # fmt: skip

    def row(self, username: str) -> dict[str, Any]:
        """get-dashboard-data: no guid of the document, all totals as text."""
        given, sums = self.given, totals((amounts for _, amounts in self.lines()), self.given)
        currency = str(given["currency"])
        net = self.amount - value(printed(sums.vat, currency))
        return {
            "invoice_creator_username": username, "invoice_issue_date": self.issued, "invoice_number": self.number,
            "invoice_status": "Paid" if self.status == PAID else "Not Paid",
            "customer_number": self.customer.get("registration_no") or "",
            "customer_name": self.customer.get("name") or "", "customer_guid": self.customer.get("guid") or "",
            "invoice_description": given.get("description") or "",
            "document_type": "Credit Note" if self.kind == CREDIT_TYPE else "Invoice",
            "invoice_booking_information": given.get("booking") or "", "invoice_order_reference": "",
            "invoice_cost_location": given.get("cost_provide") or "",
            "invoice_total_excluding_vat": printed(net, currency), "invoice_vat_total": printed(sums.vat, currency),
            "invoice_total_discount": printed(sums.discount, currency),
            "invoice_total_including_vat": printed(self.amount, currency),
            "items": [_row_line(line, amounts, currency) for line, amounts in self.lines()],
        }  # fmt: skip


def dated(text: Any) -> str:
    """A day with its zeros, whatever way it came."""
    found = day_of(text)
    return found.isoformat() if found else ""


def _line_value(name: str, given: Any) -> Any:
    if name in ("qty", "unit_price", "discount", "discount_type"):
        return value(given)
    return given if given is not None else ""


def _row_line(line: Mapping[str, Any], amounts: Amounts, currency: str) -> dict[str, Any]:
    net, vat = printed(amounts.net, currency), printed(amounts.vat, currency)
    return {
        "number": line["item_number"], "name": line["description"], "description": line["description"],
        "qty": str(line["qty"]), "uom": line["uom"], "vat_code": line["tax"], "category_code": "",
        "guid": line.get("guid") or "", "product_cost": "0", "total_excluding_vat": net, "total_vat": vat,
        "total_including_vat": printed(amounts.gross, currency), "total_discount": printed(amounts.discount, currency),
        "profit": net, "margin": "100",
    }  # fmt: skip
