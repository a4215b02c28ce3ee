"""Every few minutes the clock compares RQ's registries with the ledger: what ops see must be what is.

A killed worker, a ring lost on its way or a Redis restored from an old copy leave entries that nothing else touches.
Safe at any moment: the bell changes no job that waits in its queue or runs (workers/bell.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import structlog

from ledger import connections, events, wakings
from ledger.states import Standing, standings
from schemas.event import State
from workers.services import Services

log = structlog.get_logger(__name__)

Say = Callable[[Sequence[tuple[str, str]]], None]

#: A day is longer than any run, and than the clocks of hosts are apart.
_REMEMBERED = timedelta(days=1)
#: So many jobs are put right in one round trip.
PAGE = 500


def tidy(services: Services) -> None:
    """Entries of events that are done, or that nobody knows, go; dead events that lack a failed job get one."""
    with services.ledger.read() as tx:
        shops = [shop.key for shop in connections.list_shops(tx, services.ledger.vault)]
    failed: set[str] = set()
    for shop in shops:
        failed |= _compare(services, shop)
    with services.ledger.write() as tx:
        wakings.forget(tx, services.now() - _REMEMBERED)
    put_back = _fail_the_dead(services, failed)
    if put_back:
        log.warning("failed_jobs_put_back", count=put_back)


def _compare(services: Services, shop: str) -> set[str]:
    """Puts a shop's registries right; gives the ids of its failed jobs that are rightly there."""
    scheduled, failed = services.bell.resting(shop)
    with services.ledger.read() as tx:
        known = standings(tx, {*scheduled, *failed})
    over = [job_id for job_id in {*scheduled, *failed} if _is_over(known.get(job_id))]
    revived = [job_id for job_id in failed if _is(known.get(job_id), State.WAITING)]
    _in_pages(over, shop, services.bell.silence)
    _in_pages(revived, shop, services.bell.ring)
    if over or revived:
        log.warning("registries_tidied", shop=shop, silenced=len(over), rung=len(revived))
    return {job_id for job_id in failed if _is(known.get(job_id), State.DEAD)}


def _is_over(standing: Standing | None) -> bool:
    return standing is None or standing.state is State.DONE


def _is(standing: Standing | None, state: State) -> bool:
    return standing is not None and standing.state is state


def _in_pages(ids: list[str], shop: str, say: Say) -> None:
    for start in range(0, len(ids), PAGE):
        say([(job_id, shop) for job_id in ids[start : start + PAGE]])


def _fail_the_dead(services: Services, failed: Iterable[str]) -> int:
    """Dead events without a failed job get theirs, page by page; gives how many."""
    have, after, count = set(failed), "", 0
    while True:
        with services.ledger.read() as tx:
            rows = events.dead_ids(tx, after, PAGE)
        if not rows:
            return count
        lacking = [row for row in rows if row.event_id not in have]
        if lacking:
            services.bell.fail(lacking)
        after, count = rows[-1].event_id, count + len(lacking)
