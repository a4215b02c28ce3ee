"""What a door says when it refuses: the parts of an RFC 9457 problem, known to every floor, rendered by the doors."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.errors import BillhookError


class Problem(BillhookError):
    """A refusal with its HTTP status; `headers` go with the answer (Retry-After, Allow)."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        remedy: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, code=code, remedy=remedy)
        self.status = status
        self.headers = dict(headers or {})
