"""What was measured is kept part by part: a part measured again takes the place of what it said before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import evidence


def test_rows_measured_again_are_replaced_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "FILE", tmp_path / "faults.md")
    evidence.write("Another part", "as it was")
    for rows in ([("one", 1), ("two", 2)], [("two", 22)], [("three", 3)]):
        evidence.write_rows("A part", "make something", ("what", "took, s"), rows)
    text = evidence.FILE.read_text()
    assert text.count("## A part") == text.count("| what | took, s | when |") == text.count("make something") == 1
    assert [line.split(" | ")[:2] for line in text.splitlines() if "load" in line] == [
        ["| one", "1"],
        ["| two", "22"],
        ["| three", "3"],
    ]
    assert "## Another part\n\nas it was\n" in text
