"""Stand-ins of every outside system, for the demo, the tests and a user's trial; they import nothing of the product.

A new one: a package (or module) named by its key, a subclass of World with its routes, WORLD, start and main as in
fakturownia, a line in SIMULATORS. Faults, settings, the log, /_sim/ and the command line come with the room.
"""

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from simulators.world import World

# key -> module; each module offers WORLD (its class of state and answers), start(...) and main(argv).
SIMULATORS: dict[str, str] = {
    "billingo": "simulators.billingo",
    "fakturoid": "simulators.fakturoid",
    "fakturownia": "simulators.fakturownia",
    "fortnox": "simulators.fortnox",
    "idoklad": "simulators.idoklad",
    "jortt": "simulators.jortt",
    "konto": "simulators.konto",
    "kontozz": "simulators.kontozz",
    "superfaktura": "simulators.superfaktura",
    "szamlazz": "simulators.szamlazz",
    "unas": "simulators.unas",
    "woocommerce": "simulators.woocommerce",
}


def world_of(key: str) -> "type[World]":
    """The class that answers for a system, loaded only when asked for."""
    return cast("type[World]", import_module(SIMULATORS[key]).WORLD)


def run(key: str, argv: list[str]) -> int:
    """Serve one system in the foreground until SIGTERM or SIGINT, as `python -m simulators.KEY` does."""
    return cast(int, import_module(SIMULATORS[key]).main(argv))
