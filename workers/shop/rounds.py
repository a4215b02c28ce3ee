"""The clock's rounds: shops whose turn it is are claimed in the ledger and visited off the clock's own thread."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from adapters.shops import reads_back
from ledger import alarms, connections, polls
from ledger.engine import LedgerDown
from schemas.connection import Shop
from schemas.errors import AdapterError, Waiting
from workers.notice import Cause
from workers.services import Services
from workers.shop import hooks, polling

log = structlog.get_logger(__name__)

#: So many shops are visited at a time by one clock: a few slow ones keep no others waiting.
AT_ONCE = 8
_REPORT = "This is a defect of Billhook: report it with the log lines of this moment."


def mode_of(shop: Shop, mode: str) -> str:
    """The mode in force: what was chosen, else what the shop's credentials allow; nothing can be asked without them."""
    if not reads_back(shop):
        return mode if mode in ("webhook", "manual") else "webhook"
    return mode or "webhook+poll"


@dataclass
class Rounds:
    """What one clock has under way: `busy` are the ids of shops being visited."""

    services: Services
    busy: set[int] = field(default_factory=set)

    def set_out(self) -> None:
        """Claim what is due, as far as there are hands, and visit each on a thread of its own."""
        now = self.services.now()
        with self.services.ledger.read() as tx:
            due = polls.due(tx, now)
        for shop_id in due:
            if len(self.busy) >= AT_ONCE:
                return
            if shop_id not in self.busy:
                self._claim(shop_id)

    def _claim(self, shop_id: int) -> None:
        now = self.services.now()
        with self.services.ledger.write() as tx:
            if not polls.claim(tx, shop_id, now, now + timedelta(seconds=self.services.timing.poll)):
                return
            shop = connections.shop(tx, self.services.ledger.vault, shop_id)
        if reads_back(shop):
            self.busy.add(shop_id)
            threading.Thread(target=self._visit, args=(shop,), name=f"visit {shop.key}", daemon=True).start()

    def _visit(self, shop: Shop) -> None:
        """Nothing gets out of here: there is nobody on this thread to hear it."""
        try:
            visit(self.services, shop)
        except (AdapterError, Waiting) as error:
            log.info("visit_ended_early", shop=shop.key, code=error.code)
        except LedgerDown as error:
            log.warning("visit_without_ledger", shop=shop.key, why=error.detail)
        except Exception as error:  # noqa: BLE001 - a defect must be told, not end a thread in silence
            self._defect(shop, error)
        finally:
            self.busy.discard(shop.id)

    def _defect(self, shop: Shop, error: Exception) -> None:
        log.exception("visit_met_a_defect", shop=shop.key)
        self.services.notice(Cause("defect", shop.platform, type(error).__name__, "DEFECT", error=error))
        said, now = f"Unexpected {type(error).__name__} while looking at the shop.", self.services.now()
        with suppress(LedgerDown), self.services.ledger.write() as tx:  # it was told and logged already
            polls.fail(tx, shop.id, said, now)
            alarms.sound(tx, polling.FAILED, shop.key, said, now, _REPORT)


def visit(services: Services, shop: Shop) -> None:
    """Mind the webhooks, then look at what changed, as the shop's mode says; later while the platform wants its rest.

    In mode `webhook` only after webhooks had to be mended, from when they were last seen to be good.
    """
    rests_until = services.shop_client(shop).rests_until(services.now())
    if rests_until is not None:
        with services.ledger.write() as tx:
            polls.put_off(tx, shop.id, rests_until)
        return
    with services.ledger.read() as tx:
        row = polls.load(tx, shop.id)
        routed = polling.starting_line(tx, shop.id) is not None
    mode = mode_of(shop, row.mode)
    mended = hooks.mind(services, shop, row) if mode in ("webhook", "webhook+poll") else False
    if routed and mode in ("poll", "webhook+poll"):
        polling.look(services, shop)
    elif routed and mended:
        overlap = timedelta(seconds=services.timing.poll_overlap)
        polling.look(services, shop, since=row.hooks_good_at - overlap if row.hooks_good_at else None)
