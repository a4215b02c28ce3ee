"""What is written for operators and auditors agrees with what there is."""

from __future__ import annotations

import ast
import importlib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tools import licences
from tools.advisories import about, newest
from tools.audit import PRODUCT, Known, checked_by_bandit, looked_up, read
from tools.closure import ROOT, installed, named
from workers.reconcile import nightly
from workers.reconcile.findings import What

DOCS = ROOT / "docs"
NOSEC = re.compile(r"# nosec\b ?([B\d, ]*)")


def sources(*places: str) -> Iterator[Path]:
    for place in places:
        path = ROOT / place
        yield from path.rglob("*.py") if path.is_dir() else [path]


def alarm_kinds() -> set[str]:
    """Every kind that some source hands to `alarms.sound`."""
    kinds: set[str] = set()
    for path in sources("workers", "console", "ledger", "webhooks"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "alarms.sound":
                kinds |= kinds_of(module, call.args[1])
    return kinds


def kinds_of(module: str, said: ast.expr) -> set[str]:
    if ast.unparse(said) == "kind":  # a finding of the night
        return {f"{nightly.PREFIX}{what.value}" for what in What}
    return {str(eval(ast.unparse(said), vars(importlib.import_module(module))))}  # noqa: S307 - our own source


def test_the_runbook_tells_what_to_do_about_every_alarm() -> None:
    told = set(re.findall(r"^\| `([a-z_]+)` \|", (DOCS / "runbook.md").read_text(), re.M))
    kinds = alarm_kinds()
    assert len(kinds) > 10
    assert told == kinds


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named_files = set(re.findall(r"`(\w[\w/]*(?:\.py|/))`", (DOCS / "threat-model.md").read_text()))
    missing = [name for name in named_files if not (ROOT / "tests" / name).exists() and not (ROOT / name).exists()]
    assert len(named_files) > 20
    assert missing == []


def test_whatever_bandit_leaves_out_is_explained() -> None:
    skipped = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["bandit"]["skips"])
    marked = [(path, code) for path in sources(*PRODUCT) for code in NOSEC.findall(path.read_text())]
    assert not [path for path, code in marked if not re.fullmatch(r"B\d{3}", code.strip())], "a nosec without its rule"
    explained = set(re.findall(r"^\| (B\d{3}) ", (DOCS / "security.md").read_text(), re.M))
    assert explained == skipped | {code.strip() for _, code in marked}


@pytest.mark.slow
def test_bandit_has_nothing_open() -> None:
    assert checked_by_bandit() == 0, "make audit"


def test_every_package_that_runs_has_its_licence_on_the_page() -> None:
    rows = dict(re.findall(r"^\| ([\w.-]+) \| (.+?) \|", licences.PAGE.read_text(), re.M))
    packages = installed()
    assert len(packages) > len(named()) > 20
    ours = {requirement.name.lower().replace("_", "-") for requirement in named()}
    # What those need in turn differs with the Python: the page has it as of its making
    assert sorted(ours - rows.keys()) == [], "make licences"
    assert {name: licences.licence(packages[name]) for name in ours} == {name: rows[name] for name in ours}
    assert [name for name, said in rows.items() if re.search(r"not stated|AGPL|SSPL|(?<!L)GPL-|^GPL", said)] == []


def test_every_package_that_runs_is_pinned_also_those_that_others_asked_for() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {(canonicalize_name(name), version) for name, _, version in (line.partition("==") for line in lines)}
    assert [name for name, one in installed().items() if (name, one.version) not in pinned] == [], "make pins"
    assert "-c constraints.txt" in (ROOT / "requirements.txt").read_text().splitlines()


def answer(*rows: dict[str, object]) -> str:
    return json.dumps({"dependencies": rows, "fixes": []})


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (answer({"name": "a", "version": "1", "vulns": []}), Known({}, ("b",))),
        (
            answer({"name": "a", "version": "1", "vulns": [{"id": "X-1"}]}, {"name": "b", "vulns": []}),
            Known({"a": ["X-1"]}, ()),
        ),
        (answer({"name": "a", "skip_reason": "not found"}, {"name": "b", "vulns": []}), Known({}, ("a",))),
        ("", Known({}, ("a", "b"))),
        ("[]", Known({}, ("a", "b"))),
    ],
)
def test_what_was_not_answered_for_is_never_taken_for_clean(said: str, known: Known) -> None:
    assert read(said, ("a", "b")) == known


ADVISORY = """
id: PYSEC-0000-1
modified: "2026-11-20T10:00:00Z"
affected:
- package: {name: Flask, ecosystem: PyPI}
  ranges:
  - type: GIT
    events: [{introduced: "0"}]
  - type: ECOSYSTEM
    events: RANGE
  versions: ["0.5"]
"""


def database(folder: Path, events: str) -> Path:
    """An advisory database with one advisory about Flask."""
    (folder / "vulns" / "flask").mkdir(parents=True)
    (folder / "vulns" / "flask" / "PYSEC-0000-1.yaml").write_text(ADVISORY.replace("RANGE", events))
    return folder


@pytest.mark.parametrize(
    ("events", "version", "holds"),
    [
        ('[{introduced: "0"}, {fixed: "2.2.5"}, {introduced: "2.3.0"}, {fixed: "2.3.2"}]', "2.2.4", True),
        ('[{introduced: "0"}, {fixed: "2.2.5"}, {introduced: "2.3.0"}, {fixed: "2.3.2"}]', "2.2.5", False),
        ('[{introduced: "0"}, {fixed: "2.2.5"}, {introduced: "2.3.0"}, {fixed: "2.3.2"}]', "2.3.1", True),
        ('[{introduced: "2.10"}, {last_affected: "2.11"}]', "2.9", False),
        ('[{introduced: "2.10"}, {last_affected: "2.11"}]', "2.11", True),
        ('[{introduced: "2.10"}, {last_affected: "2.11"}]', "2.12", False),
        ('[{introduced: "0"}]', "99", True),
        ('[{introduced: "9"}]', "0.5", True),  # named among the versions
        ('[{introduced: "9"}, {fixed: "no-version"}]', "1.0", True),  # a person looks at it
    ],
)
def test_which_versions_an_advisory_is_about(tmp_path: Path, events: str, version: str, holds: bool) -> None:
    assert [one["id"] for one in about(database(tmp_path, events), "flask", version)] == ["PYSEC-0000-1"] * holds
    assert about(tmp_path, "other", version) == []
    assert newest(tmp_path) == "2026-11-20"


def test_a_vulnerable_package_of_ours_is_found_without_the_network(tmp_path: Path) -> None:
    known = looked_up(database(tmp_path, '[{introduced: "0"}]'))
    assert known == Known({"flask": ["PYSEC-0000-1"]}, ())


def test_a_folder_without_advisories_is_no_clean_result(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no advisories"):
        newest(tmp_path)
