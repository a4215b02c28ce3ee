"""The page of corpora says what is tested, and what needs no test because it is not there."""

from __future__ import annotations

import ast

from tests.abuse.corpora import CLASSES, PAGE, cases, page
from tests.test_supply import sources
from tools.audit import PRODUCT


def test_the_page_of_corpora_is_what_is_tested() -> None:
    assert PAGE.read_text() == page(), "python -m tests.abuse.corpora"
    assert all(cases(name) for names in CLASSES.values() for name in names)


def test_nothing_of_ours_writes_csv() -> None:
    """So no cell can be a formula. Whoever adds an export lets no cell begin with = + - @, and takes this away."""
    imported = {
        name for path in sources(*PRODUCT) for node in ast.walk(ast.parse(path.read_text())) for name in _names(node)
    }
    assert {"json", "defusedxml.ElementTree"} <= imported
    assert not [name for name in imported if name.partition(".")[0] in ("csv", "openpyxl", "xlsxwriter", "pandas")]


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
