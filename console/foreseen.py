"""`--dry-run`: how many events match, and the documents they would give by today's rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from console.parts import house
from console.tables import one, show
from schemas.event import Event
from schemas.money import said
from workers.foresee import foresee
from workers.money.rules import Decision


def foretell(found: Sequence[Event], matched: int, most: int, *, as_json: bool) -> None:
    """Print what the first `most` of `found` would give; `matched` is how many there are in all."""
    rows = _rows(found[:most])
    told = len(found[:most])
    if as_json:
        one({"matched": matched, "told": told, "would": rows}, as_json=True)
        return
    click.echo(f"{matched} events match. Nothing was touched.")
    show(rows, ("event", "order", "would", "amount", "reason", "detail"), as_json=False)
    if matched > told:
        click.echo(f"\nThis tells of the newest {told}; --most N tells of more.")


def _rows(found: Sequence[Event]) -> list[dict[str, Any]]:
    """A row per document; several events of one order give together what one of them gives."""
    first: dict[tuple[int, str], str] = {}
    rows: list[dict[str, Any]] = []
    for event in found:
        before = first.setdefault((event.shop_id, event.order_id), event.id)
        if before == event.id:
            rows += [_row(event, step) for step in foresee(house().ledger, event, datetime.now(UTC))]
        else:
            rows.append(_row(event, Decision("nothing", "AS_EVENT", f"As event {before}: the same order.")))
    return rows


def _row(event: Event, step: Decision) -> dict[str, Any]:
    draft = step.draft
    amount = f"{said(draft.totals.gross, draft.decimals)} {draft.currency}" if draft else ""
    return {
        "event": event.id,
        "order": event.order_id,
        "would": step.action,
        "amount": amount,
        "reference": draft.reference if draft else step.replaces or "",
        "reason": step.reason,
        "detail": step.detail,
    }
