"""What one process' store does while others renew, when the ledger is away, and when the connection is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger import alarms, tokens
from ledger.tables import tokens as table
from schemas.errors import Auth, Transient, Waiting
from schemas.ports import Guard, TokenSet
from tests.ledger.fixtures import NOW, House
from workers.held_tokens import ALARM, HeldTokens
from workers.timing import timing_of
from workers.tokens import Tokens

TIMING = replace(timing_of("fast"), token_wait=0.2)
ORIGIN = "origin-1"
FIRST = TokenSet("access-1", "refresh-1", NOW + timedelta(hours=1), NOW + timedelta(minutes=55), {"tenant": "7"})
SECOND = TokenSet("access-2", "refresh-2", NOW + timedelta(hours=2))


class Monotonic:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def store_of(house: House, monotonic: Callable[[], float] | None = None) -> HeldTokens:
    return Tokens(house.ledger, TIMING, lambda: NOW, monotonic or Monotonic()).of(house.account)


def gives(fresh: TokenSet, asked: list[TokenSet | None] | None = None) -> Callable[[TokenSet | None, Guard], TokenSet]:
    def fetch(stored: TokenSet | None, guard: Guard) -> TokenSet:
        guard()
        if asked is not None:
            asked.append(stored)
        return fresh

    return fetch


def never(_stored: TokenSet | None, _guard: Guard) -> TokenSet:
    raise AssertionError("asked for a token")


def refused(_stored: TokenSet | None, _guard: Guard) -> TokenSet:
    raise Auth("HTTP 400: invalid_grant", system="test", code="TOKEN_REFUSED", remedy="Connect it anew.")


def claimed_by_another(house: House, *, after: int = 0) -> None:
    with house.ledger.write() as tx:
        kept = tokens.ACCOUNTS.load(tx, house.ledger.vault, house.account.id, ORIGIN)
        assert kept.version == after
        assert tokens.ACCOUNTS.claim(tx, house.account.id, ORIGIN, "somebody", kept)


def open_alarms(house: House) -> list[str]:
    with house.ledger.read() as tx:
        return [alarm.kind for alarm in alarms.open_alarms(tx)]


def test_tokens_come_back_as_they_were_stored_and_no_secret_is_readable(house: House) -> None:
    asked: list[TokenSet | None] = []
    assert store_of(house).current(ORIGIN) is None
    assert store_of(house).renew(ORIGIN, None, gives(FIRST, asked)) == FIRST
    assert store_of(house).current(ORIGIN) == FIRST
    assert asked == [None]
    with house.ledger.read() as tx:
        row = tx.execute(table.select()).one()
    assert "access-1" not in str(row) and "refresh-1" not in str(row) and "tenant" not in str(row)


def test_what_another_worker_stored_meanwhile_is_used_and_nothing_asked(house: House) -> None:
    store_of(house).renew(ORIGIN, None, gives(FIRST))
    store_of(house).renew(ORIGIN, FIRST, gives(SECOND))
    assert store_of(house).renew(ORIGIN, FIRST, never) == SECOND


def test_another_login_begins_anew_and_leaves_the_first_alone(house: House) -> None:
    store = store_of(house)
    store.renew(ORIGIN, None, gives(FIRST))
    assert store.current("origin-2") is None
    store.renew("origin-2", None, gives(SECOND))
    assert (store.current(ORIGIN), store.current("origin-2")) == (FIRST, SECOND)


def test_while_another_worker_renews_an_early_renewal_goes_on_with_what_it_has(house: House) -> None:
    store_of(house).renew(ORIGIN, None, gives(FIRST))
    claimed_by_another(house, after=1)
    assert store_of(house).renew(ORIGIN, FIRST, never, wait=False) == FIRST


def test_while_another_worker_renews_for_long_the_event_waits_uncounted(house: House) -> None:
    claimed_by_another(house)
    clock = Monotonic()
    store = store_of(house, clock)
    clock.now = 1000.0
    threading.Timer(0.2, lambda: setattr(clock, "now", clock.now + 1)).start()
    with pytest.raises(Waiting) as caught:
        store.renew(ORIGIN, None, never)
    assert caught.value.code == "TOKEN_RENEWING"
    assert caught.value.until == f"token:{house.account.id}"
    assert caught.value.seconds == TIMING.token_again


def test_a_renewal_seen_under_way_for_longer_than_any_call_is_taken_over(house: House) -> None:
    claimed_by_another(house)
    clock = Monotonic()
    store = store_of(house, clock)
    assert store.renew(ORIGIN, None, never, wait=False) is None
    clock.now += TIMING.token_still - 0.1
    assert store.renew(ORIGIN, None, never, wait=False) is None
    clock.now += 0.2
    assert store.renew(ORIGIN, None, gives(FIRST)) == FIRST


def test_a_process_that_was_frozen_before_its_request_left_does_not_send_it(house: House) -> None:
    clock = Monotonic()

    def late(stored: TokenSet | None, guard: Guard) -> TokenSet:
        clock.now += TIMING.token_still
        return gives(FIRST)(stored, guard)

    with pytest.raises(Waiting):
        store_of(house, clock).renew(ORIGIN, None, late)
    assert store_of(house).current(ORIGIN) is None


def test_a_worker_taken_for_dead_that_stores_after_all_saves_the_connection(house: House) -> None:
    def refused_meanwhile(_stored: TokenSet | None, _guard: Guard) -> TokenSet:
        with house.ledger.write() as tx:
            tokens.ACCOUNTS.store(tx, house.ledger.vault, house.account.id, ORIGIN, SECOND, 0, NOW)
        return refused(None, lambda: None)

    assert store_of(house).renew(ORIGIN, None, refused_meanwhile) == SECOND


def test_a_refused_early_renewal_sounds_an_alarm_that_a_new_connection_clears(house: House) -> None:
    store = store_of(house)
    store.renew(ORIGIN, None, gives(FIRST))
    with pytest.raises(Auth):
        store.renew(ORIGIN, FIRST, refused, wait=False)
    assert open_alarms(house) == [ALARM]
    assert store.renew(ORIGIN, FIRST, never, wait=False) == FIRST  # not asked again by every call
    store.replace(ORIGIN, SECOND)
    assert open_alarms(house) == []
    assert store.current(ORIGIN) == SECOND


def test_a_refusal_after_an_unclear_answer_says_that_a_token_was_lost(house: House) -> None:
    def unclear(_stored: TokenSet | None, _guard: Guard) -> TokenSet:
        raise Transient("no answer", system="test", code="TOKEN_UNCLEAR")

    store = store_of(house)
    with pytest.raises(Transient):
        store.renew(ORIGIN, None, unclear)
    with pytest.raises(Auth) as caught:
        store.renew(ORIGIN, None, refused)
    assert "cut short" in caught.value.detail
    assert store.renew(ORIGIN, None, gives(FIRST)) == FIRST
    with pytest.raises(Auth) as caught:
        store.renew(ORIGIN, FIRST, refused)
    assert "cut short" not in caught.value.detail


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_token_got_while_the_ledger_is_away_is_stored_as_soon_as_it_is_back(house: House) -> None:
    home = house.ledger.path  # type: ignore[attr-defined]
    aside = home.with_name("aside")

    def and_away(stored: TokenSet | None, guard: Guard) -> TokenSet:
        home.rename(aside)
        threading.Timer(0.5, lambda: aside.rename(home)).start()
        return FIRST

    store = store_of(house)
    assert store.renew(ORIGIN, None, and_away) == FIRST
    assert store_of(house).current(ORIGIN) == FIRST


def test_removing_an_account_forgets_its_tokens(house: House) -> None:
    from ledger import connections

    store_of(house).renew(ORIGIN, None, gives(FIRST))
    with house.ledger.write() as tx:
        assert tokens.standings(tx)[house.account.id].expires_at == FIRST.expires_at
        connections.remove_account(tx, house.account.id)
    assert store_of(house).current(ORIGIN) is None


def test_tokens_of_an_old_login_go_a_day_after_the_new_one_was_stored(house: House) -> None:
    shared = Tokens(house.ledger, TIMING, lambda: datetime.now(UTC))
    later = Tokens(house.ledger, TIMING, lambda: datetime.now(UTC) + timedelta(days=2))
    shared.of(house.account).renew(ORIGIN, None, gives(FIRST))
    later.of(house.account).renew("origin-2", None, gives(SECOND))
    assert later.of(house.account).current(ORIGIN) is None
    assert later.of(house.account).current("origin-2") == SECOND
