"""A stand-in for Fakturownia (fakturownia.pl and its sister brands) over real HTTP."""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.fakturownia import actions, entities, invoices, lookup, payments
from simulators.fakturownia.world import Fakturownia

ROOMS = (actions, entities, invoices, lookup, payments)  # importing them adds their routes

WORLD = Fakturownia
FLAGS = ("oid_unique", "message_style", "role", "ksef")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with fakturownia.start(oid_unique="off") as system: system.url, system.world`."""
    return server.start(Fakturownia(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Fakturownia, argv, FLAGS)
