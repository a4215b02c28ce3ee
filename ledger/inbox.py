"""Group commit: one thread per process commits everything that waits, in one transaction, with one fsync."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from datetime import UTC, datetime

import structlog

from ledger.engine import Clash, Ledger, LedgerDown
from ledger.forks import after_fork
from ledger.storing import Packed, pack, store_packed
from schemas.event import Incoming, Stored

log = structlog.get_logger(__name__)

_MOST = 256
#: A batch that lost a deadlock against the desk is begun again so often: the shop may never send it again.
_TRIES = 3
_Slot = tuple[Packed, "Future[Stored]"]


class Inbox:
    """The door's way in: `store` returns once the delivery is durable (DESIGN 1, promise 1; PERFORMANCE, ack path).

    `after_commit` gets what each commit stored, once per batch, on the committing thread: it rings. When it fails the
    deliveries are acknowledged all the same and the clock rings later.
    """

    def __init__(self, ledger: Ledger, after_commit: Callable[[Sequence[Stored]], None]) -> None:
        self._ledger = ledger
        self._after_commit = after_commit
        self._closed = False
        self._renew()
        after_fork(self._renew)

    def _renew(self) -> None:
        self._slots: list[_Slot] = []
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def store(self, incoming: Incoming, timeout: float = 5.0) -> Stored:
        """Commit one delivery together with whatever else waits; raises LedgerDown, at the latest after `timeout` s.

        Late may still mean stored: the shop sends again, and that is a duplicate.
        """
        future: Future[Stored] = Future()
        self._put((pack(incoming), future))
        try:
            return future.result(timeout)
        except Late:
            future.cancel()
            raise LedgerDown(f"The database did not commit within {timeout:g} s.") from None

    def close(self) -> None:
        """Commit what waits, then stop; later deliveries are refused with LedgerDown."""
        with self._news:
            self._closed = True
            self._news.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _put(self, slot: _Slot) -> None:
        with self._news:
            if self._closed:
                raise LedgerDown("The inbox is closed: this process is ending.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
                self._thread.start()
            self._slots.append(slot)
            self._news.notify()

    def _run(self) -> None:
        while batch := self._take():
            living = [slot for slot in batch if slot[1].set_running_or_notify_cancel()]
            if living:
                self._commit(living)

    def _take(self) -> list[_Slot]:
        """Everything that waits, as soon as something does; nothing when closed and empty."""
        with self._news:
            self._news.wait_for(lambda: self._slots or self._closed)
            batch, self._slots = self._slots[:_MOST], self._slots[_MOST:]
        return batch

    def _commit(self, batch: Sequence[_Slot]) -> None:
        """One transaction for all; a delivery that no database takes must not fail its neighbours."""
        try:
            stored = self._write([packed for packed, _ in batch])
        except LedgerDown as down:
            for _, future in batch:
                future.set_exception(LedgerDown(down.detail, remedy=down.remedy))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the waiter, not to this thread
            self._blame(batch, error)
        else:
            self._tell(batch, stored)

    def _write(self, packed: Sequence[Packed], tries: int = _TRIES) -> list[Stored]:
        try:
            with self._ledger.write() as tx:
                return store_packed(tx, packed, datetime.now(UTC))
        except Clash:
            if tries == 1:
                raise
        return self._write(packed, tries - 1)

    def _blame(self, batch: Sequence[_Slot], error: Exception) -> None:
        if len(batch) > 1:
            for slot in batch:
                self._commit([slot])
            return
        log.error("delivery_not_stored", why=type(error).__name__, exc_info=error)
        batch[0][1].set_exception(LedgerDown(f"The delivery could not be stored: {type(error).__name__}."))

    def _tell(self, batch: Sequence[_Slot], stored: Sequence[Stored]) -> None:
        for (_, future), one in zip(batch, stored, strict=True):
            future.set_result(one)
        try:
            self._after_commit(stored)
        except Exception as error:  # noqa: BLE001 - an ack never fails for the bell; the clock rings later
            log.warning("bell_failed_after_commit", why=type(error).__name__, events=len(stored))
