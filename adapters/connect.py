"""A fresh connection to an allowed address, and one deadline for everything said on it."""

from __future__ import annotations

import functools
import io
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import SplitResult

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
#: RFC 6052: an IPv4 address in the last 32 bits.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: All that IANA gives out of IPv6; outside are forms that hold an IPv4 address (::127.0.0.1), and site-local ones.
UNICAST = ipaddress.ip_network("2000::/3")
#: Global by their number, but answered by the machine's own surroundings: IETF protocols (192.0.0.192 is Oracle's
#: metadata), 6to4 relays, Azure's metadata (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
NEARBY = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))


class NotConnected(Exception):
    """No byte of the request left: not found, refused, timed out, or TLS failed."""


class Forbidden(Exception):
    """The address must not be called at all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much one call may be: seconds in all, to connect, between two bytes; bytes of the answer."""

    deadline: float = 60.0
    connect: float = 10.0
    read: float = 30.0
    size: int = 5 * 1024 * 1024

    @classmethod
    def within(cls, deadline: float) -> Limits:
        """Limits that fit a shorter deadline, the pauses in proportion."""
        return cls(deadline, connect=min(10.0, deadline / 3), read=min(30.0, deadline / 2))


#: For tests and the demo's `fast` profile.
FAST = Limits.within(3.0)


class Deadline:
    """A moment on the monotonic clock; `left` raises TimeoutError once it has passed."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float) -> float:
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the call's deadline has passed")
        return min(at_most, remaining)


class _PacedReader(io.RawIOBase):
    """Reads a socket, each time with what is left of the deadline: a dripping answer gains nothing."""

    def __init__(self, sock: socket.socket, deadline: Deadline, pause: float) -> None:
        self._sock, self._deadline, self._pause = sock, deadline, pause

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left(self._pause))
        return self._sock.recv_into(buffer)


class _PacedSocket:
    """What http.client needs of a socket, under one deadline; closed by `hang_up`, not when the head was read."""

    def __init__(self, sock: socket.socket, deadline: Deadline, pause: float) -> None:
        self._sock, self._deadline, self._pause = sock, deadline, pause

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left(self._pause))
        self._sock.sendall(data)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(_PacedReader(self._sock, self._deadline, self._pause))

    def settimeout(self, _: float | None) -> None:
        """The deadline rules."""

    def close(self) -> None:
        """Left open: the answer's body is still to be read."""

    def hang_up(self) -> None:
        self._sock.close()


@dataclass(frozen=True, slots=True)
class Line:
    """A connection that is up. http.client forgets its socket once an answer's head is read; `hang_up` does not."""

    connection: HTTPConnection
    _sock: _PacedSocket

    def hang_up(self) -> None:
        """Close it for good."""
        self.connection.close()
        self._sock.hang_up()


def connect(
    url: SplitResult, limits: Limits, deadline: Deadline, *, allow_private: bool, allow_http: bool = False
) -> Line:
    """A connection that is up, TLS done and verified, to the very address that was checked.

    Raises Forbidden for private addresses unless `allow_private`, for http unless that or `allow_http`; NotConnected
    for everything that failed.
    """
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    if url.scheme != "https" and not (url.scheme == "http" and (allow_private or allow_http)):
        raise Forbidden(f"{url.scheme}://{host} is not encrypted")
    addresses = resolve(host, port, deadline.left(limits.connect))
    if not allow_private:
        refuse_private(host, addresses)
    return _first_up(addresses, url, port, limits, deadline)


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """The host's addresses; in a thread of its own, because the resolver knows no deadline. Raises NotConnected."""
    if _is_number(host):
        return [host]
    found: list[str] = []
    failed: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found.extend(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, name="resolve", daemon=True)
    asking.start()
    asking.join(seconds)
    if not found:
        raise NotConnected(f"the name {host} was not found: {failed[0] if failed else 'no answer in time'}")
    return list(dict.fromkeys(found))


def _is_number(host: str) -> bool:
    """Whether it is an address already, which nobody has to be asked for."""
    try:
        return "%" not in host and bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def refuse_private(host: str, addresses: list[str]) -> None:
    """Raises Forbidden when any of the addresses is not public: loopback, private, link-local, multicast."""
    for address in addresses:
        if not _is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise Forbidden(f"{host} is a private address ({address})")


def _is_public(address: IPAddress) -> bool:
    inner = _inner(address)
    if inner is not None:
        return _is_public(inner)
    near = address not in UNICAST if address.version == 6 else any(address in network for network in NEARBY)
    return address.is_global and not address.is_multicast and not near


def _inner(address: IPAddress) -> IPAddress | None:
    """The IPv4 address that an IPv6 one carries, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _first_up(addresses: list[str], url: SplitResult, port: int, limits: Limits, deadline: Deadline) -> Line:
    """The first address that answers."""
    failures = []
    for address in addresses:
        try:
            return _opened(address, url, port, limits, deadline)
        except (OSError, HTTPError) as error:
            failures.append(f"{address} port {port}: {_cause(error)}")
    raise NotConnected("; ".join(failures))


def _opened(address: str, url: SplitResult, port: int, limits: Limits, deadline: Deadline) -> Line:
    seconds = deadline.left(limits.connect)
    connection: HTTPConnection
    if url.scheme == "https":
        connection = HTTPSConnection(address, port, timeout=seconds, ssl_context=_tls(), server_hostname=url.hostname)
    else:
        connection = HTTPConnection(address, port, timeout=seconds)
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    paced = _PacedSocket(cast(socket.socket, connection.sock), deadline, limits.read)
    connection.sock = cast(socket.socket, paced)
    return Line(connection, paced)


def _cause(error: Exception) -> str:
    """The library's innermost words, without its object names."""
    inner = error.__cause__ or error
    return str(inner) or type(inner).__name__


@functools.cache
def _tls() -> ssl.SSLContext:
    """Certificates and host names are checked; the environment has no say (no SSL_CERT_FILE, no proxies)."""
    return ssl.create_default_context(cafile=certifi.where())
