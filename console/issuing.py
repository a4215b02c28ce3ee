"""`flask event issue`: a person's word for what a route with `issue = manual` holds back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from console.parts import house, ring
from ledger import events, orders
from ledger.engine import Tx
from schemas.errors import BillhookError
from schemas.event import Event, State

HELD = "HELD_FOR_PERSON"


@click.command("issue")
@click.argument("event_ids", nargs=-1, required=True)
def issue(event_ids: Sequence[str]) -> None:
    """Let what the orders of these events owe now be issued; all of them, or, if one is not held, none."""
    with house().ledger.write() as tx:
        allowed = [_allow(tx, event_id) for event_id in event_ids]
    ring([(event.id, event.shop_key) for event in allowed])
    click.echo(f"{len(allowed)} on the way: flask event show says what was issued.")


def _allow(tx: Tx, event_id: str) -> Event:
    found = events.load(tx, event_id)
    order = orders.find(tx, found.shop_id, found.order_id) if found else None
    if found is None or order is None or found.state is not State.WAITING or found.reason != HELD:
        raise BillhookError(
            f"Event {event_id} is not held for a person.",
            code="NOT_HELD",
            remedy=f"flask event list --code {HELD} names those that are.",
        )
    orders.allow_issue(tx, order.id, True)
    return events.replay(tx, event_id, datetime.now(UTC))
