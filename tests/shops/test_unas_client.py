"""The UNAS client against the simulated shop over real HTTP: one log-in, limits obeyed, orders by Key and Id."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.oauth import InMemory
from adapters.shops import client_for
from adapters.shops.base import Written
from schemas.connection import Shop
from schemas.document import Kind
from schemas.errors import Ambiguous, Auth, Permanent, RateLimited, Transient
from schemas.ports import OpenGate
from schemas.unas import read_order
from tests.shops.scripted import Asked, Said, page, site
from tests.shops.unas_there import NOW, client, make
from tests.simulators.unas_shop import Caller, open_shop

WRITTEN = Written(Kind.INVOICE, "FV/7/2026", "https://books.example/i/7?a=1&b=2")


def shared_ports() -> dict[str, Any]:
    """What all workers of a house share."""
    return {"tokens": InMemory(), "gate": OpenGate()}


@pytest.fixture
def there() -> Iterator[Caller]:
    with open_shop() as made:
        yield made


# ---- reading ----


def test_an_order_is_read_whole_with_its_own_identity(there: Caller) -> None:
    made = make(
        there, items=[{"gross": "9900", "quantity": "2"}, {"gross": "3990"}], shipping="1490", payment="bankcard"
    )
    reading = client(there).order(made["key"])
    order = read_order(reading.body)
    assert (reading.order_id, reading.identity) == (made["key"], made["id"])
    assert (str(order.total), reading.status) == ("25280", "Feldolgozásra vár (unpaid)")
    assert reading.modified_at == NOW
    assert len(order.elements) == 3


def test_an_order_that_is_gone_is_said_to_be(there: Caller) -> None:
    made = make(there)
    there.door(f"orders/{made['key']}", {"deleted": True})
    for call in (lambda: client(there).order(made["key"]), lambda: client(there).write_back(made["key"], WRITTEN)):
        with pytest.raises(Permanent) as caught:
            call()
        assert caught.value.code == "ORDER_GONE"


def test_a_key_given_out_again_is_another_order() -> None:
    with open_shop(reuse_keys=True) as there:
        old = make(there)
        there.door(f"orders/{old['key']}", {"deleted": True})
        new = make(there, items=[{"gross": "77000"}])
        assert (new["key"], new["id"] == old["id"]) == (old["key"], False)
        assert client(there).order(f"{new['key']}~{new['id']}").identity == new["id"]
        with pytest.raises(Permanent) as caught:
            client(there).order(f"{old['key']}~{old['id']}")
        assert caught.value.code == "ORDER_GONE"
        with pytest.raises(Permanent):
            client(there).write_back(old["key"], Written(Kind.INVOICE, "FV/1", identity=old["id"]))
        assert there.summary()["per_oid"] == {}


def test_a_key_that_only_looks_like_a_marked_one_is_read(there: Caller) -> None:
    made = make(there, key="emag~4711")
    assert client(there).order("emag~4711").identity == made["id"]


def test_a_status_without_a_type_is_looked_up_by_its_id_once() -> None:
    with open_shop(status_type=False) as there:
        for _ in range(3):
            made = make(there, status="close_ok")
            assert read_order(client(there).order(made["key"]).body).status == "close_ok"
        assert there.summary()["calls"]["getOrderStatus"] == 1


def test_status_attributes_and_letters_beyond_ascii_are_read() -> None:
    with open_shop(status_attributes=True) as there:
        made = make(there, buyer={"name": "Őry & Fia Kft."})
        reading = client(there).order(made["key"])
    assert read_order(reading.body).buyer.name == "Őry & Fia Kft."
    assert reading.status.startswith("Feldolgozásra vár")


# ---- what changed ----


def test_every_order_is_listed_while_the_shop_works_on() -> None:
    with open_shop(clock="", limits=False) as there:
        placed = int((datetime.now(UTC) - timedelta(hours=3)).timestamp())
        keys = [made["key"] for made in there.door("orders", {"count": 900, "every": 7, "placed": placed})]
        stop = threading.Event()

        def busy() -> None:
            for key in keys[::17]:
                if not stop.is_set():
                    there.door(f"orders/{key}", {"comments": {"admin": "packed"}})

        working = threading.Thread(target=busy)
        working.start()
        readings = list(client(there).changed(datetime(2020, 1, 1, tzinfo=UTC)))
        stop.set()
        working.join()
        assert there.summary()["auto_set"] == {"calls": 0, "orders": 0}
    assert {reading.order_id for reading in readings} == set(keys)


def test_only_what_changed_since_is_listed(there: Caller) -> None:
    old = make(there)
    there.advance(60)
    new = make(there)
    found = [reading.order_id for reading in client(there).changed(NOW + timedelta(seconds=60))]
    assert found == [new["key"]]
    assert old["key"] not in found


def test_in_the_hour_that_comes_twice_no_order_is_taken_for_an_older_one() -> None:
    with open_shop(clock="2026-10-25T00:30:00+00:00") as there:
        first = make(there)
        there.switch(clock="2026-10-25T01:20:00+00:00")
        second = make(there)
        read = {reading.order_id: reading.modified_at for reading in client(there).changed(NOW)}
        alone = client(there).order(second["key"]).modified_at
        listed = [r.order_id for r in client(there).changed(datetime(2026, 10, 25, 1, 10, tzinfo=UTC))]
    assert read[second["key"]] == alone == datetime(2026, 10, 25, 1, 20, tzinfo=UTC)
    assert read[first["key"]] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert listed == [second["key"]]


def test_a_listing_across_the_hour_that_comes_twice_skips_nothing() -> None:
    with open_shop(clock="2026-10-25T05:00:00+00:00") as there:
        placed = "2026-10-24T23:00:00+00:00"
        keys = {made["key"] for made in there.door("orders", {"count": 640, "every": 20, "placed": placed})}
        found = {reading.order_id for reading in client(there).changed(datetime(2026, 10, 24, tzinfo=UTC))}
    assert found == keys


# ---- the log-in ----


def test_one_log_in_serves_all_workers(there: Caller) -> None:
    made, shared = make(there), shared_ports()
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda _: client(there, **shared).order(made["key"]), range(24)))
    assert len(readings) == 24
    assert there.summary()["calls"] == {"login": 1, "getOrder": 24}


def test_the_token_is_renewed_before_it_ends_and_no_call_is_refused(there: Caller) -> None:
    made, shared = make(there), shared_ports()
    for minutes in (0, 100, 16, 60):
        there.advance(minutes * 60)
        client(there, **shared).order(made["key"])
    assert there.summary()["calls"] == {"login": 2, "getOrder": 4}


@pytest.mark.parametrize("status", [401, 403, 400])
def test_a_token_that_is_refused_is_replaced_once_and_the_call_repeated(status: int) -> None:
    with open_shop(auth_status=status) as there:
        made, shared = make(there), shared_ports()
        client(there, **shared).order(made["key"])
        there.world.tokens.clear()
        assert client(there, **shared).order(made["key"]).order_id == made["key"]
        assert there.summary()["calls"] == {"login": 2, "getOrder": 3}


def test_a_write_under_a_refused_token_is_done_once(there: Caller) -> None:
    made, shared = make(there), shared_ports()
    client(there, **shared).order(made["key"])
    there.world.tokens.clear()
    client(there, **shared).write_back(made["key"], WRITTEN)
    assert there.summary()["per_oid"] == {made["key"]: 1}


def test_a_bad_key_is_tried_once_and_never_again_until_a_person_asks(there: Caller) -> None:
    made, shared = make(there), shared_ports()
    for _ in range(30):
        with pytest.raises(Auth) as caught:
            client(there, "a-key-of-another-shop", **shared).order(made["key"])
    assert caught.value.code == "KEY_REFUSED"
    assert "flask shop verify bolt-abcd1234" in caught.value.remedy
    assert "a-key-of-another-shop" not in str(caught.value)
    assert there.summary()["calls"] == {"login": 1}
    assert client(there, **shared).order(made["key"]).order_id == made["key"]


def test_a_key_that_is_good_again_goes_on_once_a_person_asks(there: Caller) -> None:
    made, shared = make(there), shared_ports()
    there.switch(allowed_ips="192.0.2.1")
    with pytest.raises(Auth):
        client(there, **shared).order(made["key"])
    there.switch(allowed_ips="")
    with pytest.raises(Auth):
        client(there, **shared).order(made["key"])
    assert client(there, **shared).verify().name == "Minta Webshop"
    assert client(there, **shared).order(made["key"]).order_id == made["key"]


def test_a_key_withdrawn_while_its_token_was_good_ends_after_two_calls(there: Caller) -> None:
    made, shared = make(there), shared_ports()
    client(there, **shared).order(made["key"])
    there.switch(token_accepted=False)
    for _ in range(5):
        with pytest.raises(Auth):
            client(there, **shared).order(made["key"])
    assert there.summary()["unidentified"] == 2


# ---- refusals ----


@pytest.mark.parametrize("status", ["400", "200"])
def test_a_ban_is_told_with_the_time_it_ends(status: str) -> None:
    with open_shop(package="premium", limits_divisor=30, error_status=status) as there:
        made = make(there)
        list(client(there).changed(NOW))
        with pytest.raises(RateLimited) as caught:
            list(client(there).changed(NOW))
        assert caught.value.code == "BANNED"
        assert 3600 <= caught.value.retry_after <= 3605
        with pytest.raises(RateLimited):
            client(there).order(made["key"])


def test_a_missing_permission_is_said_without_a_call() -> None:
    with open_shop(permissions="getOrder") as there:
        made, shared = make(there), shared_ports()
        with pytest.raises(Auth) as caught:
            client(there, **shared).write_back(made["key"], WRITTEN)
        assert (caught.value.code, "setOrder" in caught.value.detail) == ("NO_RIGHTS", True)
        assert "setOrder" not in there.summary()["calls"]


@pytest.mark.parametrize("status", [400, 403])
def test_a_permission_withdrawn_later_is_a_missing_right_too(status: int) -> None:
    with open_shop(permission_status=status) as there:
        made, shared = make(there), shared_ports()
        client(there, **shared).order(made["key"])
        there.switch(permissions="setOrder")
        with pytest.raises(Auth) as caught:
            client(there, **shared).order(made["key"])
        assert caught.value.code == "NO_RIGHTS"


@pytest.mark.parametrize("maintenance", ["error", "503", "silent"])
def test_maintenance_at_night_is_transient_and_refuses_no_key(maintenance: str) -> None:
    with open_shop(maintenance=maintenance, clock="2026-03-02T22:55:00+00:00") as there:
        made, shared = make(there), shared_ports()
        with pytest.raises(Transient):
            client(there, **shared).order(made["key"])
        there.advance(3600)
        assert client(there, **shared).order(made["key"]).order_id == made["key"]


@pytest.mark.parametrize(
    ("clock", "ends"),
    [
        ("2026-03-02T22:49:59+00:00", None),
        ("2026-03-02T22:50:00+00:00", "2026-03-02T23:11:00+00:00"),
        ("2026-03-02T23:10:59+00:00", "2026-03-02T23:11:00+00:00"),
        ("2026-03-02T23:11:00+00:00", None),
        ("2026-07-02T21:55:00+00:00", "2026-07-02T22:11:00+00:00"),
    ],
)
def test_ten_minutes_around_budapests_midnight_are_left_alone(clock: str, ends: str | None, there: Caller) -> None:
    found = client(there).rests_until(datetime.fromisoformat(clock))
    assert found == (datetime.fromisoformat(ends) if ends else None)


def test_an_answer_without_words_is_transient_for_a_read_and_ambiguous_for_a_write(there: Caller) -> None:
    made, shared = make(there), shared_ports()
    client(there, **shared).order(made["key"])
    there.world.plan.arm("empty_200", 1, "POST", "/shop/setOrder", {})
    with pytest.raises(Ambiguous):
        client(there, **shared).write_back(made["key"], WRITTEN)
    there.world.plan.arm("html_200", 1, "POST", "/shop/getOrder", {})
    with pytest.raises(Transient):
        client(there, **shared).order(made["key"])


def test_a_web_page_in_between_is_no_refused_key() -> None:
    def answer(asked: Asked) -> Said:
        if asked.path.endswith("/login"):
            return Said(raw=b"<Login><Token>t0ken</Token><Subscription>vip</Subscription></Login>")
        return page(403, "Attention required")

    shared = {**shared_ports(), "now": lambda: NOW}
    with site(answer) as there:
        shop = Shop(1, "bolt", "unas", "Bolt", credentials={"api_key": "k" * 40, "api_url": there.url})
        for _ in range(2):
            with pytest.raises(Transient) as caught:
                client_for(shop, allow_private=True, deadline=5.0, **shared).order("1-1")
            assert caught.value.code == "HTML_ANSWER"
        assert [path for _, path in there.paths] == ["/shop/login", "/shop/getOrder", "/shop/getOrder"]


@pytest.mark.parametrize("said", [page(403), page(200), Said(raw=b"")])
def test_a_log_in_that_is_not_answered_in_words_refuses_no_key(said: Said) -> None:
    shared = {**shared_ports(), "now": lambda: NOW}
    with site(lambda asked: said) as there:
        shop = Shop(1, "bolt", "unas", "Bolt", credentials={"api_key": "k" * 40, "api_url": there.url})
        with pytest.raises(Transient):
            client_for(shop, allow_private=True, deadline=5.0, **shared).order("1-1")
        there.answer = lambda asked: Said(raw=b"<Error>Invalid Key</Error>", status=400)
        with pytest.raises(Auth):
            client_for(shop, allow_private=True, deadline=5.0, **shared).order("1-1")
