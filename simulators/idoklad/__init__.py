"""A stand-in for iDoklad (idoklad.cz, idoklad.sk), API v3 with its identity server, over real HTTP.

Sources: https://github.com/Solitea/IdokladSdk (models, clients, live tests), https://api.idoklad.cz/Help/v3.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.idoklad import agenda, contacts, credits, invoices, numbering, payments, proformas, sending, tokens
from simulators.idoklad.world import Idoklad

# importing them adds their routes
ROOMS = (agenda, contacts, credits, invoices, numbering, payments, proformas, sending, tokens)

WORLD = Idoklad
FLAGS = ("taken_number", "country", "plan", "rights", "message_style")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with idoklad.start(rounding=1) as system: system.url, system.world`."""
    return server.start(Idoklad(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Idoklad, argv, FLAGS)
