"""Runs one event in a child process, so that what kills it kills nobody else."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Sequence

import structlog

log = structlog.get_logger(__name__)


class Alone:
    """`run_alone = Alone([sys.executable, "-m", "flask", …], seconds=240)`; the arguments of a call are appended.

    A new interpreter, not a fork: a threaded parent's locks and sockets would come along. Configuration is inherited
    through the environment. Gives the exit status; negative means killed by that signal, also when time was up.
    """

    def __init__(self, command: Sequence[str], *, seconds: float) -> None:
        self._command = tuple(command)
        self._seconds = seconds
        self._one_at_a_time = threading.Lock()

    def __call__(self, *arguments: str) -> int:
        with self._one_at_a_time:
            child = subprocess.Popen([*self._command, *arguments], stdin=subprocess.DEVNULL)
            try:
                return child.wait(self._seconds)
            except subprocess.TimeoutExpired:
                log.exception("child_took_too_long", arguments=arguments, seconds=self._seconds)
                return _killed(child)
            except BaseException:
                _killed(child)
                raise


def _killed(child: subprocess.Popen[bytes]) -> int:
    child.kill()
    return child.wait()


def end_after(seconds: float) -> None:
    """For the child: end by SIGALRM at this age, should the parent have died and nobody be left to kill it.

    The default action is the kernel's, so it works on an interpreter that hangs.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def was_killed(status: int) -> bool:
    return status < 0
