"""`flask run-all` (`make run`): web, worker, clock and the embedded Valkey together, for use on one machine."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from console.stack import ROOT, NotStarted, Stack


@click.command("run-all")
@click.option("--port", default=8080, show_default=True, help="Where the door listens, on the loopback interface.")
@click.option("--folder", type=click.Path(path_type=Path), default=ROOT / "var", help="Database, keys, logs.")
def run_all(port: int, folder: Path) -> None:
    """Start everything and keep it until Ctrl-C. WooCommerce sends only to ports 80, 443 and 8080."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with Stack(folder, port=port) as stack:
            stack.start()
            click.echo(
                f"Webhooks   {stack.url}/webhooks/<shop>\nReady?     {stack.url}/readyz\nMetrics    {stack.url}/metrics"
            )
            click.echo(
                f"Logs       {folder}/*.log\nConnect    .venv/bin/flask shop add --help\nCtrl-C ends everything."
            )
            _watch(stack, stop)
    except NotStarted as error:
        raise click.ClickException(str(error)) from None


def _watch(stack: Stack, stop: threading.Event) -> None:
    """Until told to stop; a process that ends by itself ends the whole, with the end of its log."""
    while not stop.wait(1):
        for name, process in stack.processes.items():
            if process.poll() is not None:
                raise NotStarted(f"{name} ended with status {process.returncode}:\n{stack.tail(name)}")
