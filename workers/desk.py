"""The desk: does what an event's kind asks, and turns whatever stopped it into an ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from ledger import alarms, connections
from ledger.engine import LedgerDown
from schemas.connection import Account
from schemas.errors import AdapterError, Auth, BillhookError, Transient, Waiting
from schemas.event import ORDER, State
from workers import order_event
from workers.ending import Ending, Incident
from workers.follow_ups import follow_up
from workers.hand import Hand
from workers.notice import Cause
from workers.paused import to_go_on
from workers.retry import Step, next_step, system_of

log = structlog.get_logger(__name__)

#: What each kind of event does. A kind that is missing here becomes a dead letter, not a crash.
WORK: Mapping[str, Callable[[Hand], Ending]] = {ORDER: order_event.work, **follow_up.WORK}


def work(hand: Hand) -> Ending:
    """Do what the event's kind asks; every error becomes an ending. Only LedgerDown gets out: nothing can be
    written."""
    try:
        return WORK.get(hand.event.kind, _nobody)(hand)
    except LedgerDown:
        raise
    except Incident as incident:
        return _incident(hand, incident)
    except Exception as error:  # noqa: BLE001 - whatever it is, the event must come to rest with words
        return _after(hand, _confirmed(hand, error))


def _nobody(hand: Hand) -> Ending:
    return Ending(
        State.DEAD,
        "UNKNOWN_KIND",
        f"Nobody here handles {hand.event.kind}.",
        "Replay it with the version that made it.",
    )


def _incident(hand: Hand, incident: Incident) -> Ending:
    account, cause = hand.account, incident.__cause__
    return Ending(
        State.DEAD,
        incident.code,
        incident.detail,
        incident.remedy,
        sticks=True,
        error_class="Incident",
        system=account.system if account else "",
        account_id=account.id if account else None,
        exchange=cause.exchange if isinstance(cause, AdapterError) else None,
    )


def _after(hand: Hand, error: Exception) -> Ending:
    """The ending that `next_step` says for this error."""
    if not isinstance(error, BillhookError):
        _defect(hand, error)
    services, attempt = hand.services, hand.event.attempts + 1
    step = next_step(error, attempt, services.now(), services.timing, services.rng, settle=hand.settle_delay)
    if step.pause and hand.account is not None:
        _pause(hand, hand.account, step)
    return _ending(step, error, hand.account)


def _defect(hand: Hand, error: Exception) -> None:
    """Nobody is told of its later tries: they say the same, and a dead letter says so at the end."""
    log.exception("defect", event_id=hand.event.id)
    if hand.event.attempts == 0:
        system = hand.account.system if hand.account else ""
        hand.services.notice(Cause("defect", system, type(error).__name__, "DEFECT", hand.event.id, error=error))


def _confirmed(hand: Hand, error: Exception) -> Exception:
    """One stray 401 pauses nobody: an Auth error counts only when `verify` meets it too."""
    if not isinstance(error, Auth) or hand.mouth is None:
        return error
    try:
        hand.mouth.verify()
    except Auth as confirmed:
        return _unless_replaced(hand, hand.mouth.account, confirmed)
    except (AdapterError, Waiting) as unclear:
        return unclear
    return Transient(f"Refused once, though the key is good: {error.detail}", system=error.system, code="STRAY_AUTH")


def _unless_replaced(hand: Hand, account: Account, refused: Auth) -> Exception:
    """A run that still had the old key in hand when it was replaced pauses nobody: its next try has the new one."""
    with hand.services.ledger.read() as tx:
        today = connections.account(tx, hand.services.ledger.vault, account.id)
    if today.credentials == account.credentials:
        return refused
    return Transient("The key was replaced during this run.", system=refused.system, code="KEY_REPLACED")


def _pause(hand: Hand, account: Account, step: Step) -> None:
    """Stop the account: one alarm for all that waits, however many events meet the refusal."""
    with hand.services.ledger.write() as tx:
        first = connections.pause_account(tx, account.id, step.detail, hand.services.now())
        if first:
            remedy = to_go_on(account, step.remedy)
            alarms.sound(tx, "account_paused", account.key, step.detail, hand.services.now(), remedy)
    if first:
        log.error("account_paused", account=account.key, system=account.system)
        cause = Cause("account_paused", account.system, "Auth", step.code, hand.event.id, account.key)
        hand.services.notice(cause)


def _ending(step: Step, error: Exception, account: Account | None) -> Ending:
    account_id = account.id if account else None
    return Ending(
        state=State.DEAD if step.state == "dead" else State.WAITING,
        code=step.code,
        detail=step.detail,
        remedy=step.remedy,
        due_at=step.due_at,
        condition=f"account:{account_id}" if step.condition == "account" else step.condition,
        counted=step.counted,
        error_class=type(error).__name__,
        system=system_of(error),
        account_id=account_id,
        exchange=error.exchange if isinstance(error, AdapterError) else None,
    )
