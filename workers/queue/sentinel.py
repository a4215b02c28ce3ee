"""Valkey or Redis watched by Sentinels: whoever is the master now, asked anew for every new connection.

`redis+sentinel://[user:password@]host[:port],host[:port]…/service[?db=0&sentinel_username=…&sentinel_password=…]`;
`rediss+sentinel` speaks TLS to all of them (https://valkey.io/topics/sentinel/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from redis.sentinel import Sentinel

SCHEMES = ("redis+sentinel", "rediss+sentinel")
PORT = 26379


@dataclass(frozen=True, slots=True)
class Watched:
    """An address taken apart. `login` is for the server, `sentinel_login` for the Sentinels."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    db: int
    tls: bool
    login: Mapping[str, str]
    sentinel_login: Mapping[str, str]


def is_watched(url: str) -> bool:
    """Whether this address names Sentinels."""
    return url.partition("://")[0] in SCHEMES


def take_apart(url: str) -> Watched:
    """The parts of such an address; raises ValueError for one that is not usable."""
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    asked = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    service = unquote(parts.path.strip("/"))
    if not service or "/" in service:
        raise ValueError("the path must name the service that the Sentinels watch")
    return Watched(
        tuple(_host(host) for host in hosts.split(",")),
        service,
        int(asked.get("db", "0")),
        parts.scheme == "rediss+sentinel",
        _login(*(unquote(part) for part in login.partition(":")[::2])),
        _login(asked.get("sentinel_username", ""), asked.get("sentinel_password", "")),
    )


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("a Sentinel has no host name")
    return parts.hostname, parts.port or PORT


def _login(name: str, password: str) -> dict[str, str]:
    return {key: value for key, value in (("username", name), ("password", password)) if value}


def master(url: str, settings: Mapping[str, Any]) -> Any:
    """A client of the master, whoever that is; `settings` as for every client, the time shared by all Sentinels."""
    watched = take_apart(url)
    tls = {"ssl": True} if watched.tls else {}
    each = {name: settings[name] / len(watched.sentinels) for name in ("socket_timeout", "socket_connect_timeout")}
    manager = Sentinel(
        watched.sentinels, sentinel_kwargs={**settings, **each, **tls, **watched.sentinel_login}, **settings, **tls
    )
    return manager.master_for(watched.service, db=watched.db, **watched.login)
