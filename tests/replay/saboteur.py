"""`python -m tests.replay.saboteur PAGE NTH`: a clock that is killed inside its NTH page, before that page's commit."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime

from app import create_app
from console import service
from ledger import replays
from ledger.engine import Tx
from workers import replay


def main(page: int, nth: int) -> None:
    """A clock of two pages a tick with `page` events each; the kill comes when everything of a page is written."""
    replay.PAGE, replay.PAGES = page, 2
    pages = 0
    carry = replays.carry

    def killed(tx: Tx, replay_id: int, limit: int, now: datetime) -> int:
        nonlocal pages
        taken = carry(tx, replay_id, limit, now)
        pages += 1
        if pages == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return taken

    replays.carry = killed
    with create_app().app_context():
        service.clock.main(args=[], standalone_mode=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
