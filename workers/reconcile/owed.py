"""What the orders owe: those for which a document is due, and none is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from adapters.shops import reads_back
from ledger import connections, documents, events, orders, readings, reconciling
from ledger.engine import Tx
from schemas.connection import Shop
from schemas.document import Issued, Kind, Sight
from schemas.errors import AdapterError, BillhookError, Unreadable
from schemas.order import Order
from workers.decide import decide
from workers.issue import original_of
from workers.money.rules import REFUSE, Decision, Trigger, last, rules_of
from workers.order_event import FOR_A_PERSON
from workers.read import read_order
from workers.reconcile.check import UNANSWERED, Check
from workers.reconcile.findings import Finding, What, numbers

PAGE = 100
#: Refusals that say: the order is no longer what its document says.
CHANGED = frozenset({"ORDER_CHANGED_AFTER_INVOICE", "CURRENCY_CHANGED"})


@dataclass(frozen=True, slots=True)
class Owed:
    """An order, what it owes by the rules, its documents, and the account that has to make it."""

    order: Order
    decision: Decision
    history: Sequence[Issued]
    account_id: int


def look(check: Check, shop: Shop) -> None:
    """Every order of the span, by the shop's own list where it can be asked, else as the ledger has them."""
    if reads_back(shop):
        try:
            _each(check, shop, _of_shop(check, shop))
            return
        except AdapterError as error:
            check.report.doubt(
                f"Shop {shop.key} could not be asked ({error.detail}): only orders known here were seen."
            )
    _each(check, shop, _of_ledger(check, shop))


def _of_shop(check: Check, shop: Shop) -> Iterator[Order]:
    for reading in check.services.shop_client(shop).changed(check.span.begin):
        yield from _read(check, shop, reading.order_id, reading.body)


def _of_ledger(check: Check, shop: Shop) -> Iterator[Order]:
    after = 0
    while True:
        with check.services.ledger.read() as tx:
            rows = reconciling.heard_of(tx, shop.id, check.span.begin, after, PAGE)
            bodies = [(row.order_id, _body(tx, row)) for row in rows]
        if not rows:
            return
        after = rows[-1].id
        for order_id, body in bodies:
            yield from _read(check, shop, order_id, body)


def _body(tx: Tx, row: orders.OrderRow) -> bytes:
    return readings.body(tx, row.id) or events.body(tx, row.newest_event_id or "")


def _read(check: Check, shop: Shop, order_id: str, body: bytes) -> Iterator[Order]:
    try:
        yield read_order(shop, body)
    except Unreadable as error:
        check.report.doubt(f"Order {order_id} of {shop.key} cannot be read: {error.detail}")


def _each(check: Check, shop: Shop, source: Iterable[Order]) -> None:
    left = iter(source)
    while page := list(islice(left, PAGE)):
        wanted = [order for order in page if _in_span(check, shop, order)]
        with check.services.ledger.read() as tx:
            suspects = [order.id for order in wanted if _owed(check, tx, shop, order)]
        asked = [order for order in wanted if order.id in suspects]
        for order in asked:
            _confirm(check, shop, order)


def _in_span(check: Check, shop: Shop, order: Order) -> bool:
    """Placed in the span, and old enough that a delivery and its invoice are no longer on their way."""
    placed = order.placed_at or order.modified_at
    if placed is None or not check.span.begin <= placed < check.span.end:
        return False
    check.report.orders.add((shop.key, order.id))
    return not check.is_fresh(order.modified_at)


def _owed(check: Check, tx: Tx, shop: Shop, order: Order) -> Owed | None:
    """What the order owes now; None when nothing is due, no route leads anywhere, or it is being worked on."""
    route = connections.route_for(tx, shop.id, order.channel)
    row = orders.find(tx, shop.id, order.id)
    if route is None or events.waiting_of_order(tx, shop.id, order.id):
        return None
    account = connections.account(tx, check.services.ledger.vault, (row and row.account_id) or route.account_id)
    history = documents.history(tx, shop.id, order.id)
    decision = decide(order, history, rules_of(shop.key, route, account, check.services.now()), Trigger())
    due = decision.draft is not None or decision.action == REFUSE or decision.reason in FOR_A_PERSON
    return Owed(order, decision, history, account.id) if due else None


def _confirm(check: Check, shop: Shop, order: Order) -> None:
    """A list tells less than an order: read it once more, then look for the document over there."""
    try:
        if reads_back(shop):
            order = read_order(shop, check.services.shop_client(shop).order(order.id).body)
        with check.services.ledger.read() as tx:
            owed = _owed(check, tx, shop, order)
            dead = events.dead_of_order(tx, shop.id, order.id)
        if owed:
            _judge(check, shop, owed, f"{dead[-1].id} ({dead[-1].reason})" if dead else "")
    except BillhookError as error:
        check.report.doubt(f"Order {order.id} of {shop.key} could not be looked at: {error.detail}")


def _judge(check: Check, shop: Shop, owed: Owed, dead: str) -> None:
    decision, order = owed.decision, owed.order
    invoice = last(owed.history, Kind.INVOICE)
    if decision.reason in CHANGED and invoice:
        number = invoice.document.number if invoice.document else ""
        check.report.add(_finding(What.DIFFERING, shop, owed, invoice.reference, number, decision.detail, dead))
    elif decision.draft is None:
        detail = f"{decision.reason}: {decision.detail}"
        check.report.add(_finding(What.MISSING, shop, owed, f"{shop.key}/{order.id}", "", detail, dead))
    else:
        _look_for(check, shop, owed, dead)


def _look_for(check: Check, shop: Shop, owed: Owed, dead: str) -> None:
    """A due document that the ledger does not have may be over there all the same."""
    draft, mouth = owed.decision.draft, check.mouth(owed.account_id)
    if draft is None or mouth is None:
        return
    original = original_of(draft, owed.history)
    try:
        found = mouth.find(draft, original.document if original else None)
    except UNANSWERED as error:
        check.gave_up(owed.account_id, mouth.account.key, error.detail)
        return
    if found.sight is Sight.UNSURE:
        check.gave_up(owed.account_id, mouth.account.key, found.why)
    elif found.sight is Sight.NONE:
        detail = f"{owed.decision.reason}: {owed.decision.detail}"
        check.report.add(_finding(What.MISSING, shop, owed, draft.reference, "", detail, dead))
    else:
        detail = "It carries our reference, and the ledger does not know it."
        check.report.add(_finding(What.UNKNOWN, shop, owed, draft.reference, numbers(found.documents), detail, dead))


def _finding(
    what: What, shop: Shop, owed: Owed, reference: str, number: str, detail: str, dead: str
) -> Finding:  # fmt: skip
    draft = owed.decision.draft
    kind = draft.kind.value if draft else Kind.INVOICE.value
    said = f"{detail} Event {dead} is a dead letter." if dead else detail
    return Finding(what, shop.key, owed.order.id, kind, reference, number, "", said, dead)
