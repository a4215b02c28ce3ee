"""The processes of a deployment as commands: worker, clock, migrate, and one event alone."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

import click
from flask import current_app

from console.parts import parts
from workers import services as desk_services
from workers.clock import Clock


@click.command("migrate")
def migrate() -> None:
    """Bring the database to this version's tables; safe to run again, and before the old version stops."""
    parts().migrate()
    click.echo("The ledger is up to date.")


@click.command("worker")
def worker() -> None:
    """Take events from Redis and work on them until told to stop (SIGTERM hands everything back)."""
    house = parts()
    services = house.services()
    desk_services.use(services)
    pool = house.pool(services)
    pool.run()


@click.command("alone", hidden=True)
@click.argument("event_id")
@click.argument("owner")
def alone(event_id: str, owner: str) -> None:
    """Work on one event in this process and nothing else; started by a worker for events that outlived their worker."""
    house = parts()
    house.run_alone(event_id, owner)


@click.command("clock")
def clock() -> None:
    """Ring what is due and free what dead workers held; one is enough, several are welcome."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Clock(parts().services(clock=True), f"{socket.gethostname()}:{os.getpid()}").run(stop)
