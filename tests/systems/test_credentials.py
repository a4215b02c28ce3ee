"""A system that refuses our key, in its own way: one alarm, the account stands still, nothing is dead; with the key
replaced by the user's own command every order that waited is invoiced, once."""

from __future__ import annotations

import re

import pytest

from schemas.event import State
from tests.systems.conftest import SLOTS, Office
from tests.systems.trade import ROTATING, renewed, said, tokens_of, withdraw_key

COUNT = 8


def begun(office: Office) -> int:
    """How many documents are there and not yet in the ledger: drafts of a system that numbers them in a later step."""
    drafts = office.there() - len(office.live())
    assert 0 <= drafts <= (SLOTS if office.vendor.manifest.drafts else 0)
    return drafts


def held_up(office: Office, waiting: int, made: int, drafts: int = 0) -> None:
    """One account stands still, with one alarm and a remedy; all that was not issued waits for it, at no try's cost."""
    assert office.state() == "paused"
    (alarm,) = office.alarms()
    assert (alarm.kind, alarm.key, alarm.times) == ("account_paused", office.account, 1)
    assert re.search(rf"flask account (?:resume|connect) {office.account}\b", alarm.remedy)
    held = office.events(State.WAITING)
    assert len(held) == waiting
    assert {event.attempts for event in held} == {0}
    assert office.events(State.DEAD) == []
    assert (office.there(), len(office.live())) == (made, made - drafts)


def all_is_issued(office: Office, ids: list[str]) -> None:
    """Each order has one document over there, which is the one in the ledger; the alarm is over."""
    assert [event.reason for event in office.events(State.WAITING) + office.events(State.DEAD)] == []
    live = office.live()
    assert {document.reference for document in live} == set(office.world.summary()["per_oid"])
    assert len(live) == office.there() == len(ids)
    assert (office.state(), office.alarms()) == ("active", [])


def test_a_key_that_is_wrong_from_the_start_holds_the_orders_up_until_it_is_replaced(office: Office) -> None:
    office.connect(office.vendor.wrong_key)
    ids = office.orders(COUNT)
    office.work(ids)
    held_up(office, waiting=COUNT, made=0)
    office.work(office.orders(1))
    held_up(office, waiting=COUNT + 1, made=0)
    asked = len(office.world.log)
    ids = [event.id for event in office.events(State.WAITING)]
    office.work(ids)
    assert len(office.world.log) == asked, "an account that stands still is not asked"
    assert office.console.run("account", "resume", office.account).exit_code == 1, "the same key is not taken"
    held_up(office, waiting=COUNT + 1, made=0)
    right = office.vendor.credentials(office.simulator.url)
    office.console.says("account", "resume", office.account, *said({n: right[n] for n in office.vendor.wrong_key}))
    office.work(ids)
    all_is_issued(office, ids)


def test_a_key_withdrawn_while_orders_are_issued_holds_up_the_rest_until_it_is_replaced(office: Office) -> None:
    office.connect()
    ids, vendor = office.orders(COUNT), office.vendor
    office.before_create(4, lambda: withdraw_key(vendor, office.world))
    office.work(ids)
    made, drafts = office.there(), begun(office)
    assert 0 < made < COUNT
    held_up(office, waiting=COUNT - made + drafts, made=made, drafts=drafts)
    office.console.says("account", "resume", office.account, *said(renewed(vendor)))
    office.work(ids)
    all_is_issued(office, ids)


@pytest.mark.parametrize("system", ROTATING, indirect=True)
def test_a_consent_withdrawn_while_orders_are_issued_holds_up_the_rest_until_it_is_given_anew(office: Office) -> None:
    tokens, rotating = tokens_of(office.world), office.vendor.rotating
    assert tokens is not None
    (first, owner), *_ = tokens.refreshing.items()
    assert first in rotating.values()
    office.connect(rotating)
    ids = office.orders(COUNT)
    office.before_create(4, tokens.revoke)
    office.work(ids)
    made, drafts = office.there(), begun(office)
    assert 0 < made < COUNT
    held_up(office, waiting=COUNT - made + drafts, made=made, drafts=drafts)
    anew = {name: tokens.refresh(owner) for name, value in rotating.items() if value == first}
    office.console.says("account", "resume", office.account, *said(anew))
    office.work(ids)
    all_is_issued(office, ids)
