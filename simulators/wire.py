"""The socket side: read one HTTP/1.1 request after the other, write answers in one piece, or break off on purpose."""

import socket
import struct
from urllib.parse import unquote, urlsplit

from simulators.exchange import Request

CHUNK = 65536
LONGEST_HEAD = 65536


class Gone(Exception):
    """The client has closed the connection, or what it sent is no HTTP."""


class Wire:
    """One keep-alive connection. Reads through its own buffer: a file object would keep a reset socket open."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = bytearray()
        self.open = True
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> Request:
        """The next request with its whole body."""
        method, target, headers = self._head()
        if headers.get("expect", "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._chunks() if headers.get("transfer-encoding") else self._take(_length(headers))
        parts = urlsplit(target)
        self.open = headers.get("connection", "").lower() != "close"
        return Request(method, unquote(parts.path), parts.query, headers, body)

    def send(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except OSError as error:
            self.open = False
            raise Gone(str(error)) from error

    def hang_up(self) -> None:
        """End in good order (FIN)."""
        self.open = False
        self.sock.close()

    def reset(self) -> None:
        """End rudely: with a linger time of zero, close sends RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.hang_up()

    def _head(self) -> tuple[str, str, dict[str, str]]:
        head = self._until(b"\r\n\r\n", LONGEST_HEAD).decode("latin-1")
        first, *lines = head.split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise Gone("no HTTP request line")
        pairs = (line.partition(":") for line in lines)
        return words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in pairs}

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            body += self._take(size)
            self._take(2)
        self._until(b"\r\n")
        return bytes(body)

    def _until(self, mark: bytes, longest: int = 1024) -> bytes:
        while (end := self.buffer.find(mark)) < 0:
            if len(self.buffer) > longest:
                raise Gone("head too long")
            self._more()
        found = bytes(self.buffer[:end])
        del self.buffer[: end + len(mark)]
        return found

    def _take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._more()
        found = bytes(self.buffer[:size])
        del self.buffer[:size]
        return found

    def _more(self) -> None:
        try:
            data = self.sock.recv(CHUNK)
        except OSError as error:
            raise Gone(str(error)) from error
        if not data:
            raise Gone("closed by the client")
        self.buffer += data


def _length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "0")
    if not text.isdigit():
        raise Gone("no valid Content-Length")
    return int(text)
