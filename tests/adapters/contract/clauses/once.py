"""Once: one reference, one document."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import (
    Ambiguous,
)
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
