"""A stand-in for Fakturoid (fakturoid.cz, API v3) over real HTTP.

Written from the team's fact sheet and samples and from the vendor's pages at https://www.fakturoid.cz/api/v3
(introduction, authorization, account, invoices, invoice-payments, invoice-messages, subjects, number-formats, webhooks,
changelog). Where these are silent, the choice is a setting of the world.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.fakturoid import account, actions, invoices, lookup, oauth, payments, subjects, webhooks
from simulators.fakturoid.world import Fakturoid

ROOMS = (account, actions, invoices, lookup, oauth, payments, subjects, webhooks)  # importing them adds their routes

WORLD = Fakturoid
FLAGS = ("custom_id_unique", "vat_mode", "vat_price_mode", "vat_rounding")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with fakturoid.start(custom_id_unique="account") as system: system.url, system.world`."""
    return server.start(Fakturoid(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Fakturoid, argv, FLAGS)
