"""Every night a clock reconciles the last days off its own thread; what it finds is an alarm until it is gone."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from ledger import alarms, settings
from ledger.engine import LedgerDown, Tx
from ledger.rows import Alarm
from workers.notice import Cause
from workers.reconcile.findings import Report, Span
from workers.reconcile.reconcile import reconcile
from workers.services import Services

log = structlog.get_logger(__name__)

#: The setting that holds the last night taken.
NIGHT = "reconciled"
PREFIX, UNSURE = "reconcile_", "reconcile_unsure"


@dataclass
class Nights:
    """What one clock has under way."""

    services: Services
    busy: bool = False

    def set_out(self) -> None:
        """Take the night, unless another clock did; the very first night is only noted, nothing being old yet."""
        if self.busy:
            return
        night = self._night().isoformat()
        with self.services.ledger.read() as tx:
            if settings.read(tx, NIGHT) == night:
                return
        with self.services.ledger.write() as tx:
            before = settings.claim(tx, NIGHT, night)
        if before not in (None, night):
            self.busy = True
            threading.Thread(target=self._run, name="reconcile", daemon=True).start()

    def _night(self) -> datetime:
        """When the last night began that has begun."""
        now = self.services.now()
        begins = datetime.combine(now, time.min, now.tzinfo) + timedelta(seconds=self.services.timing.night)
        return begins if begins <= now else begins - timedelta(days=1)

    def _run(self) -> None:
        """Nothing gets out of here: there is nobody on this thread to hear it."""
        try:
            tonight(self.services)
        except LedgerDown as error:
            log.warning("reconcile_without_ledger", why=error.detail)
        except Exception as error:
            log.exception("reconcile_met_a_defect")
            self.services.notice(Cause("defect", "", type(error).__name__, "DEFECT", error=error))
        finally:
            self.busy = False


def tonight(services: Services) -> Report:
    """Reconcile the last days, and further back as long as an alarm of earlier nights is open."""
    now = services.now()
    with services.ledger.read() as tx:
        earlier = _open(tx)
    oldest = min([alarm.first_at for alarm in earlier], default=now)
    report = reconcile(services, Span(oldest - timedelta(seconds=services.timing.night_span), now))
    with services.ledger.write() as tx:
        _sound(tx, report, earlier, now)
    return report


def _open(tx: Tx) -> list[Alarm]:
    return [alarm for alarm in alarms.open_alarms(tx) if alarm.kind.startswith(PREFIX)]


def _sound(tx: Tx, report: Report, earlier: list[Alarm], now: datetime) -> None:
    """One alarm per finding, except where a dead letter says it already; what a whole look did not find again is
    over."""
    said: set[tuple[str, str]] = set()
    for finding in report.findings:
        if not finding.told:
            kind, key = f"{PREFIX}{finding.what.value}", finding.reference
            detail = f"{finding.number or finding.reference}: {finding.detail}"
            alarms.sound(tx, kind, key, detail, now, finding.remedy)
            said.add((kind, key))
    if report.unsure:
        alarms.sound(tx, UNSURE, "all", " ".join(report.unsure), now, "Mend what is named; the next night looks again.")
        return
    for alarm in earlier:
        if (alarm.kind, alarm.key) not in said:
            alarms.clear(tx, alarm.kind, alarm.key, now)
