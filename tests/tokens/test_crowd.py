"""Any number of worker processes and one single-use refresh token, on both databases."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Mapping

import pytest

from ledger import tokens
from tests.ledger.fixtures import House
from tests.tokens.conftest import Crowd
from tests.tokens.crowd import oauth_of
from tests.tokens.endpoint import Endpoint


def kill(said: Mapping[str, str]) -> bool:
    """The process that asks is no more."""
    os.kill(int(said["pid"]), signal.SIGKILL)
    return True


def kept(house: House) -> tokens.Standing:
    with house.ledger.read() as tx:
        return tokens.standings(tx)[house.account.id]


def test_twenty_processes_use_one_rotating_refresh_token_two_hundred_times(
    house: House, endpoint: Endpoint, crowd: Crowd
) -> None:
    endpoint.most_uses = 25
    said = crowd(house.url, endpoint.url, 20, 10)
    assert Counter(use for process in said for use in process) == {"done": 200}
    assert len(endpoint.uses) == 200
    assert endpoint.refused == []
    assert len(endpoint.asked) == 8
    stored = oauth_of(house.ledger, house.account, endpoint.url).tokens()
    assert (stored.access, stored.refresh) == (endpoint.access[-1], endpoint.refresh)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_renewer_killed_before_the_address_heard_of_it_loses_nothing(
    house: House, endpoint: Endpoint, crowd: Crowd
) -> None:
    endpoint.most_uses = 6
    endpoint.before_token = lambda number, said: number == 3 and kill(said)
    said = crowd(house.url, endpoint.url, 5, 8)
    assert Counter(use for process in said for use in process) == {"done": 32}
    assert endpoint.refused == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_renewer_killed_before_it_stored_the_answer_costs_the_connection_and_that_is_said(
    house: House, endpoint: Endpoint, crowd: Crowd
) -> None:
    endpoint.most_uses = 6
    endpoint.on_token = lambda number, said: number == 3 and kill(said)
    said = crowd(house.url, endpoint.url, 5, 8)
    ends = Counter(use for process in said for use in process)
    assert len(said) == 4
    assert len(endpoint.uses) == 12
    lost = [end for end in ends if end != "done"]
    assert all("cut short" in end and "flask account resume main" in end for end in lost)
    assert len(lost) == 1
    assert set(endpoint.refused) == {"refresh-2"}


def test_after_a_lost_connection_a_new_refresh_token_goes_on(house: House, endpoint: Endpoint, crowd: Crowd) -> None:
    oauth_of(house.ledger, house.account, endpoint.url).tokens()
    endpoint.refresh = "refresh-of-a-new-consent"
    anew = oauth_of(house.ledger, house.account, endpoint.url, refresh="refresh-of-a-new-consent")
    assert anew.tokens().access == "access-2"
    assert anew.tokens().refresh == "refresh-2"
    assert endpoint.refused == []
    assert kept(house).expires_at is not None
