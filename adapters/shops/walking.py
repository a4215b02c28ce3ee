"""Walking through orders by modification time while they change under the walker, so that none is skipped.

Numbered pages move: an order that is changed goes to the end, the rest shifts up, and one at the page's edge is never
seen. So each page is asked for by the time of the last order seen (woocommerce.md 5.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.errors import AdapterError, Transient, Unsupported

SYSTEM = "woocommerce"
SECOND = timedelta(seconds=1)
#: The most that WooCommerce gives at once, and how much less is asked for when an answer is too large.
MOST, SHRINK = 100, 5
PASSES = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One order of a list: when it was changed (UTC, aware), its id, and all of it."""

    modified: datetime | None
    id: str
    order: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer; `total` counts all orders that fit the question, None when the shop does not say."""

    rows: tuple[Row, ...]
    total: int | None

    def is_last(self, size: int, number: int = 1) -> bool:
        """Whether nothing comes after it. A page may be short though more follow: some orders may be hidden."""
        return len(self.rows) < size if self.total is None else self.total <= size * number


Ask = Callable[[Mapping[str, str]], Page]


class Walk:
    """One walk from `since` on. `ask` gives the page for these parameters, oldest change first, bounds exclusive."""

    def __init__(self, ask: Ask, since: datetime) -> None:
        self._ask = ask
        self._after = since.astimezone(UTC).replace(microsecond=0) - SECOND
        self._size = MOST

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Every order changed at or after `since`; raises Transient when it cannot be sure to have met all."""
        met: set[tuple[str, datetime | None]] = set()
        while True:
            page = self._page()
            self._refuse_unfiltered(page)
            yield from (row.order for row in page.rows if (row.id, row.modified) not in met)
            if page.is_last(self._size):
                return
            met = {(row.id, row.modified) for row in page.rows}
            last = self._last(page)
            if last - SECOND > self._after:
                self._after = last - SECOND
            else:
                yield from self._one_second(last)
                self._after = last

    def _one_second(self, at: datetime) -> Iterator[Mapping[str, Any]]:
        """More orders than a page share one second, as bulk edits do: only here pages are numbered.

        Orders can leave a past second, never enter it; so a pass in which the shop's count stayed the same and as many
        were met is whole. Otherwise all of it is read once more.
        """
        met: set[str] = set()
        for _ in range(PASSES):
            before, totals = len(met), set[int | None]()
            seen: set[str] = set()
            for page in self._numbered(at):
                totals.add(page.total)
                yield from (row.order for row in page.rows if row.id not in met)
                seen |= {row.id for row in page.rows}
                met |= seen
            if len(totals) == 1 and (totals == {len(seen)} or before == len(met)):
                return
        raise _unread(f"The orders changed at {at.isoformat()} moved while they were read")

    def _numbered(self, at: datetime) -> Iterator[Page]:
        number = 0
        while True:
            number += 1
            page = self._page(page=str(number), modified_after=_said(at - SECOND), modified_before=_said(at + SECOND))
            yield page
            if page.is_last(self._size, number):
                return

    def _page(self, **params: str) -> Page:
        """A page; when its answer is too large, a smaller one, from then on."""
        while True:
            asked = {"modified_after": _said(self._after), **params, "per_page": str(self._size)}
            try:
                return self._ask(asked)
            except AdapterError as error:
                if error.code != "ANSWER_TOO_LARGE" or self._size == 1 or params:
                    raise
                self._size = max(1, self._size // SHRINK)

    def _last(self, page: Page) -> datetime:
        found = max((row.modified for row in page.rows if row.modified), default=None)
        if found is None:
            raise _unread("The shop says that there are more orders, and shows none")
        return found

    def _refuse_unfiltered(self, page: Page) -> None:
        if any(row.modified and row.modified < self._after for row in page.rows):
            raise Unsupported(
                "The shop shows orders that were changed before the time asked for: it is older than WooCommerce 5.8.",
                system=SYSTEM, code="CANNOT_BE_POLLED", remedy="Update WooCommerce, or let the webhooks suffice.",
            )  # fmt: skip


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _unread(detail: str) -> Transient:
    return Transient(f"{detail}.", system=SYSTEM, code="UNREAD_PAGES")
