"""A stand-in for Fortnox (fortnox.se), API v3 with its OAuth server, over real HTTP.

Sources: https://apps.fortnox.se/apidocs (the vendor's OpenAPI file), https://www.fortnox.se/developer (authorisation,
rate limits, errors), https://github.com/accodeing/fortnox-api (recorded exchanges).
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.fortnox import actions, articles, customers, invoices, oauth, orders, payments, registers, sending
from simulators.fortnox.world import Fortnox

# importing them adds their routes
ROOMS = (actions, articles, customers, invoices, oauth, orders, payments, registers, sending)

WORLD = Fortnox
FLAGS = ("reference_match", "credit_twice", "book_twice", "error_style")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with fortnox.start(rounding=True) as system: system.url, system.world`."""
    return server.start(Fortnox(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Fortnox, argv, FLAGS)
