"""What each invoicing system can do, from the manifests: docs/systems.md, and in short the README (`make matrix`)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from adapters import manifests
from adapters.manifest import Manifest, Pdf
from schemas.document import Kind


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.name if isinstance(value, Enum) else value).lower().replace("_", " ") or "no"


#: A row of the table: what it says, and where the manifest says it.
ROWS: tuple[tuple[str, Callable[[Manifest], object]], ...] = (
    ("country", lambda m: m.country.upper()),
    ("invoice", lambda m: Kind.INVOICE in m.kinds),
    ("proforma", lambda m: Kind.PROFORMA in m.kinds),
    ("invoice follows its proforma", lambda m: m.follows_proforma),
    ("credit notes", lambda m: m.credit),
    ("cancels", lambda m: ", ".join(sorted(kind.value for kind in m.cancels))),
    ("our reference is", lambda m: m.reference),
    ("drafts", lambda m: m.drafts),
    ("a test document is", lambda m: m.trial),
    ("prices said as", lambda m: m.prices),
    ("paid when issued", lambda m: m.paid_on_create),
    ("marks as paid", lambda m: m.marks_paid),
    ("PDF", lambda m: m.pdf),
    ("e-mail", lambda m: m.mail),
    ("state's hub", lambda m: m.official),
    ("series or departments", lambda m: m.series),
    ("lists its documents", lambda m: m.lists),
    ("takes attachments", lambda m: m.attaches),
    ("only what the account's profile says", lambda m: m.by_profile),
)


def matrix() -> str:
    """The page, in Markdown; a column per system."""
    systems = manifests()
    head = ["", *(m.label for m in systems)]
    rows = [[name, *(_said(value(m)) for m in systems)] for name, value in ROWS]
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    told = "Made from the adapters' manifests by `make matrix`; a test compares."
    return "\n".join(["# Invoicing systems", "", told, "", *lines, ""])


def _said(value: object) -> str:
    return value if isinstance(value, str) and value[:1].isupper() else _word(value)


#: Between these lines of the README stands the short table.
BEGIN, END = "<!-- systems: made by make matrix -->", "<!-- end of systems -->"
#: The short table's columns; a system is a row.
SHORT: tuple[tuple[str, Callable[[Manifest], object]], ...] = (
    ("", lambda m: m.country.upper()),
    ("proforma", lambda m: Kind.PROFORMA in m.kinds),
    ("credit notes", lambda m: m.credit),
    ("says it is paid", lambda m: m.paid_on_create or m.marks_paid),
    ("PDF", lambda m: m.pdf is not Pdf.NONE),
    ("e-mail", lambda m: m.mail),
    ("a test document is", lambda m: m.trial),
    ("our reference is", lambda m: m.reference),
)


def short() -> str:
    """The README's part, with the lines around it."""
    head = ["", *(name for name, _ in SHORT)]
    rows = [[f"[{m.label}](docs/{m.key}.md)", *(_said(value(m)) for _, value in SHORT)] for m in manifests()]
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join([BEGIN, *lines, END])


def within(readme: str) -> str:
    """A README with the short table of today in its place."""
    before, _, rest = readme.partition(BEGIN)
    return before + short() + rest.partition(END)[2]


def write(root: Path) -> None:
    """Both pages anew."""
    (root / "docs" / "systems.md").write_text(matrix(), encoding="utf-8")
    readme = root / "README.md"
    readme.write_text(within(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parents[1])
