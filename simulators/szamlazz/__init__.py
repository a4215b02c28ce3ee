"""A stand-in for Számlázz.hu (Hungary), Számla Agent XML, over real HTTP.

Sources: https://docs.szamlazz.hu/agent/, the vendor's XSDs (PyPI szamlazz-py 1.5.1, aron123/szamlazz.js), behaviour
measured on a test account (sagikazarmark/szamlazz-rs, docs/szamlazz-hu-behaviour.md), and the team's fact sheet. Where
these are silent, the choice is a setting of the world. Receipts, waybills and push are not simulated: nothing here
asks for them. One URL serves everything, so faults and the log know a request as /szamla/#NAME-OF-ITS-FILE-FIELD.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.szamlazz import creating, lookup, paying, proformas, reversing
from simulators.szamlazz.world import Szamlazz

ROOMS = (creating, lookup, paying, proformas, reversing)  # importing them adds their routes

WORLD = Szamlazz
FLAGS = ("duplicate_code", "vat_family", "maintenance")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with szamlazz.start(echo_identical=False) as system: system.url, system.world`."""
    return server.start(Szamlazz(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Szamlazz, argv, FLAGS)
