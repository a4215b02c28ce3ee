"""Every vector that ends in a document is issued through every system's simulator, which adds up by its own rule.

The table system × vector is docs/evidence/vectors.md; BILLHOOK_GOLDEN=1 writes it anew.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from adapters import ADAPTERS, manifest_of
from adapters.base import Adapter
from adapters.styles import STYLES
from adapters.wire import compare, encode
from console.vectorfile import Question, question_of
from schemas.document import Document, Draft, Issued, Kind, Sight
from schemas.errors import Permanent, Unsupported
from schemas.money import net_reachable, plain, said
from tests.adapters.contract.bench import Bench, Vendor, bench_of
from tests.adapters.vectors.stages import Stage, refusal, roundings, stage_of
from tests.money.shop import VECTORS
from workers.decide import decide

TABLE = Path(__file__).parents[3] / "docs" / "evidence" / "vectors.md"
SYSTEMS = sorted(ADAPTERS)


@dataclass(frozen=True)
class Outcome:
    """What became of one vector: the document as the system tells it, or why it was refused."""

    wanted: Draft
    document: Document | None = None
    refused: str = ""


@cache
def _input(path: Path) -> Question:
    data = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return question_of(data["input"])


@cache
def _draft(path: Path) -> Draft | None:
    question = _input(path)
    return decide(question.order, question.history, question.rules, question.trigger).draft


PAPERS = [path for path in VECTORS if _draft(path)]


@contextmanager
def _bench(system: str) -> Iterator[Bench]:
    vendor: Vendor = importlib.import_module(f"tests.adapters.contract.test_{system}").VENDOR
    with bench_of(vendor) as bench:
        yield bench


@pytest.fixture(scope="module")
def outcomes() -> dict[tuple[str, str], Outcome]:
    """All of them, issued once."""
    found: dict[tuple[str, str], Outcome] = {}
    for system in SYSTEMS:
        with _bench(system) as bench:
            for path in PAPERS:
                found[system, path.stem] = _outcome(bench, path)
    return found


def _outcome(bench: Bench, path: Path) -> Outcome:
    drafted = _draft(path)
    assert drafted is not None
    stage = stage_of(bench.manifest.key, drafted)
    wanted = stage.sold(drafted)
    bench.reset()
    bench.switch(stage.settings)
    adapter = bench.adapter(options=stage.options, deadline=10.0)
    try:
        return Outcome(wanted, _issued(adapter, wanted, _input(path).history, bench, stage))
    except Permanent as error:
        assert bench.count(wanted.reference) == 0, "a refusal must leave nothing behind"
        return Outcome(wanted, refused=refusal(error, wanted, bench.manifest) or f"{error.code}: {error.detail}")


def _issued(adapter: Adapter, wanted: Draft, history: tuple[Issued, ...], bench: Bench, stage: Stage) -> Document:
    """Issue it after what it follows, and look it up: what the system says of it when it is asked."""
    followed = next((stage.sold(_earlier(entry, wanted)) for entry in history), None)
    original = _followed(adapter, followed) if followed else None
    if wanted.kind is Kind.CREDIT_NOTE:
        assert original is not None
        assert followed is not None
        made = adapter.credit(wanted, original, followed)
    else:
        made = adapter.issue(wanted, original)
    found = bench.adapter(options=stage.options, deadline=10.0).find(wanted, original)
    assert found.sight is Sight.ONE, found.why
    assert found.document.system_id == made.system_id
    return found.document


def _followed(adapter: Adapter, earlier: Draft) -> Document | None:
    """The document that is followed; a proforma that the system cannot make is not there for any order either."""
    try:
        return adapter.issue(earlier)
    except Unsupported:
        assert earlier.kind is Kind.PROFORMA
        return None


def _earlier(entry: Issued, wanted: Draft) -> Draft:
    """A document of the vector's history, with what the vectors leave out: the order it is of, and its days."""
    rows = (replace(row, net_reachable=net_reachable(row.gross, row.rate or Decimal(0), entry.draft.decimals))
            for row in entry.draft.breakdown)  # fmt: skip
    return replace(entry.draft, kind=entry.kind, order_id=wanted.order_id, order_number=wanted.order_number,
                   counter="1", reference=f"{wanted.reference}/before", issue_date=wanted.issue_date,
                   due_date=wanted.due_date, buyer=wanted.buyer, breakdown=tuple(rows))  # fmt: skip


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_simulator_comes_to_the_vectors_total_or_the_refusal_has_a_reason(
    outcomes: dict[tuple[str, str], Outcome], system: str, path: Path
) -> None:
    outcome = outcomes[system, path.stem]
    expected = json.loads(path.read_text("utf-8"))["expected"]["document"]
    assert said(outcome.wanted.totals.gross, outcome.wanted.decimals) == expected["totals"]["gross"]
    if outcome.document is None:
        assert ":" not in outcome.refused, outcome.refused
        return
    assert outcome.document.gross == Decimal(expected["totals"]["gross"])
    assert compare(outcome.wanted, outcome.document) == ()
    assert abs(_rounding(system, outcome.wanted)) <= roundings(outcome.wanted)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_refuses_only_what_its_manifest_or_its_country_leaves_out(
    outcomes: dict[tuple[str, str], Outcome], system: str
) -> None:
    mine = [outcome for (key, _), outcome in outcomes.items() if key == system]
    assert len(mine) == len(PAPERS) == 20
    assert sum(outcome.document is not None for outcome in mine) >= 15
    exact = {"fakturownia", "fakturoid", "fortnox", "idoklad"}
    assert system not in exact or not [o for o in mine if o.refused == "no exact encoding"]


def test_the_table_is_what_happened(outcomes: dict[tuple[str, str], Outcome]) -> None:
    table = _table(outcomes)
    if os.environ.get("BILLHOOK_GOLDEN") == "1":
        TABLE.write_text(table, "utf-8")
    assert TABLE.read_text("utf-8") == table, "run it with BILLHOOK_GOLDEN=1, then read the difference"


def _table(outcomes: dict[tuple[str, str], Outcome]) -> str:
    heads = ["vector", "", *(manifest_of(system).label for system in SYSTEMS)]
    rows = [heads, ["---"] * len(heads)]
    for path in PAPERS:
        wanted = outcomes[SYSTEMS[0], path.stem].wanted
        asked = f"{wanted.kind.value.replace('_', ' ')}, {said(wanted.totals.gross, wanted.decimals)} {wanted.currency}"
        rows.append([path.stem, asked, *(_cell(system, outcomes[system, path.stem]) for system in SYSTEMS)])
    told = (
        "# Vectors through the simulators\n\n"
        "Each vector that ends in a document, issued over HTTP through each system's simulator, which adds up by its\n"
        "own rule; the figure is the total that it tells when it is asked. A rounding is a position outside VAT,\n"
        "where no net amounts give the total. Written by `tests/adapters/vectors` (`BILLHOOK_GOLDEN=1`), which\n"
        "compares otherwise.\n\n"
    )
    return told + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def _cell(system: str, outcome: Outcome) -> str:
    if outcome.document is None:
        return f"– {outcome.refused}"
    rounding = _rounding(system, outcome.wanted)
    total = said(outcome.document.gross, outcome.wanted.decimals)
    return f"{total}, rounding {plain(rounding)}" if rounding else total


def _rounding(system: str, wanted: Draft) -> Decimal:
    return encode(wanted, STYLES[system], system).rounding
