"""Right before a write leaves: the lease is asked, and where a system allows a request so many times, the count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.manifest import Manifest
from schemas.errors import Permanent
from schemas.ports import Guard, Sends

AGAIN = (
    "Find out why none of them succeeded and mend that. Then: flask account again KEY REQUEST (the request is named in "
    "brackets), and replay this event."
)


class Leaving:
    """The guard of an adapter's writes. What is sent inside `of(request)` is counted under that name, which a replay
    finds again; the first send beyond the manifest's `most_sends` does not leave."""

    def __init__(self, manifest: Manifest, guard: Guard, sends: Sends) -> None:
        self._manifest, self._guard, self._sends = manifest, guard, sends
        self._request = ""

    def __call__(self) -> None:
        """The lease first, then the count, so that only what leaves counts. Raises Permanent TOO_MANY_SENDS."""
        self._guard()
        most = self._manifest.most_sends
        if most and self._request and self._sends(self._request) > most:
            raise Permanent(
                f"{self._manifest.label} was sent this {most} times and allows no more ({self._request}).",
                system=self._manifest.key, code="TOO_MANY_SENDS", remedy=AGAIN,
            )  # fmt: skip

    @contextmanager
    def of(self, request: str) -> Iterator[None]:
        """The writes inside the block are sends of this request."""
        self._request = request
        try:
            yield
        finally:
            self._request = ""
