"""How listings are printed: aligned columns for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows under a heading, each column as wide as its longest word."""
    texts = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(head), *texts]) for i in range(len(head))]
    lines = [list(head), ["-" * width for width in widths], *texts]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def one_line(cell: object) -> str:
    """One line without control characters: a cell may hold what a stranger sent."""
    return "".join(c if c.isprintable() else " " for c in ("" if cell is None else str(cell)))


def in_json(value: object) -> str:
    """One line of JSON in which whatever a terminal may take for a command (0x9B, a turn of direction) is escaped."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def show(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """A listing: JSON lines' array with everything, or a table of the named columns."""
    if as_json:
        click.echo(in_json(list(rows)))
    elif rows:
        click.echo(table(columns, [[row.get(c) for c in columns] for row in rows]))
    else:
        click.echo("Nothing to list.")


def one(row: dict[str, Any], *, as_json: bool) -> None:
    """One thing: a JSON object, or a name and value a line."""
    if as_json:
        click.echo(in_json(row))
        return
    width = max(map(len, row))
    for name, value in row.items():
        click.echo(f"{name.ljust(width)}  {one_line(value)}")
