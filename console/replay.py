"""`flask event replay|replays|cancel-replay`: run events again, one by one or all that match a filter."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from console.foreseen import foretell
from console.parts import house, moment, ring
from console.tables import one, show
from ledger import events, replays, settings
from ledger.events import Filter
from ledger.replays import Replay
from schemas.event import Event, State

Command = TypeVar("Command", bound=Callable[..., Any])

#: How often the progress bar looks at the replay's row (seconds).
_LOOK = 0.2
_FILTERS = (
    click.option("--shop", metavar="KEY", help="Only this shop's."),
    click.option("--system", metavar="NAME", help="Only those that this invoicing system refused."),
    click.option("--error-class", metavar="NAME", help="Only this kind of error, e.g. Permanent."),
    click.option("--code", metavar="CODE", help="Only this reason or error code."),
    click.option("--since", type=moment, metavar="TIME", help="Only what arrived then or later."),
    click.option("--until", type=moment, metavar="TIME", help="Only what arrived until then."),
    click.option("--text", help="Only those whose explanation contains this."),
)


def filters(command: Command) -> Command:
    """Give a command the options that choose events."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def add_to(group: click.Group) -> None:
    """Hang these commands on the `event` group."""
    for command in (replay, replay_list, cancel_replay):
        group.add_command(command)


@click.command("replay")
@click.argument("event_ids", nargs=-1)
@filters
@click.option("--state", type=click.Choice(["dead", "waiting", "done"]), help="Which to choose from; else dead.")
@click.option("--all", "everything", is_flag=True, help="Every dead letter, without a filter.")
@click.option("--dry-run", is_flag=True, help="Say how many match and what they would give; touch nothing.")
@click.option("--most", default=20, show_default=True, help="Of so many events --dry-run says what they would give.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--no-wait", is_flag=True, help="Do not stay to show the progress.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON; does not stay either.")
def replay(
    event_ids: Sequence[str], everything: bool, dry_run: bool, most: int, yes: bool, no_wait: bool, as_json: bool,
    **asked: Any,
) -> None:  # fmt: skip
    """Run events again: those named, or all that match the filter.

    Each follows today's rules and connections, with its tries counted anew. Always safe: a document that exists is
    found, not repeated.
    """
    chosen = {name: value for name, value in asked.items() if value is not None}
    if bool(event_ids) == bool(chosen or everything):
        raise click.UsageError("Name event ids, or give a filter (--all for every dead letter), not both and not none.")
    if event_ids:
        found = _existing(event_ids)
        foretell(found, len(found), most, as_json=as_json) if dry_run else _replay_some(found, as_json=as_json)
        return
    wanted = Filter(**{**chosen, "state": State(chosen.get("state", "dead"))})
    if dry_run:
        _foretell_matching(wanted, most, as_json=as_json)
    else:
        _replay_matching(wanted, ask=not yes, stay=not (no_wait or as_json), as_json=as_json)


def _existing(event_ids: Sequence[str]) -> list[Event]:
    """The events named; an unknown one refuses all, so that a typing error is seen before anything happens."""
    with house().ledger.read() as tx:
        found = {event_id: events.load(tx, event_id) for event_id in event_ids}
    unknown = [event_id for event_id, event in found.items() if event is None]
    if unknown:
        raise click.ClickException(f"There is no event {', '.join(unknown)}: flask event list names them.")
    return [event for event in found.values() if event is not None]


def _replay_some(found: Sequence[Event], *, as_json: bool) -> None:
    with house().ledger.write() as tx:
        done = [events.replay(tx, event.id, datetime.now(UTC)) for event in found]
    rows = [{"event": e.id, "state": e.state.value, "attempts": e.attempts} for e in done]
    ring([(e.id, e.shop_key) for e in done])
    if len(rows) == 1:
        one(rows[0], as_json=as_json)
    else:
        show(rows, ("event", "state", "attempts"), as_json=as_json)


def _foretell_matching(wanted: Filter, most: int, *, as_json: bool) -> None:
    with house().ledger.read() as tx:
        matched, _ = replays.count(tx, wanted)
        some = events.page(tx, **{name: getattr(wanted, name) for name in Filter.__slots__}, limit=most)
    foretell(some, matched, most, as_json=as_json)


def _replay_matching(wanted: Filter, *, ask: bool, stay: bool, as_json: bool) -> None:
    ledger = house().ledger
    if ask:
        with ledger.read() as tx:
            matched, _ = replays.count(tx, wanted)
        click.confirm(f"{matched} events match. Run them again?", abort=True, err=True)
    with ledger.write() as tx:
        begun = replays.begin(tx, wanted, _who(), datetime.now(UTC))
    if as_json:
        one(_row(begun), as_json=True)
        return
    if not begun.matched:
        click.echo("No event matches, so there is nothing to do.")
        return
    click.echo(f"Replay {begun.id} of {begun.matched} events is written down; the clock carries it out.")
    if stay:
        _follow(begun)


def _who() -> str:
    """The user of this machine who asks; a container's may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _follow(begun: Replay) -> None:
    """Show the row's progress until it ends; leaving does not stop it."""
    _warn_without_clock()
    try:
        with click.progressbar(length=begun.matched, label="made due") as bar:
            while (row := _look(begun.id)).state == "running":
                bar.update(row.replayed - bar.pos)
                time.sleep(_LOOK)
            bar.update(row.replayed - bar.pos)
    except KeyboardInterrupt:
        click.echo(f"\nReplay {begun.id} goes on without you: flask event replays shows it, cancel-replay stops it.")
        return
    click.echo(f"Replay {row.id} is {row.state}: {row.replayed} events are due and on their way.")


def _look(replay_id: int) -> Replay:
    with house().ledger.read() as tx:
        return replays.load(tx, replay_id)


def _warn_without_clock() -> None:
    with house().ledger.read() as tx:
        beat = settings.last_beat(tx)
    silent = None if beat is None else (datetime.now(UTC) - beat).total_seconds()
    if silent is None or silent > house().timing.heartbeat_stale:
        click.echo("No clock is running: start `flask clock`, the replay waits for it.", err=True)


@click.command("replays")
@click.option("--limit", default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def replay_list(limit: int, as_json: bool) -> None:
    """Bulk replays, the newest first, and how far each is."""
    with house().ledger.read() as tx:
        found = replays.latest(tx, limit)
    columns = ("id", "created_at", "by", "filter", "matched", "replayed", "state", "ended_at")
    show([_row(r) for r in found] if as_json else [{**_row(r), "filter": _words(r)} for r in found], columns,
         as_json=as_json)  # fmt: skip


@click.command("cancel-replay")
@click.argument("replay_id", type=int)
def cancel_replay(replay_id: int) -> None:
    """Let a bulk replay take nothing more; what it has made due already runs."""
    with house().ledger.write() as tx:
        row = replays.cancel(tx, replay_id, datetime.now(UTC))
    click.echo(f"Replay {row.id} is {row.state}: {row.replayed} of {row.matched} events were made due.")


def _row(found: Replay) -> dict[str, Any]:
    chosen = {name: value for name, value in asdict(found.filter).items() if value is not None}
    return {**asdict(found), "filter": chosen}


def _words(found: Replay) -> str:
    return " ".join(f"{name}={value}" for name, value in _row(found)["filter"].items())
