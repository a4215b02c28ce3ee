"""Listing a UNAS shop's orders by modification time while they change, so that none is skipped (unas.md 3.1).

Pages by LimitStart move: an order that is changed goes to the end, the rest shifts up, and one at a page's edge is
never seen. So each page is asked for by the time of the last order seen; LimitStart serves only where time does not
help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element  # nosec B405

from adapters.shops import unas_times
from adapters.shops.unas_xml import text
from schemas.errors import AdapterError, Transient

SECOND = timedelta(seconds=1)
#: The most that UNAS gives at once, and how much less is asked for when an answer is too large.
MOST, SHRINK = 500, 5
PASSES = 4
Ask = Callable[[Mapping[str, str]], Sequence[Element]]


def modified(order: Element) -> str:
    """The stamp of its last change; an order never changed may have only that of its placing."""
    return text(order, "DateMod") or text(order, "Date")


class Listing:
    """One walk from `since` on. `ask` gives the orders for these parameters of getOrder."""

    def __init__(self, ask: Ask, since: datetime, now: Callable[[], datetime]) -> None:
        self._ask, self._now = ask, now
        self._after = since.astimezone(UTC).replace(microsecond=0) - SECOND
        self._size = MOST

    def orders(self) -> Iterator[Element]:
        """Every order changed at or after `since`, oldest change first as far as UNAS sorts; raises Transient when it
        cannot be sure to have met all."""
        met: set[tuple[str, str]] = set()
        while True:
            page = self._page({"TimeModStart": _unix(self._after), "Order": "modify_time_asc"})
            yield from (order for order in page if _state(order) not in met)
            if len(page) < self._size:
                return
            met = {_state(order) for order in page}
            last = self._last(page)
            if last is None:
                yield from self._numbered(self._after, self._now() + SECOND)
                return
            if last - SECOND > self._after:
                self._after = last - SECOND
            else:
                # Whether the bounds themselves belong to it is not documented: so it begins sooner and ends later.
                yield from self._numbered(last - SECOND, last + 2 * SECOND)
                self._after = last + SECOND

    def _last(self, page: Sequence[Element]) -> datetime | None:
        """When the last of a page was changed, at the earliest; None when the page is not sorted by change."""
        at = self._after
        for order in page:
            stamp = modified(order)
            found = unas_times.earliest(stamp, at) if stamp else None
            if found is None or found < at:
                return None
            at = found
        return at

    def _numbered(self, start: datetime, end: datetime) -> Iterator[Element]:
        """Orders can leave a past span of time, never enter it: read until a pass meets nothing new. Pages overlap by
        one, since UNAS does not say whether LimitStart counts from 0 or from 1."""
        met: set[tuple[str, str]] = set()
        for _ in range(PASSES):
            before, start_at, page = len(met), 0, None
            while page is None or len(page) >= self._size:
                page = self._page({"TimeModStart": _unix(start), "TimeModEnd": _unix(end)} | _from(start_at))
                yield from (order for order in page if _state(order) not in met)
                met |= {_state(order) for order in page}
                start_at += self._size - 1
            if before == len(met) or start_at < self._size:
                return
        raise Transient(
            f"The orders changed between {start:%Y-%m-%d %H:%M:%S} and {end:%H:%M:%S} UTC moved while they were read.",
            system="unas", code="UNREAD_PAGES",
        )  # fmt: skip

    def _page(self, params: Mapping[str, str]) -> Sequence[Element]:
        """A page; when its answer is too large, a smaller one, from then on."""
        while True:
            try:
                return self._ask({**params, "LimitNum": str(self._size)})
            except AdapterError as error:
                if error.code != "ANSWER_TOO_LARGE" or self._size == 1 or "LimitStart" in params:
                    raise
                self._size = max(1, self._size // SHRINK)


def _state(order: Element) -> tuple[str, str]:
    return text(order, "Id") or text(order, "Key"), modified(order)


def _from(start: int) -> dict[str, str]:
    """LimitStart 0 is none (unas.md 3.1)."""
    return {"LimitStart": str(start)} if start else {}


def _unix(moment: datetime) -> str:
    return str(int(moment.timestamp()))
