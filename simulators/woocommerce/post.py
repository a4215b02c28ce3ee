"""One POST as WordPress's HTTP class makes it: time-out, no redirect followed, its rules about where it may go."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

PORTS = (80, 443, 8080)


class NotSent(Exception):
    """No answer: refused address, no connection, time-out, broken TLS or HTTP."""


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float, guarded: bool = False) -> int:
    """The status answered; `guarded` keeps to the addresses and ports that wp_http_validate_url allows (1.3)."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if guarded:
        _allowed(parts.hostname or "", port, parts.username)
    connection = _connection(parts.scheme, parts.hostname or "", port, seconds)
    try:
        connection.request("POST", _target(url), body, dict(headers))
        answer = connection.getresponse()
        answer.read(1 << 20)
        return answer.status
    except (OSError, http.client.HTTPException) as fault:
        raise NotSent(f"{type(fault).__name__}: {fault}") from fault
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _allowed(host: str, port: int, user: str | None) -> None:
    if user or port not in PORTS:
        raise NotSent("A valid URL was not provided.")
    try:
        address = ipaddress.ip_address(socket.gethostbyname(host))
    except OSError as fault:
        raise NotSent(f"cannot resolve {host}") from fault
    if not address.is_global:
        raise NotSent("A valid URL was not provided.")


def _target(url: str) -> str:
    return urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
