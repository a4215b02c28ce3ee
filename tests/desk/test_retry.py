"""next_step: what happens next to an event, from the error alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from schemas.errors import (
    Ambiguous,
    Auth,
    BillhookError,
    Permanent,
    RateLimited,
    Transient,
    Unbalanced,
    Unreadable,
    Unsupported,
    Waiting,
)
from workers.retry import TRIES, Step, next_step
from workers.timing import FAST, REAL, timing_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def step(error: Exception, attempt: int = 1, seed: int = 1, settle: float = 20.0) -> Step:
    return next_step(error, attempt, NOW, REAL, random.Random(seed), settle=settle)


def transient() -> Transient:
    return Transient("connection refused", system="fakturownia")


def test_transient_errors_are_tried_at_least_12_times_over_at_least_72_hours() -> None:
    for seed in range(50):
        rng, at, tries = random.Random(seed), NOW, 1
        while (s := next_step(transient(), tries, at, REAL, rng, settle=0)).state == "wait":
            assert s.due_at is not None and s.counted
            at, tries = s.due_at, tries + 1
        assert tries == TRIES >= 12
        assert at - NOW >= timedelta(hours=72)


def test_backoff_has_at_least_20_percent_jitter() -> None:
    delays = [(step(transient(), 5, seed).due_at or NOW) - NOW for seed in range(200)]
    assert max(delays) / min(delays) > 1.2 / 0.8


def test_retry_after_is_obeyed_exactly_and_not_counted() -> None:
    s = step(RateLimited("slow down", system="fakturownia", retry_after=77))
    assert (s.due_at, s.counted) == (NOW + timedelta(seconds=77), False)


@pytest.mark.parametrize(
    "error",
    [
        Permanent("buyer_tax_no - nie może być puste", system="fakturownia"),
        Unsupported("no proforma", system="konto"),
        Unreadable("not an order", {"id": "missing"}),
        Unbalanced("sums differ"),
    ],
)
def test_permanent_errors_are_dead_at_once(error: BillhookError) -> None:
    s = step(error)
    assert (s.state, s.code, s.detail, s.remedy) == ("dead", error.code, error.detail, error.remedy)


def test_auth_pauses_the_account_and_waits_for_it_uncounted() -> None:
    s = step(Auth("token revoked", system="fakturownia"))
    assert (s.state, s.pause, s.condition, s.counted) == ("wait", True, "account", False)
    assert s.due_at == NOW + timedelta(seconds=REAL.condition)


def test_ambiguous_is_not_looked_at_before_the_settle_delay() -> None:
    s = step(Ambiguous("no answer", system="fakturownia"), settle=500.0)
    assert s.due_at is not None and s.due_at >= NOW + timedelta(seconds=500)


def test_waiting_is_never_counted_and_keeps_its_condition() -> None:
    s = step(Waiting("no route", until="route"))
    assert (s.state, s.condition, s.counted) == ("wait", "route", False)
    assert s.due_at == NOW + timedelta(seconds=REAL.condition)


def test_an_unknown_exception_is_retried_then_dead_and_its_text_is_not_kept() -> None:
    error = ValueError("token=SECRET")
    assert step(error).state == "wait"
    last = step(error, TRIES)
    assert last.state == "dead" and "SECRET" not in last.detail + last.remedy


def test_the_fast_profile_is_20_times_sooner_in_everything() -> None:
    assert timing_of("fast").lease_still == REAL.lease_still / FAST
    with pytest.raises(ValueError, match="real or fast"):
        timing_of("slow")
