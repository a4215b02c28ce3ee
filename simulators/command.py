"""The command line every simulator shares: serve in the foreground, say where, leave quietly on SIGTERM or SIGINT."""

import argparse
import json
import signal
import threading
from typing import Any

from simulators.faults import listing, parse
from simulators.server import start
from simulators.world import World

COMMON = ("token", "lag", "latency")


def main(world: type[World], argv: list[str] | None = None, flags: tuple[str, ...] = ()) -> int:
    """`flags` are settings of this system that get an option of their own (oid_unique -> --oid-unique)."""
    parser = _parser(world, flags)
    given = parser.parse_args(argv)
    try:
        simulator = start(world(**_settings(given, flags)), given.port, given.fault)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    with simulator:
        print(f"{world.key} simulator ready on {simulator.url}", flush=True)
        ended.wait()
    return 0


def _parser(world: type[World], flags: tuple[str, ...]) -> argparse.ArgumentParser:
    about = "\n".join(f"  {name:15} {line}" for name, line in listing().items())
    parser = argparse.ArgumentParser(f"python -m simulators.{world.key}", epilog=f"faults:\n{about}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--token", help="the token to accept")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[:times]", type=_fault,
                        help="armed at start, once; :3 three times, :* until cleared")  # fmt: skip
    parser.add_argument("--lag", type=float, help="seconds a new document stays out of look-ups")
    parser.add_argument("--latency", type=float, help="milliseconds before every answer")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", type=_setting,
                        help="any other setting, the value as JSON or plain text")  # fmt: skip
    for name in flags:
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name, choices=world.choices[name])
    return parser


def _settings(given: argparse.Namespace, flags: tuple[str, ...]) -> dict[str, Any]:
    named = {name: getattr(given, name) for name in (*COMMON, *flags) if getattr(given, name) is not None}
    return {**dict(given.set), **named}


def _fault(text: str) -> str:
    try:
        parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _setting(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
