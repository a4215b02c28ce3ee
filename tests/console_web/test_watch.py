"""One issue per cause, and nothing in it that a shop, a shopper or a key ever said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from flask import Response

import watch
from schemas.errors import Permanent
from tests.console_web.conftest import Web, open_web, settings_in
from tests.console_web.sink import Sink, sentry
from workers.notice import Cause

CANARY = "canary-5f0c"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sentry() as sink:
        watch.start(sink.dsn)
        yield sink
        sentry_sdk.get_client().close(timeout=2)
        sentry_sdk.get_global_scope().set_client(None)


def _sent(sink: Sink) -> list[dict[str, Any]]:
    sentry_sdk.flush(timeout=5)
    return sink.events()


def _dead(code: str, event_id: str = "e1", system: str = "fakturownia") -> Cause:
    return Cause("event_dead", system, "Permanent", code, event_id)


def test_a_cause_is_one_issue_whatever_the_event(sink: Sink) -> None:
    seconds = iter(range(0, 1000, 100))
    tell = watch.notice("https://b.example", monotonic=lambda: float(next(seconds)))
    for number in range(3):
        tell(_dead("REFUSED", f"e{number}"))
    tell(_dead("UNSUPPORTED"))
    sent = _sent(sink)
    assert [tuple(event["fingerprint"]) for event in sent] == [("fakturownia", "Permanent", "REFUSED")] * 3 + [
        ("fakturownia", "Permanent", "UNSUPPORTED")
    ]
    assert sent[0]["message"] == "fakturownia: REFUSED (event dead)"
    assert sent[0]["tags"] == {
        "what": "event_dead",
        "system": "fakturownia",
        "error_class": "Permanent",
        "code": "REFUSED",
        "event": "e0",
        "explained": "https://b.example/docs/errors.md",
    }


def test_ten_thousand_dead_letters_of_one_cause_are_one_message_a_minute(sink: Sink) -> None:
    tell = watch.notice("")
    for number in range(10_000):
        tell(_dead("REFUSED", f"e{number}"))
    assert len(_sent(sink)) == 1


class Leaky(Exception):
    """Says its canary whichever way it is asked."""

    def __init__(self) -> None:
        super().__init__(f"text {CANARY}")
        self.url = f"https://api.example/x?api_token={CANARY}"

    def __repr__(self) -> str:
        return f"Leaky({CANARY})"


def _leak() -> Leaky:
    secret = f"local {CANARY}"
    try:
        try:
            raise ValueError(f"inner {CANARY} {secret}")
        except ValueError as inner:
            inner.add_note(f"note {CANARY}")
            raise Leaky from inner
    except Leaky as error:
        return error


def test_a_defect_goes_with_its_frames_and_without_its_text(sink: Sink) -> None:
    watch.notice("")(Cause("defect", "fakturownia", "Leaky", "DEFECT", "e1", error=_leak()))
    (event,) = _sent(sink)
    assert event["fingerprint"] == ["fakturownia", "Leaky", "DEFECT"]
    assert [value["type"] for value in event["exception"]["values"]] == ["ValueError", "Leaky"]
    frames = event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "_leak" and "vars" not in frames[-1]
    assert CANARY.encode() not in b"".join(sink.raw)


def test_an_error_of_ours_is_named_by_its_code(sink: Sink) -> None:
    try:
        raise Permanent(f"buyer {CANARY} is wrong", system="fakturownia", code="REFUSED")
    except Permanent as error:
        sentry_sdk.capture_exception(error)
    (event,) = _sent(sink)
    assert event["exception"]["values"][-1]["value"] == "REFUSED"
    assert event["fingerprint"] == ["fakturownia", "Permanent", "REFUSED"]
    assert CANARY.encode() not in b"".join(sink.raw)


def test_a_defect_of_a_page_arrives_without_query_headers_cookies_or_body(
    sink: Sink, tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    web: Web = open_web(settings_in(tmp_path, valkey_url))

    def breaks() -> Response:
        raise _leak()

    monkeypatch.setitem(web.app.view_functions, "health.alive", breaks)
    watch.start(sink.dsn)
    answer = web.client.get(
        f"/healthz?token={CANARY}",
        headers={"Authorization": f"Bearer {CANARY}", "Cookie": f"s={CANARY}", "X-Anything": CANARY},
        data=CANARY,
    )
    assert answer.status_code == 500 and CANARY not in answer.text
    (event,) = _sent(sink)
    assert event["request"] == {"method": "GET", "url": "http://localhost/healthz"}
    assert event["transaction"] == "health.alive"
    assert event["fingerprint"] == ["", "Leaky", "DEFECT"]
    assert CANARY.encode() not in b"".join(sink.raw)
    web.ledger.close()


def test_without_a_dsn_nothing_is_sent_and_nothing_breaks() -> None:
    watch.notice("")(_dead("REFUSED"))
    assert not sentry_sdk.is_initialized()
