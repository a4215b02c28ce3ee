"""Alive, ready, how much; and what the logs may say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import logs
from app import create_app
from ledger import settings as marks
from schemas.event import Stored
from tests.door.conftest import KEY, SECRET, Lab, headers_of, order, said_in, settings_in, signature
from webhooks.ringing import REST, Ringer
from workers.bell import BellDown


def test_alive(lab: Lab) -> None:
    assert lab.app.test_client().get("/healthz").json == {"status": "alive"}


def test_without_redis_and_clock_it_is_ready_but_degraded(lab: Lab) -> None:
    answer = lab.app.test_client().get("/readyz")
    assert (answer.status_code, said_in(answer)["status"]) == (200, "degraded")
    assert [line.split()[0] for line in said_in(answer)["missing"]] == ["Redis", "No"]


def test_a_clock_that_beats_is_seen(lab: Lab) -> None:
    with lab.ledger.write() as tx:
        marks.beat(tx, "clock:1", datetime.now(UTC))
    answer = lab.app.test_client().get("/readyz")
    assert said_in(answer)["clock_silent_seconds"] < 5
    assert len(said_in(answer)["missing"]) == 1


def test_metrics_count_what_came(lab: Lab) -> None:
    lab.post(order())
    lab.post(order())
    lab.post(order(), headers_of(order(), secret="x"))
    text = lab.app.test_client().get("/metrics").text
    for name in ("stored", "duplicate", "rejected", "ring_failed"):
        assert f"billhook_{name}_total" in text
    assert 'billhook_events{state="waiting"} 1.0' in text
    assert "billhook_ack_seconds_bucket" in text
    assert "billhook_ledger_up 1.0" in text
    assert lab.shop.key not in text


def test_every_answer_has_security_headers(lab: Lab) -> None:
    for path in ("/healthz", "/readyz", "/metrics", lab.path, "/nowhere"):
        headers = lab.app.test_client().get(path).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_page_of_errors_is_served(lab: Lab) -> None:
    assert "## unauthentic" in lab.app.test_client().get("/docs/errors.md").text


def test_forwarded_addresses_count_only_behind_a_trusted_proxy(tmp_path: Path) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "bills.example"}
    for hops, prefix in ((0, "http://localhost/"), (1, "https://bills.example/")):
        app = create_app(settings_in(tmp_path, trusted_proxies=hops))
        assert said_in(app.test_client().get("/no", headers=headers))["type"].startswith(prefix)


def test_no_secret_and_no_body_is_in_any_log_line(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    lab.app.add_url_rule("/broken", "broken", lambda: str(1 / len("")))
    body = order(billing={"email": "buyer@example.org"})
    lab.post(body)
    lab.post(body, headers_of(body, secret="wrong-secret"))
    lab.post(b"webhook_id=3", {"Content-Type": "application/x-www-form-urlencoded"})
    lab.send(b'{"code":"woocommerce_rest_cannot_view","message":"buyer@example.org","data":{"status":401}}')
    lab.app.test_client().get("/broken")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert {"delivery_stored", "delivery_refused", "ping", "request_failed"} <= {line["event"] for line in lines}
    for hidden in (SECRET, KEY, signature(body), "wrong-secret", "buyer@example.org", "division"):
        assert hidden not in json.dumps(lines)


def test_a_field_with_a_telling_name_is_masked() -> None:
    fields = logs.without_secrets(None, "info", {"event": "x", "webhook_secret": "s", "API_Token": "t", "shop": "a"})
    assert fields == {"event": "x", "webhook_secret": "***", "API_Token": "***", "shop": "a"}


def test_an_exception_is_logged_by_class_and_frames_alone() -> None:
    try:
        raise ValueError("a whole row")
    except ValueError as error:
        fields = logs.frames_only(None, "error", {"event": "x", "exc_info": error})
    assert fields["error"] == "ValueError"
    assert "a whole row" not in str(fields).replace('raise ValueError("a whole row")', "")


class Silent:
    """A bell that never answers."""

    def __init__(self) -> None:
        self.asked = 0

    def ring(self, bells: object, /) -> None:
        self.asked += 1
        raise BellDown("Redis does not answer.")


def test_after_a_failed_ring_the_bell_rests_a_while() -> None:
    now = 10.0
    bell = Silent()
    ringer = Ringer(bell, monotonic=lambda: now)
    batch = [Stored("e", "shop", duplicate=False, ring=True)]
    for _ in range(5):
        ringer(batch)
    assert bell.asked == 1
    now += REST
    ringer(batch)
    assert bell.asked == 2


def test_nothing_due_rings_nothing() -> None:
    bell = Silent()
    Ringer(bell)([Stored("e", "shop", duplicate=True, ring=False)])
    assert bell.asked == 0
