"""Konto's order invoices: standing orders that make an invoice every time they fall due.

They are no shop orders, so no event makes one; a person or a script does, for a subscription. Source:
https://konto.is/api/v1/document, create-order-invoice and its sisters (sheet section 3.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.konto_calls import Calls, guid_of
from adapters.payloads import konto as say
from adapters.payloads.konto_items import items
from adapters.payloads.konto_told import day
from adapters.words import filled
from schemas.document import Draft
from schemas.errors import Permanent


@dataclass(frozen=True, slots=True)
class Made:
    """An invoice that a standing order made."""

    system_id: str
    number: str
    gross: Decimal
    issue_date: date | None


def to_order(draft: Draft, options: Mapping[str, str], days: int) -> dict[str, Any]:
    """The `data` of an order invoice that is to be paid within `days`: here settlement_date is a number, and the buyer
    a kennitala alone. Pure; raises Permanent NO_KENNITALA."""
    number = say.kennitala(draft.buyer)
    if not number:
        raise Permanent("An order invoice needs the buyer's kennitala.", system=say.SYSTEM, code="NO_KENNITALA",
                        remedy="Ask the buyer for it; an ordinary invoice does without.")  # fmt: skip
    return filled({
        "amount": say.amount(draft), "currency": draft.currency, "settlement_date": str(days), "kennitala": number,
        **say.marks(draft, options, None), "terms": say.terms(draft, options),
        "cost_provide": options.get("cost_location"), "items": items(draft, options),
    })  # fmt: skip


class StandingOrders:
    """The order invoices of one account; an unclear end of a change is Ambiguous, and nothing here repeats it."""

    def __init__(self, calls: Calls, options: Mapping[str, str]) -> None:
        self.calls, self.options = calls, options

    def create(self, draft: Draft, days: int) -> str:
        """Gives its guid. Konto keeps nothing unique: asking twice makes two."""
        return self.calls.wrote(guid_of, "/create-order-invoice", to_order(draft, self.options, days))

    def change(self, guid: str, draft: Draft, days: int) -> None:
        self.calls.wrote(guid_of, "/update-order-invoice", to_order(draft, self.options, days), guid=guid)

    def end(self, guid: str) -> None:
        """No more invoices from it; those made stay."""
        self.calls.wrote(lambda _: None, "/delete-order-invoice", guid=guid)

    def made_from(self, guid: str) -> tuple[Made, ...]:
        rows = self.calls.pages(self.calls.looked, "/get-invoices-from-order", guid=guid)
        return self.calls.sure(lambda: tuple(map(_made, rows)))


def _made(row: Mapping[str, Any]) -> Made:
    return Made(str(row["guid"]), str(row["number"]), Decimal(str(row["amount"])), day(row.get("issue_date")))
