"""`python alone.py EVENT OWNER …`: events one by one in a process of their own.

A worker starts this for those that outlived their worker (docs/decisions/0004-alone-in-a-child.md). Without the doors a
process loads in half the time.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from building import house_of, settings_or_exit
from workers.house import House


def run(house: House, words: Sequence[str]) -> None:
    """Each event is followed by the owner of the lease under which it runs."""
    house.work_alone(list(zip(words[::2], words[1::2], strict=True)))


if __name__ == "__main__":
    run(house_of(settings_or_exit()), sys.argv[1:])
