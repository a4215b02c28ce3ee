"""The database gone, Redis frozen: what the shop is told, and that nothing is half-stored."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from werkzeug.test import TestResponse

from tests.door.conftest import SECRET, Lab, order, said_in
from tests.door.gunicorn import ROOT, Server, serving


def refused_for_now(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.content_type == "application/problem+json"
    assert said_in(answer)["code"] == "LEDGER_DOWN"
    assert "sqlite" not in answer.text.lower()
    assert str(ROOT) not in answer.text


def rows(path: Path) -> list[int]:
    with sqlite3.connect(path) as database:
        tables = ("events", "event_bodies", "orders")
        return [database.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]  # noqa: S608


def file_of(lab: Lab) -> Path:
    return lab.settings.var / "billhook.db"


def test_the_database_file_gone_is_503_and_back_is_200(lab: Lab) -> None:
    assert lab.post(order(1)).status_code == 200
    path = file_of(lab)
    for name in ("billhook.db", "billhook.db-wal", "billhook.db-shm"):
        if path.with_name(name).exists():
            path.with_name(name).rename(path.with_name(f"away-{name}"))
    refused_for_now(lab.post(order(2)))
    refused_for_now(lab.app.test_client().get("/readyz"))
    assert lab.app.test_client().get("/healthz").status_code == 200
    assert "billhook_ledger_up 0.0" in lab.app.test_client().get("/metrics").text
    assert not path.exists()
    for away in path.parent.glob("away-*"):
        away.rename(path.with_name(away.name.removeprefix("away-")))
    assert lab.post(order(2)).status_code == 200
    assert rows(path) == [2, 2, 2]


def test_a_database_that_others_keep_locked_is_503_in_time(lab: Lab) -> None:
    assert lab.post(order(1)).status_code == 200
    with (lab.settings.var / "billhook.db.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = time.monotonic()
        refused_for_now(lab.post(order(2)))
        assert time.monotonic() - started < 7
        assert rows(file_of(lab)) == [1, 1, 1]
    assert lab.post(order(2)).status_code == 200  # the writer may have got its turn since: then this is a duplicate
    assert rows(file_of(lab)) == [2, 2, 2]


def test_a_database_that_is_no_database_is_503(lab: Lab) -> None:
    assert lab.post(order(1)).status_code == 200
    path = file_of(lab)
    lab.ledger.close()
    for name in ("billhook.db-wal", "billhook.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.with_name("new").write_bytes(b"this is no database" * 1000)
    path.with_name("new").replace(path)
    refused_for_now(lab.post(order(2)))


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    path = tmp_path / "valkey.sock"
    command = [sys.executable, "-m", "console.valkey", str(tmp_path / "valkey"), str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 10
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    yield process, f"unix://{path}"
    os.kill(process.pid, signal.SIGCONT)
    process.kill()
    process.wait()


def rung_after(server: Server, url: str) -> int:
    """How many deliveries it took until a job was in Valkey. The first one's ring is the first of its process: on a
    busy machine it may miss its 250 ms, and the bell then rests two seconds."""
    with Redis.from_url(url) as redis:
        for number in range(1, 21):
            assert server.post(order(number))[0] == 200
            if redis.keys("rq:job:*"):
                return number
            time.sleep(0.5)
    raise AssertionError(f"no ring reached Valkey: {server.log.read_text()}")


def test_acks_stay_below_half_a_second_while_valkey_is_frozen(
    tmp_path: Path, valkey: tuple[subprocess.Popen[bytes], str]
) -> None:
    process, url = valkey
    with serving(tmp_path, SECRET, REDIS_URL=url, LOG_LEVEL="WARNING") as server:
        rung = rung_after(server, url)
        os.kill(process.pid, signal.SIGSTOP)
        spent = [server.post(order(1 + rung + number)) for number in range(40)]
        assert {status for status, _ in spent} == {200}
        assert max(seconds for _, seconds in spent) < 0.5
        assert sum(server.lab.counts().values()) == rung + 40
