"""`flask simulate SYSTEM`: a stand-in of an invoicing system over real HTTP, with faults on demand."""

from __future__ import annotations

import os
import sys

import click

from console.stack import ROOT


@click.command("simulate", context_settings={"ignore_unknown_options": True})
@click.argument("system")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def simulate(system: str, options: tuple[str, ...]) -> None:
    """Run a simulated SYSTEM in this terminal, e.g. flask simulate fakturownia --port 9001 --fault timeout_after."""
    if not (ROOT / "simulators" / f"{system}.py").exists() and not (ROOT / "simulators" / system).is_dir():
        raise click.ClickException(f"There is no simulator of {system!r}. See docs/ for the systems there are.")
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", f"simulators.{system}", *options])  # noqa: S606 - our own module
