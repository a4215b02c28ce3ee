"""`python -m bench.ack`: signed 9.5 KB deliveries a second and their p99, against a bare Flask 202 in the same run.

Both are served by gunicorn with the project's settings; rounds alternate, so that a busy machine slows both. A real
Valkey runs. Absolute figures are this machine's and include the client, the ratio travels (PERFORMANCE.md).
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.door.conftest import order
from tests.door.gunicorn import ROOT, Server, answer_of, serving, status_of

SECRET = "a-secret-of-the-bench"  # noqa: S105 - of nobody's shop
BYTES = 9_500


@dataclass
class Round:
    """What one round measured."""

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    rate: float = 0.0

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.seconds, n=100)[98] * 1000


def requests_of(server: Server, client: int, count: int) -> Iterator[bytes]:
    """Rightly signed orders, all different, made before the clock runs."""
    run = time.time_ns()
    for number in range(count):
        body = order(run // 1000 * 1000 + client * 100_000 + number)
        body = order(json.loads(body)["id"], note="x" * (BYTES - len(body) - 12))
        yield server.head(body, length=len(body), secret=SECRET) + body


def load(server: Server, good: int, clients: int, count: int) -> Round:
    """`clients` kept-alive connections, each sending `count` deliveries one after the other."""
    result = Round()
    prepared = [list(requests_of(server, client, count)) for client in range(clients)]
    start = threading.Barrier(clients + 1)
    threads = [threading.Thread(target=_client, args=(server, good, raw, start, result)) for raw in prepared]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    result.rate = clients * count / (time.monotonic() - began)
    return result


def _client(server: Server, good: int, prepared: list[bytes], start: threading.Barrier, result: Round) -> None:
    with server.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start.wait()
        for raw in prepared:
            began = time.monotonic()
            client.sendall(raw)
            result.wrong += status_of(answer_of(client)) != good
            result.seconds.append(time.monotonic() - began)


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    path = folder / "valkey.sock"
    process = subprocess.Popen(
        [sys.executable, "-m", "console.valkey", str(folder / "valkey"), str(path)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        while not path.exists():
            time.sleep(0.02)
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait()


def measure(web_class: str, clients: int, count: int, rounds: int) -> tuple[list[Round], list[Round]]:
    """Rounds of the door and of the yardstick, taking turns."""
    door: list[Round] = []
    bare: list[Round] = []
    with TemporaryDirectory() as one, TemporaryDirectory() as two, valkey(Path(one)) as url:
        environ = {"REDIS_URL": url, "WEB_CLASS": web_class, "LOG_LEVEL": "INFO"}
        ours = serving(Path(one), SECRET, **environ)
        yardstick = serving(Path(two), SECRET, application="bench.bare:app", **environ)
        with ours as first, yardstick as second:
            for _ in range(rounds + 1):
                door.append(load(first, 200, clients, count))
                bare.append(load(second, 202, clients, count))
    return door[1:], bare[1:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--web-class", default="gthread", choices=["gthread", "gevent"])
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--count", type=int, default=100, help="deliveries of each client in each round")
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    door, bare = measure(told.web_class, told.clients, told.count, told.rounds)
    for name, rounds in (("door", door), ("bare Flask 202", bare)):
        rate, p99 = statistics.median(r.rate for r in rounds), statistics.median(r.p99 for r in rounds)
        wrong = sum(r.wrong for r in rounds)
        print(f"{told.web_class} {name:14} {rate:7.0f} requests/s   p99 {p99:6.1f} ms   wrong {wrong}")
    ratio = statistics.median(d.rate / b.rate for d, b in zip(door, bare, strict=True))
    print(f"{told.web_class} ratio          {ratio:7.2f}")
    return int(any(r.wrong for r in door + bare))


if __name__ == "__main__":
    sys.exit(main())
