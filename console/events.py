"""`flask event list|show`: what came in, and why it rests where it rests."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from console import replay
from console.parts import Plain, house
from console.tables import one, show, table
from ledger import events
from schemas.event import ORDER, Event, State


@click.group("event", cls=Plain)
def event() -> None:
    """What came in, and what became of it."""


replay.add_to(event)


@event.command("list")
@click.option("--state", type=click.Choice(["waiting", "done", "dead"]))
@replay.filters
@click.option("--order", "order_id", help="Only this order's.")
@click.option("--after", help="Go on after this event id (newest first).")
@click.option("--limit", default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def event_list(limit: int, as_json: bool, **asked: Any) -> None:
    """Events, newest first; dead letters with --state dead."""
    asked["state"] = State(asked["state"]) if asked["state"] else None
    with house().ledger.read() as tx:
        found = events.page(tx, order=asked.pop("order_id"), limit=limit, **asked)
    columns = ("id", "received_at", "shop_key", "order_id", "topic", "state", "reason", "detail")
    show([asdict(e) for e in found], columns, as_json=as_json)
    if len(found) == limit and not as_json:
        click.echo(f"\nMore: --after {found[-1].id}")


@event.command("show")
@click.argument("event_id")
@click.option("--body", is_flag=True, help="Print the body as it came; it holds personal data.")
@click.option("--json", "as_json", is_flag=True)
def event_show(event_id: str, body: bool, as_json: bool) -> None:
    """One event whole: where it is, why, what to do, and every try at it."""
    with house().ledger.read() as tx:
        found = existing(events.load(tx, event_id), event_id)
        tries = events.attempts(tx, event_id)
        raw = events.body(tx, event_id) if body and found.kind == ORDER else b""
    row = {k: v for k, v in asdict(found).items() if v not in (None, "", False)}
    if body:
        row["body"] = raw.decode(errors="replace")
    if as_json:
        one({**row, "tries": [asdict(t) for t in tries]}, as_json=True)
        return
    one(row, as_json=False)
    if tries:
        columns = ("started_at", "outcome", "code", "elapsed_ms", "manual", "detail")
        click.echo("\n" + table(columns, [[getattr(t, c) for c in columns] for t in tries]))


def existing(found: Event | None, event_id: str) -> Event:
    """The event, or a plain sentence."""
    if found is None:
        raise click.ClickException(f"There is no event {event_id!r}: flask event list names them.")
    return found
