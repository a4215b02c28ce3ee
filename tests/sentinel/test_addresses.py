"""How an address names Sentinels, and what of it reaches the client."""

from __future__ import annotations

import pytest
from redis.sentinel import SentinelConnectionPool

from config import read_settings
from schemas.errors import Misconfigured
from workers.queue.sentinel import Watched, take_apart
from workers.queue.wire import client


def test_hosts_service_database_and_both_logins_are_read() -> None:
    url = "rediss+sentinel://bill:p%40ss@a:26380,[::1],c/books?db=2&sentinel_username=s&sentinel_password=t%2Ft"
    assert take_apart(url) == Watched(
        (("a", 26380), ("::1", 26379), ("c", 26379)), "books", 2, True,
        {"username": "bill", "password": "p@ss"}, {"username": "s", "password": "t/t"},
    )  # fmt: skip
    assert read_settings({"REDIS_URL": url}).redis_url == url


def test_a_password_alone_is_enough() -> None:
    assert take_apart("redis+sentinel://:secret@a/books").login == {"password": "secret"}


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://a,b",
        "redis+sentinel:///books",
        "redis+sentinel://a,,b/books",
        "redis+sentinel://a:99999/books",
        "redis+sentinel://a/books/0",
        "redis+sentinel://a/books?db=x",
        "unix+sentinel://a/books",
    ],
)
def test_an_address_that_cannot_be_is_a_problem_at_the_start(url: str) -> None:
    with pytest.raises(Misconfigured, match="REDIS_URL"):
        read_settings({"REDIS_URL": url})


def test_the_time_for_connecting_is_shared_by_the_sentinels() -> None:
    """The door waits a quarter of a second in all, also when the first Sentinels hang."""
    pool = client("redis+sentinel://:secret@a,b,c,d/books?db=3", 0.4).connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    told = pool.connection_kwargs
    assert (told["socket_timeout"], told["db"], told["password"]) == (0.2, 3, "secret")
    asked = [sentinel.connection_pool.connection_kwargs for sentinel in pool.sentinel_manager.sentinels]
    assert [(one["host"], one["socket_timeout"]) for one in asked] == [(host, 0.05) for host in "abcd"]
    assert not any(one.get("password") for one in asked), "theirs is another login"
