"""One event in a child process."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

from workers.queue.isolate import Alone, was_killed


def _child(code: str, seconds: float = 10) -> Alone:
    return Alone([sys.executable, "-c", code], seconds=seconds)


def test_the_childs_exit_status_and_arguments() -> None:
    assert _child("import sys; sys.exit(int(sys.argv[1]) + int(sys.argv[2]))")("3", "4") == 7


def test_a_killed_child_is_told_apart() -> None:
    status = _child("import os; os.kill(os.getpid(), 9)")("e1")
    assert (status, was_killed(status), was_killed(1)) == (-signal.SIGKILL, True, False)


def test_a_child_that_takes_too_long_is_killed() -> None:
    assert _child("import time; time.sleep(60)", seconds=0.3)("e1") == -signal.SIGKILL


def test_a_child_ends_itself_when_nobody_else_does() -> None:
    code = "from workers.queue.isolate import end_after; import time; end_after(0.2); time.sleep(60)"
    assert _child(code)("e1") == -signal.SIGALRM


def test_one_child_at_a_time(tmp_path: Path) -> None:
    code = "import sys, time; f = open(sys.argv[1], 'a'); f.write('+'); f.flush(); time.sleep(0.2); f.write('-')"
    alone, trace = _child(code), tmp_path / "trace"
    threads = [threading.Thread(target=alone, args=(str(trace),)) for _ in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert trace.read_text() == "+-+-+-"
