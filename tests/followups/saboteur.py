"""A worker that kills itself around sending an e-mail: `python -m tests.followups.saboteur POINT`, at the first one."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

from adapters.fakturownia import Fakturownia
from app import create_app
from tests.faults.saboteur import after, before
from workers.follow_ups import mail
from workers.house import House

KILL, STOP = signal.SIGKILL, signal.SIGSTOP

#: point → how it is reached; e-mails that left at the moment are 0 or 1.
POINTS: dict[str, Callable[[], None]] = {
    "killed_before_saying_so": lambda: before(mail, "_claimed", KILL, 1),
    "killed_after_saying_so": lambda: after(mail, "_claimed", KILL, 1),
    "killed_after_the_system_sent": lambda: after(Fakturownia, "_send", KILL, 1),
    "killed_before_the_answer_is_noted": lambda: before(mail, "_note_sent", KILL, 1),
    "frozen_after_saying_so": lambda: after(mail, "_claimed", STOP, 1),
}


def main() -> None:
    """A sabotaged worker."""
    app = create_app()
    POINTS[sys.argv[1]]()
    house: House = app.extensions["billhook.house"]
    house.work()


if __name__ == "__main__":
    main()
