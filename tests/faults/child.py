"""The children of a changed worker, in which events run alone, are changed like it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from flask import Flask

from workers import house


def through(module: str) -> None:
    """From now on this process' children are `python -m module EVENT OWNER …`."""
    house.CHILD = (sys.executable, "-m", module)


def be(create_app: Callable[[], Flask]) -> None:
    """Such a child, its words those of alone.py."""
    words = sys.argv[1:]
    here: house.House = create_app().extensions["billhook.house"]
    here.work_alone(list(zip(words[::2], words[1::2], strict=True)))
