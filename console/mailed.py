"""`flask event sent|send-again`: what a person found out about an e-mail that was perhaps sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import click

from console.parts import house
from ledger import events, follow_ups
from ledger.engine import Tx
from schemas.event import Event
from workers.bell import BellDown
from workers.follow_ups.wanted import EMAIL


@click.command("sent")
@click.argument("event_id")
def sent(event_id: str) -> None:
    """The e-mail of this dead letter was sent: note it; the event ends as done."""
    _say(event_id, lambda tx, document: follow_ups.email_sent(tx, document, datetime.now(UTC)))
    click.echo("Noted as sent.")


@click.command("send-again")
@click.argument("event_id")
def send_again(event_id: str) -> None:
    """The e-mail was not sent, or is wanted once more: send it now. The only way by which one is ever repeated."""
    _say(event_id, follow_ups.email_again)
    click.echo("It is sent in a moment.")


def _say(event_id: str, note: Callable[[Tx, int], bool]) -> None:
    """Note what the person says and make the event due, in one transaction; then ring."""
    with house().ledger.write() as tx:
        found = events.load(tx, event_id)
        if found is None or found.kind != EMAIL or found.document_id is None:
            raise click.ClickException(f"{event_id} is no e-mail: flask event list --code PERHAPS_SENT names them.")
        note(tx, found.document_id)
        events.replay(tx, event_id, datetime.now(UTC))
    _ring(found)


def _ring(found: Event) -> None:
    try:
        house().bell().ring([(found.id, found.shop_key)])
    except BellDown:
        click.echo("Redis does not answer; the clock rings this event as soon as it does.", err=True)
