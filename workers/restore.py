"""Going on with an older copy of the ledger: what is to be done first, said before it is done (DESIGN 4, Restore).

What was issued since the copy was made is not in it. Nothing of that may be issued twice: every order is looked up
before anything is sent, as always; what the copy itself says to be under way is looked up as after a lost answer; and
where a system cannot be asked, a person is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from adapters import manifest_of
from adapters.manifest import Reference, Token
from adapters.shops import reads_back
from ledger import alarms, connections, epoch, events, polls, restored
from ledger.engine import Tx
from ledger.vault import Vault
from schemas.connection import Account, Shop
from schemas.errors import AdapterError
from workers.follow_ups.wanted import EMAIL, VERIFY
from workers.services import Services
from workers.shop import polling
from workers.witnesses import ALARM, Witnesses, disagreement

log = structlog.get_logger(__name__)

#: Shops are asked for what changed from so long before the last event the copy knows of.
BACK = timedelta(days=1)
RECONNECT = "The ledger was restored: a token that is used once was probably used since the copy was made."


@dataclass(frozen=True, slots=True)
class Plan:
    """What accepting will do. `why` is how the restore shows, "" when nothing shows it.

    `since`: shops are asked from then on, None when the copy knows of no event. `lookups` and `held` count documents
    under way in systems that can and cannot be asked; `recent` those live ones that are looked at once more.
    """

    why: str
    keys: int
    last_event_at: datetime | None
    asked: tuple[Shop, ...]
    silent: tuple[Shop, ...]
    lookups: int
    held: int
    recent: int
    mails: int
    unasked: tuple[Account, ...]
    reconnect: tuple[Account, ...]

    @property
    def since(self) -> datetime | None:
        return self.last_event_at - BACK if self.last_event_at else None


@dataclass(frozen=True, slots=True)
class Asked:
    """How asking one shop went: new events, or why it could not be asked."""

    shop: str
    stored: int = 0
    error: str = ""


def foresee(services: Services, witnesses: Witnesses) -> Plan:
    """Look at everything and change nothing; raises BellDown, since Redis is to be emptied, and LedgerDown."""
    keys, told = services.bell.size(), witnesses.told()
    vault = services.ledger.vault
    with services.ledger.read() as tx:
        why, last = disagreement(epoch.load(tx), told), restored.last_event_at(tx)
        accounts = [a for a in connections.list_accounts(tx, vault) if a.state != "removed"]
        shops = _routed(tx, connections.list_shops(tx, vault))
        rows = restored.under_way(tx)
        recent = restored.live_since(tx, last - BACK) if last else []
        mails = restored.mails(tx, EMAIL)
        unasked = _blind(tx, vault)
    blind = [row for row in rows if row.account_id in unasked]
    return Plan(
        why=why,
        keys=keys,
        last_event_at=last,
        asked=tuple(shop for shop in shops if reads_back(shop)),
        silent=tuple(shop for shop in shops if not reads_back(shop)),
        lookups=len(rows) - len(blind),
        held=len(blind),
        recent=sum(row.account_id not in unasked for row in recent),
        mails=mails,
        unasked=tuple(a for a in accounts if a.id in unasked),
        reconnect=tuple(a for a in accounts if manifest_of(a.system).token is Token.ROTATING_REFRESH),
    )


def _routed(tx: Tx, shops: Sequence[Shop]) -> list[Shop]:
    """Shops whose orders go somewhere."""
    ways = {route.shop_id for route in connections.list_routes(tx) if route.state != "removed"}
    return [shop for shop in shops if shop.state == "active" and shop.id in ways]


def _blind(tx: Tx, vault: Vault) -> frozenset[int]:
    """The accounts that cannot be asked whether they have a document."""
    every = connections.list_accounts(tx, vault)
    return frozenset(a.id for a in every if manifest_of(a.system, a.options).reference is Reference.NONE)


def accept(services: Services, witnesses: Witnesses, plan: Plan, tell: Callable[[Asked], None]) -> None:
    """Do it; done again after it broke off, it does no harm. Raises BellDown, LedgerDown.

    From the commit on workers go on by themselves; asking the shops comes after it, and `tell` hears of each.
    """
    told, now = witnesses.told(), services.now()
    services.bell.empty()
    with services.ledger.write() as tx:
        unasked = _blind(tx, services.ledger.vault)
        _look_up(tx, unasked, now)
        _look_again(tx, plan, unasked, now)
        restored.doubt_mails(tx, EMAIL)
        for account in plan.reconnect:
            _pause(tx, account, now)
        if plan.since:
            polls.rewind(tx, plan.since)
        begun = epoch.begin(tx, [text for text in told.values() if text], now)
        alarms.clear(tx, ALARM, "ledger", now)
    witnesses.agree()
    log.warning("restore_accepted", why=plan.why, epoch=begun.life, lookups=plan.lookups, held=plan.held)
    for shop in plan.asked:
        tell(_ask(services, shop, plan.since))


def _look_up(tx: Tx, unasked: frozenset[int], now: datetime) -> None:
    """What was under way: looked up, or held for a person; their events are due either way."""
    rows = restored.under_way(tx)
    restored.hold(tx, [row.document_id for row in rows if row.account_id in unasked])
    restored.doubt(tx, [row.document_id for row in rows if row.account_id not in unasked], now)
    events.replay_all(tx, [row.event_id for row in rows], now)


def _look_again(tx: Tx, plan: Plan, unasked: frozenset[int], now: datetime) -> None:
    """Documents of the last day: one may have been cancelled or changed since."""
    for row in restored.live_since(tx, plan.since) if plan.since else []:
        if row.account_id not in unasked:
            events.add_internal(
                tx, kind=VERIFY, shop_id=row.shop_id, order_id=row.order_id, document_id=row.document_id,
                due_at=now, now=now,
            )  # fmt: skip


def _pause(tx: Tx, account: Account, now: datetime) -> None:
    if connections.pause_account(tx, account.id, RECONNECT, now):
        remedy = f"Connect it again: flask account connect {account.key}"
        alarms.sound(tx, "account_paused", account.key, RECONNECT, now, remedy)


def _ask(services: Services, shop: Shop, since: datetime | None) -> Asked:
    """A shop that cannot be asked now keeps its place: the clock asks it again from there."""
    try:
        return Asked(shop.key, polling.look(services, shop, since=since).stored)
    except AdapterError as error:
        return Asked(shop.key, error=error.detail)
