"""An order changed: read its newest state, decide what it owes, and have each document issued until nothing is owed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapters import manifest_of
from adapters.shops import reads_back
from ledger import connections, documents, orders
from schemas.connection import Account, Route, Shop
from schemas.document import Issued
from schemas.errors import BillhookError, Unbalanced, Unsupported, Waiting
from schemas.event import State
from schemas.order import Order
from workers import issue
from workers.decide import decide
from workers.ending import Ending
from workers.follow_ups import wanted
from workers.hand import Hand
from workers.money.rules import NOTHING, REFUSE, WAIT, Decision, Rules, Trigger, rules_of
from workers.paused import refuse_paused
from workers.shop import fresh, kin, told
from workers.unasked import held

#: Reasons to wait that no later event of the shop brings to an end: a person has to look.
FOR_A_PERSON = frozenset({"REFUND_LINES_UNKNOWN", "CONDITION_UNKNOWN"})

#: One event never makes more documents than this: a loop would be a defect, and papers are dear.
MOST_DOCUMENTS = 50


@dataclass(frozen=True, slots=True)
class Way:
    """Where this order goes: the shop it came from, its route, and the account its documents live in."""

    shop: Shop
    route: Route
    account: Account


def work(hand: Hand) -> Ending:
    """Bring the order's documents up to its newest state. Raises what stops it; gives Done with the decision's
    reason."""
    with hand.services.ledger.read() as tx:
        shop = connections.shop(tx, hand.services.ledger.vault, hand.event.shop_id)
    hand.shop = shop
    order = fresh.look(hand, shop) if reads_back(shop) else told.look(hand, shop)
    if isinstance(order, Ending):
        return order
    way = _way(hand, shop, order)
    hand.options = way.route.options
    _finish_open(hand, way.account)
    return _owe(hand, way, order)


def _way(hand: Hand, shop: Shop, order: Order) -> Way:
    """The order's route and account; the first document fixed the account, whatever the route says now."""
    vault = hand.services.ledger.vault
    with hand.services.ledger.read() as tx:
        route = connections.route_for(tx, shop.id, order.channel)
        if route is None:
            raise Waiting(
                f"Shop {shop.key} has no route for this order.",
                until=f"route:{shop.id}",
                code="NO_ROUTE",
                remedy="Add a route: flask route add.",
            )
        account = connections.account(tx, vault, hand.order.account_id or route.account_id)
    refuse_paused(account)
    return Way(shop, route, _in_series(account, route))


def _in_series(account: Account, route: Route) -> Account:
    """The account with the route's series or department chosen; an order fixed to another account keeps its own."""
    if not route.series or account.id != route.account_id:
        return account
    option = manifest_of(account.system, account.options).series_option
    if not option:
        raise Unsupported(f"{account.system} has no series to choose from.", system=account.system)
    return replace(account, options={**account.options, option: route.series})


def _finish_open(hand: Hand, account: Account) -> None:
    """Before anything is decided: find out about every write of this order whose answer was lost."""
    with hand.services.ledger.read() as tx:
        rows = documents.open_rows(tx, hand.event.shop_id, hand.event.order_id)
        earlier = documents.history(tx, hand.event.shop_id, hand.event.order_id) if rows else []
    for row in rows:
        if row.state == "issuing":
            issue.resume(hand, account, row, earlier)
        elif row.state == "held":
            raise held(row.reference)


def _owe(hand: Hand, way: Way, order: Order) -> Ending:
    """Decide, issue, and decide again, until nothing more is owed."""
    for _ in range(MOST_DOCUMENTS):
        with hand.services.ledger.read() as tx:
            earlier = documents.history(tx, hand.event.shop_id, hand.event.order_id)
        decision = decide(order, earlier, _rules(hand, way), Trigger())
        if decision.reason == "DOCUMENT_IN_FLIGHT":
            raise Waiting(
                decision.detail, until="settle", seconds=hand.services.timing.order_held, code=decision.reason
            )
        if decision.action in (NOTHING, WAIT) and decision.reason not in FOR_A_PERSON:
            if decision.reason == "ALREADY_INVOICED":
                able = manifest_of(way.account.system, way.account.options)
                wanted.paid_since(hand, order, earlier, able)
            return _done(decision.reason, decision.detail)
        if decision.draft is not None:
            kin.refuse_invoiced(hand, order)
        _hold(hand, way, decision)
        _act(hand, way, decision, earlier)
    raise BillhookError(f"More than {MOST_DOCUMENTS} documents for one order.", code="TOO_MANY_DOCUMENTS")


def _rules(hand: Hand, way: Way) -> Rules:
    return rules_of(way.shop.key, way.route, way.account, hand.services.now())


def _hold(hand: Hand, way: Way, decision: Decision) -> None:
    """On a route that issues nothing by itself: wait for a person's word, which is good until the order is at rest."""
    acts = decision.draft is not None or decision.replaces
    if not acts or way.route.options.get("issue") != "manual" or _allowed(hand):
        return
    raise Waiting(
        f"{decision.detail} Route {way.route.key} issues nothing by itself.",
        until=f"person:{way.shop.id}",
        seconds=hand.services.timing.retry_most,
        code="HELD_FOR_PERSON",
        remedy=f"To issue it: flask event issue {hand.event.id}",
    )


def _allowed(hand: Hand) -> bool:
    """Read afresh: the word may have been said while this run was on its way here."""
    if not hand.order.issue_allowed:
        with hand.services.ledger.read() as tx:
            hand.order = orders.find(tx, hand.event.shop_id, hand.event.order_id) or hand.order
    return hand.order.issue_allowed


def _act(hand: Hand, way: Way, decision: Decision, earlier: list[Issued]) -> None:
    if decision.action in (REFUSE, WAIT):
        raise Unbalanced(decision.detail, code=decision.reason, remedy=decision.remedy or None)
    if decision.draft is not None:
        issue.issue(hand, way.account, decision.draft, earlier)
    for replaced in (i for i in earlier if decision.replaces and i.reference == decision.replaces):
        issue.cancel(hand, way.account, replaced)


def _done(reason: str, detail: str) -> Ending:
    return Ending(State.DONE, reason, detail)
