"""The account: key, role, series."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas.errors import (
    Auth,
)
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause
from tests.adapters.drafts import draft


@clause(live=True)
def verify_says_whose_account_it_is(bench: Bench) -> None:
    assert bench.adapter().verify().name
    assert bench.ports.asked == 0, "verify is no write"


@clause(live=True)
def a_wrong_key_is_auth_with_a_remedy(bench: Bench) -> None:
    with pytest.raises(Auth) as caught:
        bench.adapter(credentials=bench.vendor.wrong_key).verify()
    assert caught.value.remedy
    assert caught.value.exchange is not None


@clause()
def a_key_that_expires_is_auth_and_nothing_is_made(bench: Bench) -> None:
    bench.arm("expired_token", times=None)
    with pytest.raises(Auth):
        bench.adapter().issue(draft())
    with pytest.raises(Auth):
        bench.ask(bench.adapter(), draft())
    assert bench.documents() == 0


@clause(lambda manifest: manifest.series, live=True)
def series_can_be_chosen(bench: Bench) -> None:
    found = bench.adapter().series()
    assert found
    assert all(entry.id and entry.name for entry in found)


@clause()
def a_role_that_may_only_read_is_auth_with_a_remedy(bench: Bench) -> None:
    if not bench.vendor.read_only:
        pytest.skip("this system has no such role")
    bench.switch(bench.vendor.read_only)
    tries: list[Callable[[], object]] = [lambda: bench.adapter().issue(draft())]
    for tried in [*tries, bench.adapter().verify] if bench.vendor.role_shows else tries:
        with pytest.raises(Auth) as caught:
            tried()
        assert caught.value.remedy
    assert bench.documents() == 0


@clause()
def a_web_page_instead_of_the_api_makes_verify_say_what_to_correct(bench: Bench) -> None:
    bench.arm("html_200", times=None)
    with pytest.raises(Auth) as caught:
        bench.adapter().verify()
    assert "address" in caught.value.remedy
