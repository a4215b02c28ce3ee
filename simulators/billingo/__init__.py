"""A stand-in for Billingo (billingo.hu, Hungary), API v3, over real HTTP.

Sources: the vendor's OpenAPI documents 3.0.14 and 3.0.15 (https://app.swaggerhub.com/apis/Billingo/Billingo/3.0.14) and
the team's fact sheet with what the vendor measured itself. Where these are silent, the choice is a setting of the
world. Receipts, spendings and exports are not simulated: nothing here asks for them.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.billingo import company, corrections, documents, lookup, partners, payments, products, sending
from simulators.billingo.world import Billingo

# Importing them adds their routes.
ROOMS = (company, corrections, documents, lookup, partners, payments, products, sending)

WORLD = Billingo
FLAGS = ("key_scope", "vendor_lookup", "modification_items", "vat_rounding")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with billingo.start(key_scope="read") as system: system.url, system.world`."""
    return server.start(Billingo(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Billingo, argv, FLAGS)
