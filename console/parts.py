"""What the console's commands share: the house they work on, errors in plain words, times, and ringing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import click
from flask import current_app

from console.tables import one_line
from schemas.errors import BillhookError
from workers.bell import BellDown
from workers.house import House

_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
REDIS_AWAY = "Redis does not answer; the clock rings what is due as soon as it does."


def house() -> House:
    """The house of this application; a plain sentence when the application was made without one."""
    found = current_app.extensions.get("billhook.house")
    if found is None:
        raise click.ClickException("This application has no ledger: start it through app:create_app.")
    return cast(House, found)


def plainly(error: BillhookError) -> click.ClickException:
    """An error as a person reads it: what is wrong, and what to do."""
    return click.ClickException(one_line(f"{error.detail} {error.remedy}"))


class Plain(click.Group):
    """Commands whose errors are one sentence and a remedy, never a traceback, also when the database is away."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BillhookError as error:
            raise plainly(error) from None


def given(text: str | None) -> str:
    """A value from the command line, or what `env:NAME` stands for; "" for none."""
    named = _ENV.fullmatch(text or "")
    if named is None:
        return text or ""
    value_of = cast(Callable[[str], str | None], current_app.extensions["billhook.value_of"])
    value = value_of(named[1])
    if value is None:
        raise click.UsageError(f"{named[1]} is not set in the environment.")
    return value


def moment(text: str) -> datetime:
    """RFC 3339 with its time zone, or a day, which begins at midnight UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a time like 2026-11-21T00:00:00+01:00 or a day like 2026-11-21."
        ) from None
    if found.tzinfo is None and len(text) > len("2026-11-21"):
        raise click.BadParameter(f"{text!r} lacks its time zone: add for instance +01:00 or Z.")
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def ring(woken: Sequence[tuple[str, str]]) -> bool:
    """Ring now; False without Redis: the clock does it later, and the person is told."""
    try:
        if woken:
            house().bell().ring(woken)
    except BellDown:
        click.echo(REDIS_AWAY, err=True)
        return False
    return True
