"""Code lists of a system (currencies, rates, ways to pay): read once an hour by a process, since they hardly ever
change and every call counts against the account's budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
KEPT_SECONDS = 3600.0
_kept: dict[tuple[str, str], tuple[float, tuple[Row, ...]]] = {}


class CodeLists:
    """The lists of one login. `owner` names it among all of this process; `read` asks the system for a whole list."""

    def __init__(
        self, owner: str, read: Callable[[str], Iterable[Row]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._owner, self._read, self._clock = owner, read, clock

    def rows(self, path: str) -> tuple[Row, ...]:
        """The list at `path`; raises what `read` raises."""
        kept = _kept.get((self._owner, path))
        if kept is not None and self._clock() - kept[0] < KEPT_SECONDS:
            return kept[1]
        return self._anew(path)

    def one(self, path: str, fits: Callable[[Row], bool]) -> Row | None:
        """The first row that fits. A list that was kept is read anew before a code is said not to be there."""
        was = _kept.get((self._owner, path))
        found = next(filter(fits, self.rows(path)), None)
        if found is None and _kept.get((self._owner, path)) is was:
            return next(filter(fits, self._anew(path)), None)
        return found

    def _anew(self, path: str) -> tuple[Row, ...]:
        rows = tuple(self._read(path))
        _kept[self._owner, path] = (self._clock(), rows)
        return rows
