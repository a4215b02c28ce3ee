"""Writing down how a run ended, letting the order go, and ringing whoever that concerns."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta

import structlog

from ledger import events, orders, readings, wakings
from ledger.engine import LedgerDown, Tx
from schemas.errors import DeadLettered
from schemas.event import ORDER, Attempt, State
from workers.bell import BellDown
from workers.ending import Ending
from workers.hand import Hand
from workers.notice import Cause

log = structlog.get_logger(__name__)

Bells = list[tuple[str, str]]

#: A waking is dated before it is committed, and perhaps by another host's clock: so long before a run it counts as
#: unseen. One too many costs one more run.
_UNSEEN = timedelta(seconds=60)


def close(hand: Hand, ending: Ending) -> float | None:
    """One transaction for the whole ending; then ring. Gives the seconds to wait, None when done; raises DeadLettered.

    When the ledger cannot be written the lease is given back later and LedgerDown goes up: the event is still due.
    """
    services = hand.services
    try:
        ending, bells = _write(hand, ending)
    except LedgerDown:
        services.leases.give_back(hand.owner)
        raise
    services.leases.forget(hand.owner)
    _ring(hand, bells)
    if ending.state is State.DEAD:
        services.notice(Cause("event_dead", ending.system, ending.error_class, ending.code, hand.event.id))
    log.info("event_ended", event_id=hand.event.id, state=ending.state.value, code=ending.code)
    return _answer(hand, ending)


def _write(hand: Hand, ending: Ending) -> tuple[Ending, Bells]:
    """The ending, its attempt, its companions, and the release; nothing at all when the order is no longer ours."""
    now = hand.services.now()
    with hand.services.ledger.write() as tx:
        ending = _unless_it_came_about(tx, hand, ending)
        if not orders.holds(tx, hand.order.id, hand.owner):
            log.warning("lease_lost", event_id=hand.event.id, order=hand.order.id)
            return ending, []
        _note_order(tx, hand, ending)
        if hand.order.issue_allowed and hand.event.kind == ORDER and ending.state is not State.WAITING:
            orders.allow_issue(tx, hand.order.id, False)
        ending, bells = _companions(tx, hand, ending)
        _note(tx, hand, ending)
        events.add_attempt(tx, _attempt(hand, ending))
        orders.release(tx, hand.order.id, hand.owner)
        woken = events.wake_order(tx, hand.event.shop_id, hand.event.order_id, now)
        return ending, list(dict.fromkeys([*bells, *hand.bells, *woken]))


def _unless_it_came_about(tx: Tx, hand: Hand, ending: Ending) -> Ending:
    """What it would wait for came about while it ran: it saw the state before, and no wake-up could find it yet.

    It is then due from that waking on, as if found; by which the next run knows that this waking was its own.
    """
    if ":" not in ending.condition:
        return ending
    at = wakings.last(tx, ending.condition)
    if at < hand.started_at - _UNSEEN or at == hand.event.due_at:
        return ending
    log.info("woken_while_running", event_id=hand.event.id, condition=ending.condition)
    return replace(ending, due_at=at, condition="")


def _companions(tx: Tx, hand: Hand, ending: Ending) -> tuple[Ending, Bells]:
    """One order makes one alarm: what the order's other events become, and what this one becomes beside an open
    refusal.

    Events that had not begun are done with this one, since it went by the order's newest state. A dead letter of the
    order with the same code stays the only one; others are closed, their reason being gone. Rung so that RQ learns it.
    """
    if hand.event.kind != ORDER or ending.state is State.WAITING:
        return ending, _join(tx, hand)
    keep = {hand.event.id}
    if ending.state is State.DEAD and not ending.sticks and (open_one := _same_refusal(tx, hand, ending)):
        keep.add(open_one)
        ending = Ending(State.DONE, "AS_EVENT", f"{ending.code}, as event {open_one}: {ending.detail}")
    now = hand.services.now()
    closed = events.close_dead(tx, hand.event.shop_id, hand.event.order_id, keep, hand.event.id, now)
    return ending, _join(tx, hand) + [(event_id, hand.event.shop_key) for event_id in closed]


def _same_refusal(tx: Tx, hand: Hand, ending: Ending) -> str | None:
    dead = events.dead_of_order(tx, hand.event.shop_id, hand.event.order_id)
    return next((e.id for e in dead if e.reason == ending.code and e.id != hand.event.id), None)


def _join(tx: Tx, hand: Hand) -> Bells:
    ids = [e.id for e in hand.joined]
    if ids:
        events.done(tx, ids, "AS_EVENT", f"Joined event {hand.event.id}.", hand.services.now())
    return [(e.id, e.shop_key) for e in hand.joined]


def _note(tx: Tx, hand: Hand, ending: Ending) -> None:
    now, event_id = hand.services.now(), hand.event.id
    if ending.state is State.DONE:
        events.done(tx, [event_id], ending.code, ending.detail, now)
    elif ending.state is State.WAITING:
        events.wait(
            tx,
            event_id,
            ending.due_at,
            ending.condition,
            ending.code,
            ending.detail,
            now,
            counted=ending.counted,
            system=ending.system,
            error_class=ending.error_class,
            account_id=ending.account_id,
            remedy=ending.remedy,
        )
    else:
        events.die(
            tx,
            event_id,
            ending.code,
            ending.detail,
            ending.remedy,
            now,
            error_class=ending.error_class,
            system=ending.system,
            account_id=ending.account_id,
            sticks=ending.sticks,
        )


def _note_order(tx: Tx, hand: Hand, ending: Ending) -> None:
    """The order's newest state and what was last said about it, once the run has read that far."""
    if hand.newest is None or hand.read is None:
        return
    orders.note_newest(
        tx,
        hand.order.id,
        hand.newest,
        decision=ending.state.value,
        reason=ending.code,
        number=hand.read.number,
        currency=hand.read.currency,
        total=hand.read.total,
        now=hand.services.now(),
    )
    if hand.reading is not None:
        readings.keep(tx, hand.order.id, hand.reading.body, hand.services.now())


def _attempt(hand: Hand, ending: Ending) -> Attempt:
    elapsed = hand.services.now() - hand.started_at
    return Attempt(
        event_id=hand.event.id,
        started_at=hand.started_at,
        elapsed_ms=max(0, round(elapsed.total_seconds() * 1000)),
        outcome=ending.state.value,
        code=ending.code,
        detail=ending.detail,
        error_class=ending.error_class,
        system=ending.system,
        exchange=json.dumps(asdict(ending.exchange)) if ending.exchange else "",
        manual=hand.event.manual,
    )


def _ring(hand: Hand, bells: Bells) -> None:
    if not bells:
        return
    try:
        hand.services.bell.ring(bells)
    except BellDown as error:
        log.warning("ring_left_to_clock", events=len(bells), why=error.detail)


def _answer(hand: Hand, ending: Ending) -> float | None:
    if ending.state is State.DONE:
        return None
    if ending.state is State.DEAD:
        raise DeadLettered(ending.detail, code=ending.code, remedy=ending.remedy)
    if ending.due_at is None:
        return hand.services.timing.condition
    return max(0.0, (ending.due_at - hand.services.now()).total_seconds())
