"""A stand-in for Konto (konto.is, Iceland), REST API v1, over real HTTP.

Sources: https://konto.is/api/v1/document, the vendor's Postman collection 2191492/2sBXqGpLk6 (2026-04-23), and the
team's fact sheet. Where these are silent, the choice is a setting of the world. Costs, bookkeepers, tenants, recurring
invoices and product sales are not simulated: nothing here asks for them.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.konto import invoices, orders, registers
from simulators.konto.world import Konto

ROOMS = (invoices, orders, registers)  # importing them adds their routes

WORLD = Konto
FLAGS = ("price_mode", "amount_check", "credit_sign", "list_order")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with konto.start(list_order="newest") as system: system.url, system.world`."""
    return server.start(Konto(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Konto, argv, FLAGS)
