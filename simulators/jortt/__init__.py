"""A stand-in for Jortt (jortt.nl, API v1 to v3) over real HTTP.

Written from the team's fact sheet and samples: the vendor's own description (https://developer.jortt.nl,
https://api.jortt.nl/swagger_doc) and traffic recorded with the vendor's Ruby client. Where these are silent, the choice
is a setting of the world.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.jortt import account, customers, files, invoices, lookup, oauth, sending
from simulators.jortt.world import Jortt

ROOMS = (account, customers, files, invoices, lookup, oauth, sending)  # importing them adds their routes

WORLD = Jortt
FLAGS = ("credit_sign", "resend", "search", "outage")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with jortt.start(send_reads=3) as system: system.url, system.world`."""
    return server.start(Jortt(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Jortt, argv, FLAGS)
