"""`flask shop sync`, `backfill`, `edit --mode` and what `list` tells of looking at a shop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger import connections, events
from tests.console.conftest import Console, bare, console
from tests.shops.fresh_shop import CREDENTIALS, SmallShop
from tests.shops.scripted import page, site

__all__ = ["bare", "console"]

#: What these say of the ledger is tried on PostgreSQL by their neighbours.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
START = datetime(2026, 11, 20, tzinfo=UTC)
SETTINGS = [part for name, value in CREDENTIALS.items() for part in ("--set", f"{name}={value}")]


@dataclass
class Counter:
    """The command line, and the shop that it asks."""

    console: Console
    shop: SmallShop
    key: str

    def run_all(self) -> None:
        with self.console.ledger.read() as tx:
            ids = [event.id for event in events.page(tx, limit=500)]
        for event_id in ids:
            self.console.process(event_id)


@pytest.fixture
def counter(console: Console) -> Iterator[Counter]:
    """A shop with credentials whose route begins on the 20th."""
    small, key = SmallShop(), console.shop().key
    with site(small.answer) as there:
        console.says("shop", "edit", key, "--url", there.url, *SETTINGS)
        console.says("route", "edit", "way", "--starts-at", START.isoformat())
        yield Counter(console, small, key)


def placed(counter: Counter, number: int, day: str, **more: Any) -> None:
    moment = f"2026-11-{day}T10:00:00"
    counter.shop.has("009", id=number, number=str(number), date_created_gmt=moment, date_modified_gmt=moment, **more)


def test_sync_fetches_what_was_never_sent_and_says_how_much(counter: Counter) -> None:
    placed(counter, 501, "21")
    placed(counter, 502, "19")
    told = counter.console.json("shop", "sync", counter.key)
    assert (told["listed"], told["new"], told["error"]) == (1, 1, "")
    counter.run_all()
    assert [row.order_id for row in counter.console.documents()] == ["501"]
    assert counter.console.json("shop", "sync", counter.key)["new"] == 0


def test_sync_goes_back_as_far_as_it_is_told(counter: Counter) -> None:
    placed(counter, 501, "21")
    counter.console.says("shop", "sync", counter.key)
    placed(counter, 502, "20")
    assert counter.console.json("shop", "sync", counter.key)["new"] == 0
    result = counter.console.run("shop", "sync", counter.key, "--since", "2026-11-20")
    assert result.exit_code == 0 and "2 listed, 1 new" in result.stderr
    assert counter.console.json("shop", "sync", counter.key, "--last")["new"] == 1


def test_sync_says_why_a_shop_cannot_be_listed_and_so_does_the_list(counter: Counter) -> None:
    counter.shop.broken = page(503)
    assert "503" in counter.console.refuses("shop", "sync", counter.key)
    (row,) = counter.console.json("shop", "list")
    assert "503" in row["error"] and "failed" in row["last_look"]


def test_the_list_tells_mode_last_look_and_last_delivery(counter: Counter) -> None:
    (row,) = counter.console.json("shop", "list")
    assert (row["mode"], row["last_look"], row["last_delivery"]) == ("webhook+poll", "", None)
    placed(counter, 501, "21")
    counter.console.says("shop", "sync", counter.key)
    (row,) = counter.console.json("shop", "list")
    assert row["last_look"].endswith("1 listed, 1 new")


def test_a_mode_is_chosen_and_one_without_credentials_is_refused(counter: Counter) -> None:
    assert counter.console.json("shop", "edit", counter.key, "--mode", "poll")["mode"] == "poll"
    counter.console.says("shop", "edit", counter.key, *[word.split("=")[0] + "=" if "=" in word else word
                                                        for word in SETTINGS])  # fmt: skip
    assert "credentials" in counter.console.refuses("shop", "edit", counter.key, "--mode", "webhook+poll")
    assert "credentials" in counter.console.refuses("shop", "sync", counter.key)
    assert counter.console.json("shop", "list")[0]["mode"] == "webhook"


def test_a_backfill_says_count_and_totals_and_does_nothing_before_it_is_asked_to(counter: Counter) -> None:
    placed(counter, 501, "21")
    for number in range(3):
        placed(counter, 600 + number, "10")
    placed(counter, 700, "11", status="pending")
    placed(counter, 701, "11", total="99.99")
    told = counter.console.json("shop", "backfill", counter.key, "--from", "2026-11-01")
    assert (told["orders"], told["due"], told["refused"], told["done"]) == (5, 3, 1, False)
    assert told["totals"] == {"EUR": "197.76"}
    with counter.console.ledger.read() as tx:
        assert events.page(tx) == []
        route = connections.route_by_key(tx, "way")
    assert route is not None and route.starts_at == START
    result = counter.console.run("shop", "backfill", counter.key, "--from", "2026-11-01", input="n\n")
    assert result.exit_code != 0 and "197.76 EUR" in result.stdout
    with counter.console.ledger.read() as tx:
        assert events.page(tx) == []


def test_a_backfill_takes_in_what_was_left_alone_and_what_was_never_sent(counter: Counter) -> None:
    placed(counter, 600, "10")
    placed(counter, 601, "10")
    placed(counter, 602, "02")
    left_alone = counter.console.deliver("009", id=600, date_created_gmt="2026-11-10T10:00:00",
                                         date_modified_gmt="2026-11-10T10:00:00")  # fmt: skip
    counter.console.process(left_alone)
    assert counter.console.event(left_alone).reason == "BEFORE_START"
    counter.console.says("shop", "backfill", counter.key, "--from", "2026-11-05", "--yes")
    counter.run_all()
    assert sorted(row.order_id for row in counter.console.documents()) == ["600", "601"]
    again = counter.console.json("shop", "backfill", counter.key, "--from", "2026-11-05", "--yes")
    assert (again["orders"], again["new"]) == (0, 0)
    counter.run_all()
    assert len(counter.console.documents()) == 2
