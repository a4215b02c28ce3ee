"""Where a console command finds the house it works on."""

from __future__ import annotations

from typing import cast

import click
from flask import current_app

from workers.house import House


def house() -> House:
    """The house of this application; a plain sentence when the application was made without one."""
    found = current_app.extensions.get("billhook.house")
    if found is None:
        raise click.ClickException("This application has no ledger: start it through app:create_app.")
    return cast(House, found)
