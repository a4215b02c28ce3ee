"""Addresses of the servers that we are told to use: database, Redis, Sentinels, and our own."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qs, urlsplit


def is_url(value: str, schemes: tuple[str, ...]) -> bool:
    """Whether this is a usable address with one of these schemes; nothing is looked up."""
    try:
        parts = urlsplit(value)
        if parts.scheme.endswith("+sentinel"):
            return parts.scheme in schemes and _names_sentinels(parts)
        named = bool(parts.hostname or _names_socket(parts)) and parts.port != 0
    except ValueError:
        return False
    in_a_file = parts.scheme in ("sqlite", "unix") and bool(parts.path.strip("/"))
    return parts.scheme in schemes and (named or in_a_file)


def _names_socket(parts: SplitResult) -> bool:
    """PostgreSQL's own way to say where its socket is: `postgresql://user@/database?host=/run/postgresql`."""
    return parts.scheme.startswith("postgres") and "host" in parse_qs(parts.query)


def _names_sentinels(parts: SplitResult) -> bool:
    """Several hosts, each perhaps with a port, then the one service that they watch; raises ValueError."""
    hosts = [urlsplit(f"//{host}") for host in parts.netloc.rpartition("@")[2].split(",")]
    service, database = parts.path.strip("/"), parse_qs(parts.query).get("db", ["0"])[0]
    return all(h.hostname and h.port != 0 for h in hosts) and "/" not in service != "" and database.isdecimal()
