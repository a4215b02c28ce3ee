"""A copy of the SQLite ledger, made while everything runs, that knows it is a copy."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ledger import sqlite
from ledger.columns import micros
from ledger.engine import parse_url
from ledger.epoch import COPIED
from schemas.errors import BillhookError


def copy(url: str, file: Path) -> int:
    """Copy the ledger at `url` to a new file, mode 0600, checked; gives its size in bytes.

    Raises BillhookError where there is a file already, the ledger is not SQLite, or the copy is not whole.
    """
    place = parse_url(url)
    if not isinstance(place, Path):
        raise BillhookError(
            "This ledger is on PostgreSQL.",
            code="NOT_SQLITE",
            remedy="Use pg_dump --format=custom; see docs/backup.md.",
        )
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BillhookError(
            f"{file} cannot be made: {error.strerror}.",
            code="NOT_COPIED",
            remedy="Name a new file in a folder that is yours.",
        ) from None
    try:
        _fill(place, file)
    except (sqlite3.Error, BillhookError) as error:
        file.unlink(missing_ok=True)
        raise BillhookError(
            f"The copy failed: {error}.", code="NOT_COPIED", remedy="Look at the disk, then repeat."
        ) from None
    return file.stat().st_size


def _fill(place: Path, file: Path) -> None:
    with closing(sqlite.connect(place, busy=30.0, writes=False)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)  # all in one step: by steps it would begin anew with every write of others
        target.execute("PRAGMA journal_mode=DELETE")
        now = str(micros(datetime.now(UTC)))
        target.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", (COPIED, now))
        target.commit()
        told = [row[0] for row in target.execute("PRAGMA quick_check(3)")]
    if told != ["ok"]:
        raise BillhookError("; ".join(told))
