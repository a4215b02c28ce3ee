"""Guard, budget and limits: when nothing may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from schemas.errors import (
    RateLimited,
    Waiting,
)
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause
from tests.adapters.drafts import draft


@clause()
def a_guard_that_refuses_means_that_nothing_was_sent(bench: Bench) -> None:
    bench.ports.lease_lost = True
    with pytest.raises(Waiting):
        bench.adapter().issue(draft())
    assert bench.ports.asked == 1
    assert bench.requests(writes=True) == []


@clause()
def every_write_asks_the_guard_once(bench: Bench) -> None:
    bench.adapter().issue(draft())
    assert bench.ports.asked == len(bench.requests(writes=True))
    assert bench.creates() == 1


@clause()
def a_used_up_budget_means_that_nothing_was_sent(bench: Bench) -> None:
    bench.ports.used_up = True
    for tried in (
        bench.adapter().verify,
        lambda: bench.adapter().issue(draft()),
        lambda: bench.ask(bench.adapter(), draft()),
    ):
        with pytest.raises(RateLimited):
            tried()
    assert bench.requests() == []


@clause()
def a_429_waits_as_long_as_the_system_says(bench: Bench) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    said: list[tuple[str | None, float, float]] = [("7", 7, 7)]
    said += [(date, 80, 91), (None, 60, 60)] if bench.vendor.retry_after else []
    if bench.vendor.pause:
        said = [(None, bench.vendor.pause, bench.vendor.pause)]
    for told, least, most in said:
        bench.arm("429", retry_after=told)
        with pytest.raises(RateLimited) as caught:
            bench.adapter().issue(draft())
        assert least <= caught.value.retry_after <= most
        assert bench.ports.penalties.pop() == caught.value.retry_after
    assert bench.documents() == 0
