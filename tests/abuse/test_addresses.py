"""No address that a person can configure leads inside: not by its spelling, its name, its redirect or its resolver."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from adapters.connect import Deadline, Forbidden, Limits, connect
from schemas.errors import AdapterError
from tests.abuse.addresses import INSIDE, MOUTHS, STRANGE

PUBLIC = "93.184.215.14"
REFUSED = ("is a private address", "is not encrypted", "was not found", "not a web address")


@dataclass
class Ear:
    """Something private that listens, and hears who called. It answers `answer` and hangs up."""

    answer: bytes = b""
    heard: list[bytes] = field(default_factory=list)
    port: int = 0


@contextmanager
def listening(answer: bytes = b"") -> Iterator[Ear]:
    ear = Ear(answer)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ear.port = listener.getsockname()[1]
        serving = threading.Thread(target=_serve, args=(listener, ear), daemon=True)
        serving.start()
        yield ear
        listener.shutdown(socket.SHUT_RDWR)
        serving.join(20)


def _serve(listener: socket.socket, ear: Ear) -> None:
    while True:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        ear.heard.append(b"")
        with line, suppress(OSError):
            line.settimeout(10)
            ear.heard[-1] = line.recv(65536)
            line.sendall(ear.answer)


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    with listening() as heard:
        yield heard


def call(mouth: str, url: str, *, allow_private: bool = False) -> AdapterError | None:
    try:
        MOUTHS[mouth].call(url, allow_private)
    except AdapterError as error:
        return error
    return None


def test_the_systems_with_an_address_of_their_own_are_among_the_mouths() -> None:
    assert {"fakturoid", "fakturownia", "superfaktura", "a shop"} <= MOUTHS.keys()


@pytest.mark.parametrize("mouth", sorted(MOUTHS))
def test_where_private_addresses_are_allowed_the_ear_hears_the_call(mouth: str) -> None:
    with listening() as own:
        assert not MOUTHS[mouth].problem(f"http://127.0.0.1:{own.port}")
        assert call(mouth, f"http://127.0.0.1:{own.port}", allow_private=True)
    assert b"HTTP/1.1" in own.heard[0]


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("name", sorted(INSIDE))
@pytest.mark.parametrize("mouth", sorted(MOUTHS))
def test_no_address_leads_inside(ear: Ear, mouth: str, name: str, scheme: str) -> None:
    error = call(mouth, f"{scheme}://{INSIDE[name].format(port=ear.port)}")
    assert error is not None
    assert any(words in error.detail for words in REFUSED), error.detail
    assert ear.heard == []


@pytest.mark.parametrize("name", sorted(STRANGE))
@pytest.mark.parametrize("mouth", sorted(MOUTHS))
def test_what_is_no_https_address_is_refused_in_words_and_called_by_nobody(ear: Ear, mouth: str, name: str) -> None:
    error = call(mouth, STRANGE[name].format(port=ear.port))
    assert error is not None
    assert error.detail
    assert "root:" not in f"{error} {error.detail}"
    assert ear.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("mouth", sorted(MOUTHS))
def test_a_redirect_leads_nobody_inside(mouth: str, status: int) -> None:
    with listening() as inside:
        target = f"http://127.0.0.1:{inside.port}/latest/meta-data/".encode()
        head = b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        with listening(head % (status, target)) as outside:
            assert call(mouth, f"http://127.0.0.1:{outside.port}", allow_private=True) is not None
    assert outside.heard
    assert inside.heard == []


@pytest.mark.parametrize("location", ["http://[", "//[x]", "\\\\127.0.0.1", "http://a:b:c", "\xff\xfe", ""])
@pytest.mark.parametrize("mouth", sorted(MOUTHS))
def test_a_redirect_to_what_is_no_address_is_an_error_in_words(mouth: str, location: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with listening(head.encode("latin-1")) as outside:
        error = call(mouth, f"http://127.0.0.1:{outside.port}", allow_private=True)
    assert error is not None
    assert error.detail


@contextmanager
def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The resolver says one answer after the other about `shop.example`. Gives the names asked and addresses called."""
    asked: list[str] = []
    called: list[str] = []
    real, left = socket.getaddrinfo, list(answers)

    def getaddrinfo(host: str, port: int, *args: Any, **more: Any) -> Any:
        if host != "shop.example":
            return real(host, port, *args, **more)
        asked.append(host)
        found = left.pop(0) if left else ["127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def create_connection(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        called.append(address[0])
        raise ConnectionRefusedError("nobody there")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", getaddrinfo)
        patched.setattr("urllib3.util.connection.create_connection", create_connection)
        yield asked, called


@pytest.mark.parametrize("mouth", sorted(MOUTHS))
def test_a_name_that_changes_its_mind_is_asked_once_and_called_as_checked(
    mouth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with resolving(monkeypatch, [PUBLIC], ["127.0.0.1"]) as (asked, called):
        error = call(mouth, "https://shop.example")
    assert error is not None
    assert "Not connected" in error.detail
    assert (asked, called) == (["shop.example"], [PUBLIC])


def test_a_second_call_checks_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with resolving(monkeypatch, [PUBLIC], ["169.254.169.254"]) as (asked, called):
        errors = [call("fakturownia", "https://shop.example") for _ in range(2)]
    assert [error.code for error in errors if error] == ["NOT_CONNECTED", "ADDRESS_FORBIDDEN"]
    assert (len(asked), called) == (2, [PUBLIC])


@pytest.mark.parametrize("answers", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "10.0.0.1", PUBLIC]])
def test_one_private_address_among_public_ones_spoils_the_name(
    answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(deadline=20.0, connect=10.0)
    with resolving(monkeypatch, answers) as (_, called), pytest.raises(Forbidden):
        connect(urlsplit("https://shop.example"), limits, Deadline(20), allow_private=False)
    assert called == []
