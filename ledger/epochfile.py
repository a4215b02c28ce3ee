"""The epoch's file under `var/`: what this machine remembers of the ledger, whatever is put in the database's place."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ledger.epoch import Epoch


def read(path: Path) -> str:
    """The epoch's text as last noted here; "" on a machine that never saw this ledger. OSError when unreadable."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""


def note(path: Path, epoch: Epoch) -> None:
    """Remember how far the ledger is; never less than before, so that a restore in this very moment is not hidden.

    A life that is not over stays too. OSError when it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        known = read(path)
        if known != str(epoch) and not (known and epoch.is_behind(known)):
            _replace(path, f"{epoch}\n")
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    """Written aside and renamed: nobody ever reads half of it."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="ascii")
    aside.replace(path)
