"""Shops, accounts, routes, rejections, alarms and settings."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from ledger import alarms, connections, rejections, settings
from ledger.engine import Tx
from ledger.tables import accounts, shops
from schemas.connection import CashRounding, Policy, Route
from schemas.errors import BillhookError
from tests.ledger.fixtures import NOW, House, add_shop, seconds

POLICY = Policy({"*": {"paid": "invoice"}}, cash_rounding=CashRounding(("cod",), Decimal("0.05")))


def test_a_shops_key_ends_in_eight_random_characters(house: House) -> None:
    assert re.fullmatch(r"corner-[a-z0-9]{8}", house.shop.key)
    with house.ledger.write() as tx:
        assert add_shop(house.ledger, tx, "corner").key != house.shop.key


def test_secrets_are_not_readable_in_the_database(house: House) -> None:
    with house.ledger.read() as tx:
        kept = str([*tx.execute(select(shops)), *tx.execute(select(accounts))])
    assert "sesame" not in kept and "'one'" not in kept
    assert "sesame" not in repr(house.account) and "'one'" not in repr(house.shop)


def test_rotating_a_secret_leaves_no_gap(house: House) -> None:
    vault = house.ledger.vault
    with house.ledger.write() as tx:
        connections.rotate_secret(tx, vault, house.shop.id, "two", NOW + seconds(60))
        for at, valid in ((NOW, ("two", "one")), (NOW + seconds(59), ("two", "one")), (NOW + seconds(60), ("two",))):
            assert connections.shop(tx, vault, house.shop.id, at).secrets == valid


def test_the_doors_book_asks_again_for_a_fresh_secret(house: House) -> None:
    book = connections.ShopBook(house.ledger, ttl=60)
    assert book.get(house.shop.key) == house.shop
    with house.ledger.write() as tx:
        connections.rotate_secret(tx, house.ledger.vault, house.shop.id, "two", None)
    assert book.get(house.shop.key) == house.shop
    fresh = book.get(house.shop.key, fresh=True)
    assert fresh is not None and fresh.secrets == ("two", "one")
    assert book.get("unknown-aaaaaaaa") is None


def test_a_removed_shop_has_no_address(house: House) -> None:
    with house.ledger.write() as tx:
        connections.set_shop_state(tx, house.shop.id, "removed")
    assert connections.ShopBook(house.ledger).get(house.shop.key) is None


def test_only_the_first_pause_of_an_account_counts(house: House) -> None:
    with house.ledger.write() as tx:
        assert connections.pause_account(tx, house.account.id, "401", NOW)
        assert not connections.pause_account(tx, house.account.id, "401 again", NOW)
        paused = connections.account(tx, house.ledger.vault, house.account.id)
        assert (paused.state, paused.paused_reason, paused.credentials) == ("paused", "401", {"token": "sesame"})
        assert connections.resume_account(tx, house.account.id)
        assert not connections.resume_account(tx, house.account.id)


def test_an_account_key_is_given_once(house: House) -> None:
    again = house.account
    with house.ledger.write() as tx, pytest.raises(BillhookError, match="already"):
        connections.add_account(
            tx, house.ledger.vault, key=again.key, system="x", name="x", seller=again.seller, credentials={}, now=NOW
        )


def route(house: House, tx: Tx, key: str, channel: str = "") -> Route:
    return connections.add_route(
        tx, key=key, shop_id=house.shop.id, account_id=house.account.id, policy=POLICY, starts_at=NOW,
        now=NOW, channel=channel,
    )  # fmt: skip


def test_routes_of_a_shop_never_overlap(house: House) -> None:
    with house.ledger.write() as tx:
        everything = route(house, tx, "all")
        assert everything.policy == POLICY
        assert connections.route_for(tx, house.shop.id, "pl") == everything
        for channel in ("", "pl"):
            with pytest.raises(BillhookError, match="already takes"):
                route(house, tx, "more", channel)
        connections.set_route_state(tx, everything.id, "removed")
        polish = route(house, tx, "pl", "pl")
        assert connections.route_for(tx, house.shop.id, "pl") == polish
        assert connections.route_for(tx, house.shop.id, "de") is None
        with pytest.raises(BillhookError):
            route(house, tx, "rest", "")


def test_a_paused_route_lets_orders_wait(house: House) -> None:
    with house.ledger.write() as tx:
        connections.set_route_state(tx, route(house, tx, "all").id, "paused")
        assert connections.route_for(tx, house.shop.id, "") is None
        assert len(connections.list_routes(tx)) == 1


def test_the_last_hundred_rejections_are_kept_and_all_counted(house: House) -> None:
    with house.ledger.write() as tx:
        other = add_shop(house.ledger, tx, "other")
        rejections.add(tx, other.id, "size", 1, ["Host"], NOW)
        for number in range(103):
            rejections.add(tx, house.shop.id, "signature", number, ["Host", "X-Sig"], NOW)
        kept = rejections.last(tx, house.shop.id)
        assert (len(kept), kept[0].size, kept[-1].size) == (100, 102, 3)
        assert kept[0].headers == ("Host", "X-Sig")
        assert (rejections.count(tx, house.shop.id), rejections.count(tx, other.id)) == (103, 1)
        assert len(rejections.last(tx, other.id)) == 1


def test_one_cause_is_one_alarm_until_it_is_cleared(house: House) -> None:
    with house.ledger.write() as tx:
        assert alarms.sound(tx, "account_paused", "main", "401", NOW)
        assert not alarms.sound(tx, "account_paused", "main", "401 again", NOW + seconds(1))
        (alarm,) = alarms.open_alarms(tx)
        assert (alarm.first_at, alarm.last_at, alarm.times, alarm.detail) == (NOW, NOW + seconds(1), 2, "401 again")
        assert alarms.clear(tx, "account_paused", "main", NOW)
        assert not alarms.clear(tx, "account_paused", "main", NOW)
        assert alarms.open_alarms(tx) == []
        assert alarms.sound(tx, "account_paused", "main", "401", NOW + seconds(9))
        assert alarms.open_alarms(tx)[0].first_at == NOW + seconds(9)


def test_clocks_beat(house: House) -> None:
    with house.ledger.write() as tx:
        assert settings.last_beat(tx) is None
        settings.beat(tx, "a", NOW + seconds(1))
        settings.beat(tx, "a", NOW + seconds(2))
        settings.beat(tx, "b", NOW)
        assert settings.last_beat(tx) == NOW + seconds(2)
