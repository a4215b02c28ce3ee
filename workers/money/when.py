"""When a document is due: conditions first, then the table of payment method × status (documents.md 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.conditions import UNKNOWN, holds
from schemas.connection import Policy
from schemas.money import said
from schemas.order import Order
from schemas.policy import OPEN_PAID
from workers.money import rules as words
from workers.money.rules import Decision
from workers.money.situation import nothing, wait

#: UNAS's types of statuses in which an order is still worked on.
_OPEN = frozenset({"open_normal", "open_prepare"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The document that is due (`kind`), or why none is."""

    kind: str = ""
    decision: Decision | None = None


def due(order: Order, policy: Policy) -> Verdict:
    """What the policy wants for this order now."""
    for condition in policy.conditions:
        answer = holds(condition, order)
        if answer is UNKNOWN:
            return Verdict(decision=_unknown(order))
        if answer:
            return _by_word(str(condition.get("then", "wait")), order)
    return _by_word(_table(order, policy), order)


def _table(order: Order, policy: Policy) -> str:
    """The table's word; a method of its own replaces "*" as a whole, a missing entry waits."""
    row: Mapping[str, str] = policy.documents.get(order.payment_method, policy.documents.get("*", {}))
    word = row.get(order.status, words.WAIT)
    if word == words.INVOICE or not (order.paid and order.status in _OPEN):
        return word
    # A UNAS order stays open when it is paid: then the invoice is due, not a request to pay (documents.md 4.2).
    return row.get(OPEN_PAID, words.INVOICE if word == words.PROFORMA else word)


def _by_word(word: str, order: Order) -> Verdict:
    if word in (words.INVOICE, words.PROFORMA):
        return Verdict(word)
    if word == words.NOTHING:
        return Verdict(decision=nothing("NOT_WANTED", "A condition of this route wants no document for such an order."))
    return Verdict(decision=_not_yet(order))


def _not_yet(order: Order) -> Decision:
    reason = "COD_NOT_DELIVERED" if order.payment_method == "cod" else "NOT_DUE"
    method = order.payment_method or "no payment method"
    return wait(reason, f"{said(order.total)} {order.currency} by {method}: no document is due while {order.status}.")


def _unknown(order: Order) -> Decision:
    return wait(
        "CONDITION_UNKNOWN",
        f"A condition asks for product categories, which the order of {said(order.total)} {order.currency} does not "
        "name.",
        "Give the shop's reading key, so that products can be read, or take the condition out of the route.",
    )
