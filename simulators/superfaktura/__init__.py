"""A stand-in for SuperFaktura (superfaktura.sk, .cz, .at) over real HTTP.

Written from the team's fact sheet and samples and from the vendor's pages at https://github.com/superfaktura/docs
(intro, invoice, clients, value-lists, other, faq), with what a third party measured on the sandbox
(https://github.com/xseman/superfaktura-cli API-DISCREPANCIES.md). Where these are silent, the choice is a setting of
the world. Call-backs after a payment are not sent: the address that would be called is kept in the state.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.superfaktura import clients, invoices, lists, lookup, payments, sending
from simulators.superfaktura.world import SuperFaktura

ROOMS = (clients, invoices, lists, lookup, payments, sending)  # importing them adds their routes

WORLD = SuperFaktura
FLAGS = ("country", "rounding", "quota", "order_no_match")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with superfaktura.start(country="cz") as system: system.url, system.world`."""
    return server.start(SuperFaktura(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(SuperFaktura, argv, FLAGS)
