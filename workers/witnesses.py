"""Who remembers the ledger's epoch beside the ledger: a file in var/, Redis, and this process (DESIGN 4, Restore).

When one of them remembers more than the database knows, an older copy was put in the database's place. What was issued
since that copy is not in it, so nobody works until a person has accepted the restore.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from ledger import alarms, epoch, epochfile
from ledger.engine import Ledger
from ledger.epoch import Epoch
from schemas.errors import BillhookError
from workers.bell import Bell, BellDown
from workers.services import utc_now

log = structlog.get_logger(__name__)

ALARM = "ledger_restored"
REMEDY = "See what is to be done, then say so: flask ledger accept-restore"


class Restored(BillhookError):
    """An older copy of the ledger stands in its place: what was issued since is not in it, so nothing is issued."""

    code = "LEDGER_RESTORED"
    remedy = REMEDY


class Witnesses:
    """The epoch's witnesses as one process sees them; `path` None = there is no file. Safe for several threads."""

    def __init__(self, ledger: Ledger, bell: Bell, path: Path | None) -> None:
        self._ledger = ledger
        self._bell = bell
        self._path = path
        self._seen = ""

    def agree(self) -> Epoch:
        """Compare and remember; raises Restored, or LedgerDown. Redis being away costs one witness of three."""
        told = self.told()
        with self._ledger.read() as tx:
            found = epoch.load(tx)
        if sentence := disagreement(found, told):
            raise Restored(sentence)
        self.remember(found)
        return found

    def told(self) -> dict[str, str]:
        """Who remembers what. Asked before the ledger is read, so that the ledger can only be further than they."""
        return {"This process": self._seen, "The file in var/": self._file(), "Redis": self._redis()}

    def _file(self) -> str:
        try:
            return epochfile.read(self._path) if self._path else ""
        except OSError as error:
            log.warning("epoch_not_read", path=str(self._path), why=error.strerror)
            return ""

    def _redis(self) -> str:
        try:
            return self._bell.epoch() or ""
        except BellDown:
            return ""

    def remember(self, found: Epoch) -> None:
        """What has just been committed."""
        self._seen = str(found)
        try:
            if self._path:
                epochfile.note(self._path, found)
        except OSError as error:
            log.warning("epoch_not_noted", path=str(self._path), why=error.strerror)

    def alarm(self, restored: Restored) -> None:
        """One alarm, seen by the console and the doctor; raises LedgerDown."""
        with self._ledger.write() as tx:
            first = alarms.sound(tx, ALARM, "ledger", restored.detail, utc_now(), restored.remedy)
        if first:
            log.critical("standing_still", why=restored.detail, remedy=restored.remedy)


def disagreement(found: Epoch, told: dict[str, str]) -> str:
    """What is wrong, in a sentence; "" when every witness knows as much as the ledger or less."""
    if found.copied_at is not None:
        return f"This database is a backup copy of {found.copied_at:%Y-%m-%d %H:%M} UTC, put in the ledger's place."
    further = [name for name, text in told.items() if text and found.is_behind(text)]
    if not further:
        return ""
    known = f"{', '.join(further)} remember{'s' if len(further) == 1 else ''}"
    return f"{known} a later ledger than this database: an older copy of it, or another one, was put in its place."
