"""The 25 orders with the exact document expected, through the preview command, in every system's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.wire import STYLES
from console.preview import preview
from tests.money.models import check_document, check_gross, check_net
from tests.money.shop import FIXTURES, SHARED, VECTORS

_INFORMATIVE = {"unit_net", "unit_gross", "name"}
_WITH_DOCUMENT = [path for path in VECTORS if json.loads(path.read_text(encoding="utf-8"))["expected"]["document"]]


def run(path: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(preview, ["--json", *options, str(path)])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    return answer


def stripped(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Without what is free: names, and unit prices, which are compared apart."""
    if document is None:
        return None
    lines = [{k: v for k, v in line.items() if k not in _INFORMATIVE} for line in document["lines"]]
    return {**document, "lines": lines}


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector_gives_the_expected_decision_and_document(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))["expected"]
    answer = run(path)
    assert {k: answer[k] for k in ("decision", "reason", "warnings")} == {
        k: expected[k] for k in ("decision", "reason", "warnings")
    }
    assert stripped(answer["document"]) == stripped(expected["document"])
    for mine, theirs in zip(
        *((d or {}).get("lines", []) for d in (answer["document"], expected["document"])), strict=True
    ):
        for price in ("unit_net", "unit_gross"):
            assert abs(float(mine[price]) - float(theirs[price])) <= 1e-6


@pytest.mark.parametrize("system", sorted(STYLES))
@pytest.mark.parametrize("path", _WITH_DOCUMENT, ids=lambda path: path.stem)
def test_positions_give_the_document_back_in_the_model_systems(path: Path, system: str) -> None:
    answer = run(path, "--system", system)
    history = json.loads(path.read_text(encoding="utf-8"))["input"]["history"]
    earlier = sum(h["kind"] == "credit_note" for h in history)
    wire, document = answer["wire"], answer["document"]
    check_document(document, earlier)
    if wire["style"] == "net":
        check_net(document, wire["positions"], wire["rounding"])
    else:
        check_gross(document, wire["positions"], earlier)
        assert wire["rounding"] in ("0", "0.00")


@pytest.mark.parametrize("path", VECTORS[:1] + VECTORS[15:16], ids=lambda path: path.stem)
def test_preview_prints_a_page_that_a_person_can_read(path: Path) -> None:
    result = CliRunner().invoke(preview, [str(path)])
    assert result.exit_code == 0
    document = json.loads(path.read_text(encoding="utf-8"))["expected"]["document"]
    assert document["totals"]["gross"] in result.output and document["buyer"]["name"] in result.output


@pytest.mark.parametrize("document", [None, "proforma's"])
def test_a_document_in_flight_needs_no_figures(tmp_path: Path, document: str | None) -> None:
    vector = json.loads(VECTORS[16].read_text(encoding="utf-8"))
    (paper,) = vector["input"]["history"]
    paper |= {"state": "in_flight", "document": paper["document"] if document else None}
    (tmp_path / "flying.json").write_text(json.dumps(vector), encoding="utf-8")
    answer = run(tmp_path / "flying.json")
    assert (answer["decision"], answer["reason"]) == ("wait", "DOCUMENT_IN_FLIGHT")


def test_a_vector_with_holes_is_refused_in_words(tmp_path: Path) -> None:
    vector = json.loads(VECTORS[16].read_text(encoding="utf-8"))
    del vector["input"]["history"][0]["kind"]
    (tmp_path / "holes.json").write_text(json.dumps(vector), encoding="utf-8")
    answer = run(tmp_path / "holes.json")
    assert (answer["decision"], answer["reason"]) == ("refuse", "UNREADABLE")
    assert "kind" in answer["detail"]


def test_unknown_words_in_a_vectors_policy_are_ignored(tmp_path: Path) -> None:
    vector = json.loads(VECTORS[0].read_text(encoding="utf-8"))
    vector["input"]["policy"]["invented"] = True
    (tmp_path / "more.json").write_text(json.dumps(vector), encoding="utf-8")
    assert run(tmp_path / "more.json")["decision"] == "invoice"


def test_the_input_alone_is_as_good_as_the_whole_vector(tmp_path: Path) -> None:
    vector = json.loads(VECTORS[0].read_text(encoding="utf-8"))
    (tmp_path / "input.json").write_text(json.dumps(vector["input"]), encoding="utf-8")
    assert run(tmp_path / "input.json")["document"] == run(VECTORS[0])["document"]


def test_a_plain_order_without_its_shop_is_told_what_it_needs(tmp_path: Path) -> None:
    vector = json.loads(VECTORS[0].read_text(encoding="utf-8"))
    (tmp_path / "order.json").write_text(json.dumps(vector["input"]["order"]), encoding="utf-8")
    result = CliRunner().invoke(preview, [str(tmp_path / "order.json")])
    assert result.exit_code == 2
    assert "--shop" in result.output


def test_what_is_no_order_at_all_is_refused_with_its_problems(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(
        '{"policy": {}, "seller": {"country": "PL"}, "order": {"id": 1}}', encoding="utf-8"
    )
    answer = run(tmp_path / "odd.json")
    assert (answer["decision"], answer["reason"]) == ("refuse", "UNREADABLE")
    assert "total" in answer["detail"]


@pytest.mark.skipif(not SHARED.exists(), reason="the team's shared folder is not there: its copies were not compared")
def test_the_copies_are_the_teams_own_files() -> None:
    for path in VECTORS:
        assert path.read_bytes() == (SHARED / "vectors" / path.name).read_bytes()
    rates = (SHARED / "vectors" / "vat_rates.json").read_bytes()
    assert (FIXTURES / "vat_rates.json").read_bytes() == rates
    assert (Path(__file__).parents[2] / "schemas" / "vat_rates.json").read_bytes() == rates
