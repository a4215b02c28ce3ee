"""`flask shop add PLATFORM …`: what every platform's command shares. Each platform has a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import available_timezones

import click

from console.keys import slug
from console.parts import Plain, house
from ledger import connections
from schemas.connection import Shop

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("add", cls=Plain)
def add() -> None:
    """Register a shop of a platform and say where its orders go."""


def timezone(text: str) -> str:
    """An IANA time zone."""
    if text not in available_timezones():
        raise click.BadParameter(f"{text!r} is no time zone; write it like Europe/Warsaw.")
    return text


def named(zone: str | None = "UTC", *, needed: bool = True) -> Callable[[Command], Command]:
    """The options of every platform: --name (`needed` or not), --timezone (`zone` when not given) and --json."""

    def give(command: Command) -> Command:
        for option in (
            click.option("--json", "as_json", is_flag=True),
            click.option("--timezone", "zone", type=timezone, default=zone, show_default=True,
                         help="The shop's own time zone."),
            click.option("--name", required=needed, help="What people call it; its key is made from this."),
        ):  # fmt: skip
            command = option(command)
        return command

    return give


def register(
    platform: str,
    name: str,
    zone: str,
    *,
    url: str = "",
    secrets: Sequence[str] = (),
    credentials: Mapping[str, str] | None = None,
) -> Shop:
    """Write the shop down."""
    ledger = house().ledger
    with ledger.write() as tx:
        return connections.add_shop(
            tx,
            ledger.vault,
            slug=slug(name),
            platform=platform,
            name=name,
            url=url,
            secrets=secrets,
            credentials=credentials,
            timezone=zone,
            now=datetime.now(UTC),
        )


def webhook_of(found: Shop) -> str:
    """Where its deliveries go."""
    return f"{house().public_url}/webhooks/{found.key}"
