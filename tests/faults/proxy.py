"""A wire that can be cut: a TCP proxy in front of a socket, made to stall, drop, delay or swallow answers."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

CHUNK = 65536
PASS, REFUSE, STALL, SWALLOW, BREAK, DEAF = "pass", "refuse", "stall", "swallow", "break", "deaf"


class Proxy:
    """Listens on a port of its own and carries bytes to `target`, a (host, port) or a socket file.

    `mode` pass | refuse (new connections are closed) | stall (nothing moves, nothing closes) | swallow (answers are
    lost, questions arrive) | deaf (the same for whatever is spoken, and nothing closes) | break (of three chunks two
    end their connection, before they arrive; `broken` counts); `delay` seconds are added to every chunk.
    """

    def __init__(self, target: tuple[str, int] | Path) -> None:
        self._target = target
        self.mode, self.delay, self.carried, self.broken, self.swallows = PASS, 0.0, 0, 0, ""
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def cut(self) -> int:
        """Close every connection now, in the middle of whatever they carry; gives how many there were."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for end in pair:
                _reset(end)
        return len(pairs)

    @contextlib.contextmanager
    def being(self, mode: str, *, delay: float = 0.0, cutting: bool = False) -> Iterator[None]:
        """Behave so inside the block; stalled connections are cut at its end, as a real network forgets them."""
        self.mode, self.delay = mode, delay
        if cutting:
            self.cut()
        try:
            yield
        finally:
            self.mode, self.delay = PASS, 0.0
            if mode != PASS:
                self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if self.mode == REFUSE:
                _reset(near)
                continue
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = _dial(self._target)
        except OSError:
            _reset(near)
            return
        pair = (near, far)
        with self._lock:
            self._pairs.add(pair)
        asked: list[bytes] = []
        back = threading.Thread(target=self._pump, args=(far, near, lambda: self._answers(asked)), daemon=True)
        back.start()
        self._pump(near, far, self._questions, asked)
        back.join()
        with self._lock:
            self._pairs.discard(pair)
        for end in pair:
            end.close()

    def _pump(
        self, source: socket.socket, sink: socket.socket, may_pass: Callable[[], bool], seen: list[bytes] | None = None
    ) -> None:
        """Carry one direction to its end; the first words of it are kept in `seen`."""
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self.carried += 1
                if seen is not None and not seen:
                    seen.append(data.partition(b"\r\n")[0])
                if self.mode == BREAK and self.carried % 3:
                    self.broken += 1
                    _reset(source)
                    _reset(sink)
                    return
                if self.delay:
                    time.sleep(self.delay)
                if may_pass():
                    sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _questions(self) -> bool:
        while self.mode == STALL:
            time.sleep(0.02)
        return True

    def _answers(self, asked: list[bytes]) -> bool:
        while self.mode == DEAF:
            time.sleep(0.02)
        return self._questions() and not (self.mode == SWALLOW and asked and self._swallowed(asked[0].decode()))

    def _swallowed(self, line: str) -> bool:
        """Whether a request line, POST /path?query HTTP/1.1, is of those whose answers `swallows` names."""
        method, _, rest = line.partition(" ")
        return method == "POST" and bool(re.search(self.swallows, rest.partition(" ")[0].partition("?")[0]))

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()
        self.mode = PASS
        self.cut()


def _dial(target: tuple[str, int] | Path) -> socket.socket:
    if isinstance(target, tuple):
        return socket.create_connection(target, timeout=5)
    far = socket.socket(socket.AF_UNIX)
    far.connect(str(target))
    return far


def _reset(end: socket.socket) -> None:
    """Close at once, so that whoever reads or writes there learns of it now."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
