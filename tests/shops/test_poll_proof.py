"""The promise of polling: however badly a shop's webhooks behave, every due order gets exactly one invoice."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.stack import Stack
from tests.shops import poll_storm
from tests.shops.poll_storm import DISORDERED, DOUBLED, DROPPED, Closed, Day
from workers.timing import timing_of

SEED = 20261121
TIMING = timing_of("fast")
#: 60 s beside the period, scaled like the profile, for a machine four times slower.
SLACK = 60 / 20 * 4


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_due_order_gets_one_invoice_however_badly_the_shop_sends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    count, old = (500, 300) if poll_storm.long_run() else (100, 60)
    began = time.monotonic()
    with Stack(tmp_path, dict(poll_storm.environ())) as stack:
        day = poll_storm.begin(tmp_path, stack, SEED)
        day.stir(old)
        poll_storm.connect(day, datetime.now(UTC) - timedelta(hours=1))
        stack.worker()
        stack.clock()
        live_through(day, count)
        poll_storm.settled(day, 600)
        lags, closed = poll_storm.found_after(day), poll_storm.close(day)
        dropped = [order.id for order in day.placed if not order.told]
        sources = {order_id: poll_storm.by_source(day, order_id) for order_id in dropped}
        counts = day.shop("summary")["sender"]
    with capsys.disabled():
        print("\n" + figures(day, counts, closed, [lags[order_id] for order_id in dropped], time.monotonic() - began))
    assert (closed.extra, closed.for_old, closed.dead, closed.mails, closed.wrong) == (0, 0, 0, 0, [])
    assert closed.invoices == closed.due > count // 2
    assert all(sources[order_id] >= {"poll"} for order_id in dropped) and len(dropped) == count // 20
    assert max(lags.values()) <= TIMING.poll + SLACK
    assert day.on_at - day.off_at <= 2 * TIMING.poll + SLACK
    assert min(counts[fate] for fate in ("dropped", "doubled", "disordered")) > 0


def live_through(day: Day, count: int) -> None:
    """The orders of the day: 5 % of them unheard of, the door away in the middle, the old ones stirred up beside."""
    rates = {"drop_rate": DROPPED, "double_rate": DOUBLED, "disorder_rate": DISORDERED}
    day.shop("settings", {**rates, "delivery_timeout": 5.0, "runners": 2, "seed": SEED})
    unheard = set(day.dice.sample(range(count), count // 20))
    for number in range(count):
        if number == count // 2:
            day.away()
            day.touch_old()
        day.place_unheard() if number in unheard else day.place()
    day.back(120)


def figures(day: Day, counts: dict[str, int], closed: Closed, lags: list[float], seconds: float) -> str:
    told = (
        f"{len(day.placed)} orders, {closed.due} due, and {len(day.old)} older than the starting line",
        f"webhooks {counts}",
        f"{closed.invoices} invoices, {closed.extra} extra, {closed.for_old} for old ones, {closed.dead} dead letters",
        f"{len(lags)} orders of which no webhook told found after {max(lags):.1f} s at most (period {TIMING.poll:g} s)",
        f"webhooks on again {day.on_at - day.off_at:.1f} s after one was switched off",
        f"{seconds:.0f} s in all.",
    )
    return "; ".join(told)
