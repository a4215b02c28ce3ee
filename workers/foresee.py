"""What a run of an event would do by today's rules and connections, told without touching anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.shops import reads_back
from ledger import connections, documents, events, orders, readings
from ledger.engine import Ledger, LedgerDown, Tx
from schemas.document import Issued
from schemas.errors import BillhookError, Waiting
from schemas.event import ORDER, Event
from schemas.order import Order
from workers import newest
from workers.decide import decide
from workers.money.rules import CANCEL_PROFORMA, REFUSE, WAIT, Decision, Rules, Trigger, rules_of
from workers.order_event import MOST_DOCUMENTS
from workers.paused import refuse_paused
from workers.read import read_order


def foresee(ledger: Ledger, event: Event, now: datetime) -> list[Decision]:
    """Each document that would be made, in order; without one the reason why there is none.

    No shop is asked: an order that is read back is taken as it was when it was last read.
    """
    if event.kind != ORDER:
        return [Decision(event.kind, "FOLLOW_UP", "The follow-up runs again; it makes no document.")]
    try:
        with ledger.read() as tx:
            order, history, rules = _known(tx, ledger, event, now)
        return _steps(order, history, rules)
    except LedgerDown:
        raise
    except Waiting as error:
        return [Decision(WAIT, error.code, error.detail, remedy=error.remedy)]
    except BillhookError as error:
        return [Decision(REFUSE, error.code, error.detail, remedy=error.remedy)]


def _known(tx: Tx, ledger: Ledger, event: Event, now: datetime) -> tuple[Order, list[Issued], Rules]:
    """The order's newest state, its documents, and the rules that its way has today."""
    row = orders.find(tx, event.shop_id, event.order_id)
    states = [event, *events.waiting_of_order(tx, event.shop_id, event.order_id)]
    before = events.load(tx, row.newest_event_id) if row and row.newest_event_id else None
    state = newest.newest_of(states if before is None else [*states, before])
    if state is None or newest.last_is_trash(states):
        raise BillhookError("The order was moved to the bin.", code="STATUS_IGNORED")
    shop = connections.shop(tx, ledger.vault, event.shop_id)
    read_back = readings.body(tx, row.id) if row and reads_back(shop) else None
    order = read_order(shop, read_back or events.body(tx, state.id))
    route = connections.route_for(tx, shop.id, order.channel)
    if route is None:
        raise Waiting(f"Shop {shop.key} has no route for this order.", until="route", code="NO_ROUTE")
    account = connections.account(tx, ledger.vault, (row and row.account_id) or route.account_id)
    refuse_paused(account)
    return order, documents.history(tx, event.shop_id, event.order_id), rules_of(shop.key, route, account, now)


def _steps(order: Order, history: Sequence[Issued], rules: Rules) -> list[Decision]:
    """Decide as if each document had been made, until nothing more is owed."""
    made: list[Decision] = []
    for _ in range(MOST_DOCUMENTS):
        decision = decide(order, history, rules, Trigger())
        if decision.draft is None and decision.action != CANCEL_PROFORMA:
            return made or [decision]
        made.append(decision)
        history = _after(order, history, decision)
    return made


def _after(order: Order, history: Sequence[Issued], made: Decision) -> list[Issued]:
    kept = [replace(i, state="cancelled") if made.replaces == i.reference else i for i in history]
    draft = made.draft
    if draft is None:
        return kept
    return [*kept, Issued(draft.kind, draft.reference, "issued", draft, None, order.modified_at, draft.refund_id)]
