"""Payments of Fortnox's invoices: one made is no payment before it is booked (sheet section 4)."""

from __future__ import annotations

from decimal import Decimal

from adapters.payloads.fortnox_books import Books, Row, numbered
from adapters.payloads.fortnox_told import amount, yes
from adapters.words import as_json, filled
from schemas.document import Payment
from schemas.errors import Waiting

AGAIN = 21600.0


def settle(books: Books, number: str, payment: Payment) -> None:
    """Have the open balance of an invoice paid and booked; done already is done. Raises Waiting while it is a draft."""
    row = books.row(numbered("/invoices", number), "Invoice")
    if not yes(row.get("Booked")):
        raise Waiting(f"Invoice {number} is not booked in Fortnox yet.", until="booked", seconds=AGAIN)
    balance = amount(row.get("Balance"))
    if not balance:
        return
    made = _unbooked(books, number)
    if not made:
        made = str(
            books.made("POST", "/invoicepayments", "InvoicePayment", _said(books, row, balance, payment))["Number"]
        )
    books.made("PUT", f"{numbered('/invoicepayments', made)}/bookkeep", "InvoicePayment")


def _unbooked(books: Books, number: str) -> str:
    """A payment that was made and never booked: an earlier try ended between the two."""
    rows = books.listed("/invoicepayments", "InvoicePayments", invoicenumber=number)
    mine = (row for row in rows if str(row.get("InvoiceNumber")) == number and not yes(row.get("Booked")))
    return next((str(row["Number"]) for row in mine), "")


def _said(books: Books, row: Row, balance: Decimal, payment: Payment) -> Row:
    """What is open, in the invoice's own currency; what that is in kronor is Fortnox's affair."""
    home = row.get("Currency") == "SEK"
    said: Row = as_json(filled({
        "InvoiceNumber": int(row["DocumentNumber"]), "Amount": balance if home else None, "AmountCurrency": balance,
        "Currency": row.get("Currency"), "PaymentDate": payment.paid_on.isoformat() if payment.paid_on else None,
        "ModeOfPayment": _mode(books, payment),
    }))  # fmt: skip
    return said


def _mode(books: Books, payment: Payment) -> str | None:
    """The code that the option `payment_modes` names for the shop's way to pay; without one Fortnox takes its usual."""
    said = books.options.get("payment_modes", "").replace(" ", "")
    own = dict(pair.split("=") for pair in said.split(",") if pair)
    return own.get(payment.method) or own.get("*")
