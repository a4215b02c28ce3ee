"""The children of a changed worker, in which events run alone, are changed like it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from flask import Flask

import alone
from workers import house


def through(module: str) -> None:
    """From now on this process' children are `python -m module EVENT OWNER …`."""
    house.CHILD = (sys.executable, "-m", module)


def be(create_app: Callable[[], Flask]) -> None:
    """Such a child, its words those of alone.py."""
    alone.run(create_app().extensions["billhook.house"], sys.argv[1:])
