"""Sentry: one issue per cause, told by the desk; nothing that a shop, a shopper or a key ever said leaves with it.

What goes out is rebuilt from what is known to be harmless, so a new version of the SDK cannot add what we did not see.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.argv import ArgvIntegration
from sentry_sdk.integrations.flask import FlaskIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.rq import RqIntegration
from sentry_sdk.types import Event, Hint

from schemas.errors import BillhookError
from workers.notice import Cause

#: One process tells of one cause no more often than this (seconds): ten thousand dead letters are one piece of news.
AGAIN = 60.0
_REMOVED = "(the text is not sent: it may quote an order)"
_KEPT = (
    "event_id", "timestamp", "start_timestamp", "platform", "level", "release", "environment", "server_name", "sdk",
    "fingerprint", "tags", "transaction", "transaction_info", "modules", "type", "message",
)  # fmt: skip
_FRAME = (
    "filename", "abs_path", "function", "module", "lineno", "in_app", "context_line", "pre_context", "post_context",
)  # fmt: skip


def start(dsn: str, release: str = "billhook@0.1.0") -> None:
    """Begin watching this process. Log lines, breadcrumbs, arguments and traces stay at home."""
    sentry_sdk.init(
        dsn,
        release=release,
        integrations=[
            FlaskIntegration(),
            RqIntegration(),
            LoggingIntegration(level=None, event_level=None),
        ],
        disabled_integrations=[ArgvIntegration()],
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=scrubbed,
    )


def scrubbed(event: Event, hint: Hint) -> Event:
    """The event with what may go out, and the fingerprint of its cause."""
    kept: dict[str, Any] = {name: event[name] for name in _KEPT if name in event}  # type: ignore[literal-required]
    error = (hint.get("exc_info") or (None, None, None))[1]
    if error is not None:
        kept["exception"] = {"values": [_exception(value) for value in _values(event)]}
        kept["exception"]["values"][-1]["value"] = error.code if isinstance(error, BillhookError) else _REMOVED
        kept.setdefault("fingerprint", _fingerprint(error))
    request = event.get("request")
    if isinstance(request, Mapping):
        kept["request"] = {"method": request.get("method"), "url": str(request.get("url", "")).partition("?")[0]}
    return kept  # type: ignore[return-value]


def _values(event: Event) -> list[Mapping[str, Any]]:
    found = event.get("exception") or {}
    return list(found.get("values") or [{"type": "unknown"}])


def _exception(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    kept = [{name: frame[name] for name in _FRAME if name in frame} for frame in frames]
    named = {"type": value.get("type"), "module": value.get("module"), "value": _REMOVED}
    return {**named, "stacktrace": {"frames": kept}} if kept else named


def _fingerprint(error: BaseException) -> list[str]:
    system = getattr(error, "system", "")
    code = error.code if isinstance(error, BillhookError) else "DEFECT"
    return [str(system), type(error).__name__, code]


def notice(public_url: str, monotonic: Callable[[], float] = time.monotonic) -> Callable[[Cause], None]:
    """What the desk calls; it never raises and never waits for Sentry."""
    told: dict[tuple[str, ...], float] = {}

    def tell(cause: Cause) -> None:
        key = (cause.what, cause.system, cause.error_class, cause.code)
        now = monotonic()
        if not sentry_sdk.is_initialized() or now - told.get(key, -AGAIN) < AGAIN:
            return
        told[key] = now
        _send(cause, public_url)

    return tell


def _send(cause: Cause, public_url: str) -> None:
    tags = {
        "what": cause.what,
        "system": cause.system,
        "error_class": cause.error_class,
        "code": cause.code,
        "event": cause.event_id,
        "account": cause.account,
        "explained": f"{public_url}/docs/errors.md" if public_url else "",
    }
    with sentry_sdk.new_scope() as scope:
        scope.fingerprint = [cause.system, cause.error_class, cause.code]
        for name, value in tags.items():
            if value:
                scope.set_tag(name, value)
        if cause.error is not None:
            scope.capture_exception(cause.error)
        else:
            words = f"{cause.system or 'Billhook'}: {cause.code}".strip()
            scope.capture_message(f"{words} ({cause.what.replace('_', ' ')})", level="error")
