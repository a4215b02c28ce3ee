"""Listing the documents of some days, where the system can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.manifest import Manifest
from adapters.wire import compare
from schemas.errors import AdapterError
from tests.adapters.contract.bench import Bench
from tests.adapters.contract.suite import clause
from tests.adapters.drafts import draft


def lists(manifest: Manifest) -> bool:
    return manifest.lists


@clause(lists, live=True)
def a_list_shows_what_was_issued_on_its_days_and_only_that(bench: Bench) -> None:
    wanted, adapter = draft(), bench.adapter()
    made, day = adapter.issue(wanted), wanted.issue_date
    mine = [one for one in adapter.listed(day, day) if one.reference == wanted.reference]
    assert [(one.system_id, one.state, compare(wanted, one)) for one in mine] == [(made.system_id, "issued", ())]
    others = adapter.listed(day - timedelta(3), day - timedelta(1))
    assert made.system_id not in {one.system_id for one in others}


@clause(lists)
def a_list_is_read_to_its_last_page(bench: Bench) -> None:
    wanted, adapter = draft(), bench.adapter()
    for number in range(104):
        adapter.issue(replace(wanted, reference=f"{wanted.reference}-{number}"))
    found = {one.reference for one in adapter.listed(wanted.issue_date, wanted.issue_date)}
    assert len(found) == 104


@clause(lists)
def a_list_that_breaks_off_says_so_and_is_never_taken_for_a_short_one(bench: Bench) -> None:
    wanted, adapter = draft(), bench.adapter()
    adapter.issue(wanted)
    for name, status in (("500", 503), ("html_200", 0), ("empty_200", 0), ("half", 0)):
        bench.arm(name, method="GET", status=status)
        with pytest.raises(AdapterError):
            list(adapter.listed(wanted.issue_date, wanted.issue_date))
