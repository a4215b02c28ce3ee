"""A stand-in for UNAS (unas.hu), the Hungarian hosted webshop engine, over real HTTP: its XML API and its webhooks.

Written from unas.hu/tudastar/api (Azonosítás, Limitációk, Megrendelések, Automata folyamatok) and the admin side's help
(unas.hu/tudastar/admin: api-kapcsolat, automata-folyamatok). What those leave open is a setting of World.defaults.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.unas import automatisms, login, reading, writing
from simulators.unas.world import Unas

ROOMS = (automatisms, login, reading, writing)  # importing them adds their functions

WORLD = Unas
FLAGS = ("package", "echoes", "error_status")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with unas.start(package="premium") as shop: shop.url, shop.world`."""
    return server.start(Unas(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Unas, argv, FLAGS)
