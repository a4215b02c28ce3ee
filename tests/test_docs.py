"""Every error code has a line in docs/errors.md."""

from __future__ import annotations

import re
from pathlib import Path

from adapters import ADAPTERS
from adapters.matrix import matrix, within
from tests.faults.run import NAMES

ROOT = Path(__file__).parents[1]
FLOORS = ("schemas", "ledger", "adapters", "workers", "webhooks", "console")
#: How a code is said in the source: as a keyword, as an error class' own, or as how an ending or a decision begins.
SAID = re.compile(
    r"""(?:code\s*=\s*|nothing\(\s*|wait\(\s*|refuse\(\s*|_done\(\s*|Ending\(State\.\w+,\s*)"([A-Z][A-Z_]{3,})\""""
)


def codes() -> set[str]:
    texts = (path.read_text() for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
    return {code for text in texts for code in SAID.findall(text)}


def test_every_code_has_a_line_in_the_docs() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    explained = set(re.findall(r"[A-Z][A-Z_]{3,}", page)) | {h.upper() for h in re.findall(r"^## (\w+)", page, re.M)}
    found = codes() - {"ERROR", "ADAPTER", "DEAD", "WAITING"}
    assert len(found) > 60
    assert sorted(found - explained) == []


def test_the_table_of_systems_is_what_the_manifests_say() -> None:
    assert (ROOT / "docs" / "systems.md").read_text() == matrix(), "make matrix"
    readme = (ROOT / "README.md").read_text()
    assert within(readme) == readme, "make matrix"
    assert all((ROOT / "docs" / f"{key}.md").is_file() for key in ADAPTERS), "a page for every system"


def test_every_fault_of_the_register_stands_beside_its_name_and_every_test_that_is_named_exists() -> None:
    told = re.findall(r"`([a-z_]+/[a-z_]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "faults.md").read_text())
    assert len(told) > 60
    for file, name in told:
        text = (ROOT / "tests" / file).read_text()
        assert name in NAMES or f"def {name}" in text, (file, name)
    assert sorted(set(NAMES) - {name for _, name in told}) == []
