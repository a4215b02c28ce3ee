"""The processes of a deployment as commands: worker, clock, migrate."""

from __future__ import annotations

import os
import signal
import socket
import threading

import click

import memory
from console.parts import house, plainly
from schemas.errors import BillhookError
from workers.clock import Clock
from workers.standby import refuse_eviction


@click.command("migrate")
def migrate() -> None:
    """Bring the database to this version's tables; safe to run again, and before the old version stops."""
    house().migrate()
    click.echo("The ledger is up to date.")


@click.command("worker")
def worker() -> None:
    """Take events from Redis and work on them until told to stop; SIGTERM hands back what is not finished in time."""
    here = house()
    memory.keep()
    try:
        here.work()
    except BillhookError as error:
        raise plainly(error) from None


@click.command("clock")
def clock() -> None:
    """Ring what is due and free what dead workers held; one is enough, several are welcome."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    services = house().services()
    try:
        refuse_eviction(services.bell)
    except BillhookError as error:
        raise plainly(error) from None
    memory.keep()
    Clock(services, f"{socket.gethostname()}:{os.getpid()}").run(stop)
