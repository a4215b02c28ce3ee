"""`flask event list|show|replay`: what came in, why it rests where it rests, and running it again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from console.parts import house
from console.tables import one, show, table
from ledger import events
from schemas.event import ORDER, Event, State
from workers.bell import BellDown


@click.group("event")
def event() -> None:
    """What came in, and what became of it."""


@event.command("list")
@click.option("--state", type=click.Choice(["waiting", "done", "dead"]))
@click.option("--shop", "shop_key", help="Only this shop's.")
@click.option("--code", help="Only this reason or error code.")
@click.option("--order", "order_id", help="Only this order's.")
@click.option("--after", help="Go on after this event id (newest first).")
@click.option("--limit", default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def event_list(limit: int, as_json: bool, **filters: Any) -> None:
    """Events, newest first; dead letters with --state dead."""
    with house().ledger.read() as tx:
        found = events.page(
            tx,
            shop=filters["shop_key"],
            state=State(filters["state"]) if filters["state"] else None,
            code=filters["code"],
            order=filters["order_id"],
            after=filters["after"],
            limit=limit,
        )
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
        found = _existing(events.load(tx, event_id), event_id)
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
        columns = ("started_at", "outcome", "code", "elapsed_ms", "detail")
        click.echo("\n" + table(columns, [[getattr(t, c) for c in columns] for t in tries]))


@event.command("replay")
@click.argument("event_id")
@click.option("--json", "as_json", is_flag=True)
def event_replay(event_id: str, as_json: bool) -> None:
    """Make one event due again, by today's rules and connections. Safe: what is issued already is found, not
    repeated."""
    with house().ledger.write() as tx:
        _existing(events.load(tx, event_id), event_id)
        found = events.replay(tx, event_id, datetime.now(UTC))
    row = {"event": found.id, "state": found.state.value, "attempts": found.attempts}
    try:
        house().bell().ring([(found.id, found.shop_key)])
    except BellDown:
        row["note"] = "Redis does not answer; the clock rings this event as soon as it does."
    one(row, as_json=as_json)


def _existing(found: Event | None, event_id: str) -> Event:
    if found is None:
        raise click.ClickException(f"There is no event {event_id!r}: flask event list names them.")
    return found
