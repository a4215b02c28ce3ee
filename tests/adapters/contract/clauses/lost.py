"""What was done, when the answer does not come."""

from __future__ import annotations

import time
from typing import Any

import pytest

from adapters.wire import compare
from schemas.document import Sight
from schemas.errors import (
    Ambiguous,
    Transient,
)
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause, closed_door, searchable
from tests.adapters.drafts import draft


@clause()
def a_closed_door_is_transient_and_the_guard_was_not_asked(bench: Bench) -> None:
    with pytest.raises(Transient):
        bench.adapter(url=closed_door()).issue(draft())
    assert bench.ports.asked == 0


@clause(searchable)
def a_timeout_before_the_write_is_ambiguous_and_find_sees_nothing(bench: Bench) -> None:
    lost(bench, "timeout_before", Sight.NONE)


@clause(searchable)
def a_timeout_after_the_write_is_ambiguous_and_find_sees_it(bench: Bench) -> None:
    lost(bench, "timeout_after", Sight.ONE)


@clause(searchable)
def a_reset_before_the_write_is_ambiguous_and_find_sees_nothing(bench: Bench) -> None:
    lost(bench, "reset_before", Sight.NONE)


@clause(searchable)
def a_reset_after_the_write_is_ambiguous_and_find_sees_it(bench: Bench) -> None:
    lost(bench, "reset_after", Sight.ONE)


@clause(searchable)
def half_an_answer_is_ambiguous_and_find_sees_it(bench: Bench) -> None:
    lost(bench, "half", Sight.ONE)


@clause(searchable)
def an_empty_200_is_ambiguous(bench: Bench) -> None:
    lost(bench, "empty_200", Sight.NONE)
    lost(bench, "empty_200", Sight.ONE, commit=True)


@clause(searchable)
def a_web_page_with_200_is_ambiguous(bench: Bench) -> None:
    lost(bench, "html_200", Sight.NONE)
    lost(bench, "html_200", Sight.ONE, commit=True)


@clause(searchable)
def a_500_is_ambiguous(bench: Bench) -> None:
    lost(bench, "500", Sight.NONE)
    lost(bench, "500", Sight.ONE, commit=True)
    lost(bench, "502_after", Sight.ONE)


@clause(searchable)
def a_dripping_answer_ends_at_the_deadline(bench: Bench) -> None:
    began = time.monotonic()
    lost(bench, "drip", Sight.ONE, seconds=0.1)
    assert time.monotonic() - began < 3


@clause(searchable)
def twenty_answers_lost_after_the_write_are_twenty_documents(bench: Bench) -> None:
    for number in range(20):
        wanted = draft()
        bench.arm("reset_after" if number % 2 else "502_after", method="POST")
        with pytest.raises(Ambiguous):
            bench.adapter().issue(wanted)
        found = bench.adapter().find(wanted, doubt=True)
        assert found.sight is Sight.ONE
        assert compare(wanted, found.document) == ()
        assert bench.count(wanted.reference) == 1
    assert bench.documents() == 20


@clause()
def a_slow_answer_within_the_deadline_is_an_answer(bench: Bench) -> None:
    bench.arm("slow", method="POST", seconds=0.2)
    assert bench.adapter().issue(draft()).number


def lost(bench: Bench, fault: str, seen: Sight, **params: Any) -> None:
    """A write whose answer is lost is Ambiguous, and the look-up tells what became of it."""
    wanted = draft()
    bench.arm(fault, method="POST", **params)
    with pytest.raises(Ambiguous) as caught:
        bench.adapter(deadline=1.0).issue(wanted)
    assert caught.value.exchange is not None
    assert caught.value.detail
    bench.disarm()
    assert bench.adapter().find(wanted).sight is seen
