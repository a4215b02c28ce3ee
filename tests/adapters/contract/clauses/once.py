"""Once: one reference, one document."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import (
    Ambiguous,
    Permanent,
)
from schemas.ports import OneMemory
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause, unique
from tests.adapters.drafts import draft


@clause(unique, live=True)
def the_same_reference_twice_is_one_document(bench: Bench) -> None:
    wanted = draft()
    first = bench.adapter().issue(wanted)
    assert bench.adapter().issue(wanted).system_id == first.system_id


@clause(unique)
def four_at_once_make_one_document(bench: Bench) -> None:
    wanted = draft()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: bench.adapter(deadline=10.0).issue(wanted), range(4)))
    assert len({document.system_id for document in made}) == 1
    assert bench.count(wanted.reference) == 1


@clause(unique)
def a_taken_reference_that_look_up_does_not_show_yet_is_ambiguous(bench: Bench) -> None:
    wanted = draft()
    bench.adapter().issue(wanted)
    bench.switch({"lag": 30.0})
    with pytest.raises(Ambiguous):
        bench.adapter().issue(wanted)
    assert bench.count(wanted.reference) == 1


@clause(unique)
def a_taken_reference_is_understood_in_every_wording(bench: Bench) -> None:
    for settings in bench.vendor.other_errors:
        bench.switch(settings)
        wanted = draft()
        first = bench.adapter().issue(wanted)
        assert bench.adapter().issue(wanted).system_id == first.system_id


@clause(lambda manifest: manifest.most_sends > 0)
def a_request_is_sent_no_more_often_than_the_system_allows(bench: Bench) -> None:
    wanted, sends = draft(), OneMemory()
    bench.arm("500", method="POST", times=None)
    for _ in range(bench.manifest.most_sends):
        with pytest.raises(Ambiguous):
            bench.adapter(sends=sends).issue(wanted)
    for _ in range(3):
        with pytest.raises(Permanent) as caught:
            bench.adapter(sends=sends).issue(wanted)
        assert caught.value.code == "TOO_MANY_SENDS"
    assert bench.creates() == bench.manifest.most_sends
    bench.disarm()
    assert bench.adapter(sends=sends).issue(draft()).number, "another request has sends of its own"
