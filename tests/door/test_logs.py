"""A log that cannot be written costs its lines, not the work that wrote them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from console.stack import ROOT

SCRIPT = """
import os, resource, sys, structlog, logs
logs.configure("INFO", "json")
log = structlog.get_logger()
log.info("before")
os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
log.info("lost_one")
log.info("lost_two")
os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), 2)
log.info("after")
"""


def test_lines_that_a_full_disk_swallowed_are_counted_when_it_has_room_again(tmp_path: Path) -> None:
    path = tmp_path / "log"
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert '"before"' in run.stderr
    counted, after = path.read_text().splitlines()
    assert counted == '{"event": "log_lines_lost", "lines": 2}'
    assert '"after"' in after
