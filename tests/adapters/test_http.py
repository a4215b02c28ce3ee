"""The one place that talks: what an end means, how long a call may be, and whom it may call."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.connect import Forbidden, Limits, refuse_private, resolve
from adapters.http import Speaker, outcome, retry_after, sentence_of
from adapters.redact import Redactor
from schemas.errors import AdapterError, Ambiguous, Auth, Permanent, RateLimited, Transient
from tests.adapters.contract.bench import serving

SHORT = Limits(deadline=1.0, connect=0.5, read=0.6, size=10_000)
NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def speaker(url: str, **more: Any) -> Speaker:
    return Speaker("test", url, **{"limits": SHORT, "allow_private": True, **more})


@contextmanager
def raw(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that speaks bytes; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as line:
            line.recv(65536)
            try:
                answer(line)
            except OSError:
                return

    served = threading.Thread(target=serve, daemon=True)
    served.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    served.join(5)


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (200, None, None), (201, None, None), (204, None, None),
        (301, Transient, Ambiguous), (302, Transient, Ambiguous),
        (400, Permanent, Permanent), (401, Auth, Auth), (403, Auth, Auth), (404, Permanent, Permanent),
        (408, RateLimited, RateLimited), (409, Permanent, Permanent), (422, Permanent, Permanent),
        (425, RateLimited, RateLimited), (429, RateLimited, RateLimited), (500, Transient, Ambiguous),
        (502, Transient, Ambiguous), (503, Transient, Ambiguous), (504, Transient, Ambiguous),
    ],
)  # fmt: skip
def test_a_status_is_an_error_class(status: int, read: type | None, write: type | None) -> None:
    assert outcome(status, writes=False) is read
    assert outcome(status, writes=True) is write


def test_a_system_may_mean_something_else_by_a_status() -> None:
    assert outcome(400, writes=True, special={400: Auth}) is Auth


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("0", 0), (" 120 ", 120), ("", 60), ("soon", 60), ("-5", 60), ("Sat, 21 Nov 2026 12:01:30 GMT", 90),
     ("Sat, 21 Nov 2026 11:00:00 GMT", 0)],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_a_date(text: str, seconds: float) -> None:
    assert retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"code": "error", "message": {"oid": ["jest zajęte"], "tax": "- zła"}}, "oid: jest zajęte; tax: - zła"),
        ({"message": "no"}, "no"), ({"errors": ["a", {"field": "x", "message": "b"}]}, "a, x: b"),
        ({"error": "invalid_grant", "error_description": "expired"}, "expired"), ([], ""), ({}, ""), ("text", "text"),
    ],
)  # fmt: skip
def test_the_systems_own_sentence_is_found_in_every_shape(data: object, sentence: str) -> None:
    assert sentence_of(data) == sentence


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "2002:7f00:1::", "255.255.255.255"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(Forbidden):
        refuse_private("shop.example", ["93.184.215.14", address])


def test_public_addresses_are_allowed() -> None:
    refuse_private("shop.example", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])


def test_a_name_that_leads_to_a_private_address_is_refused() -> None:
    with pytest.raises(Permanent) as caught:
        speaker("https://localhost:9", allow_private=False).call("GET", "/x", writes=False)
    assert caught.value.code == "ADDRESS_FORBIDDEN"


def test_the_name_is_asked_once_and_the_checked_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with serving(200, {}, b'{"ok": true}') as url:
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *a, **k: (getaddrinfo if "shop" in host else real)(host, *a, **k)
        )
        assert speaker(url.replace("127.0.0.1", "shop.example")).call("GET", "/", writes=False).data == {"ok": True}
    assert asked == ["shop.example"]


@pytest.mark.parametrize("number", ["127.0.0.1", "8.8.8.8", "2001:db8::1", "::1"])
def test_an_address_in_numbers_is_its_own_and_nobody_is_asked(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("asked"))
    assert resolve(number, 80, 1.0) == [number]


@pytest.mark.parametrize("other", ["127.1", "2130706433", "0x7f.0.0.1", "shop.example"])
def test_any_other_spelling_is_what_the_resolver_makes_of_it(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert resolve(other, 80, 1.0) == ["127.0.0.1"]


def test_a_name_that_does_not_exist_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(Transient) as caught:
        speaker("http://no.such.example").call("POST", "/x", writes=True)
    assert "no.such.example was not found" in caught.value.detail


def test_a_resolver_that_hangs_ends_at_the_connect_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(*_: object, **__: object) -> list[Any]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    began = time.monotonic()
    with pytest.raises(Transient):
        speaker("http://slow.example").call("GET", "/", writes=False)
    assert time.monotonic() - began < 1.5


def test_a_peer_that_speaks_no_tls_is_transient_even_for_a_write() -> None:
    with serving(200, {}) as url, pytest.raises(Transient):
        speaker(url.replace("http:", "https:")).call("POST", "/x", writes=True)


def test_a_certificate_that_nobody_vouches_for_is_transient(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    guarded: list[int] = []

    def shake(line: socket.socket) -> None:
        context.wrap_socket(line, server_side=True)

    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as line:
            try:
                shake(line)
            except OSError:
                return

    served = threading.Thread(target=serve, daemon=True)
    served.start()
    with pytest.raises(Transient) as caught:
        speaker(f"https://127.0.0.1:{listener.getsockname()[1]}", guard=lambda: guarded.append(1)).call(
            "POST", "/x", writes=True
        )
    served.join(5)
    assert "certificate" in caught.value.detail.lower()
    assert not guarded


def test_an_answer_whose_head_drips_ends_at_the_deadline() -> None:
    def drip(line: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 60:
            line.sendall(bytes([byte]))
            time.sleep(0.1)

    began = time.monotonic()
    with raw(drip) as url, pytest.raises(Ambiguous) as caught:
        speaker(url).call("POST", "/x", writes=True)
    assert time.monotonic() - began < 2.5
    assert "in time" in caught.value.detail


def test_an_answer_without_end_is_cut_at_the_limit() -> None:
    with serving(200, {}, b" " * 20_000) as url, pytest.raises(Transient) as caught:
        speaker(url).call("GET", "/x", writes=False)
    assert caught.value.code == "ANSWER_TOO_LARGE"


def test_bytes_that_are_no_http_are_ambiguous_after_a_write() -> None:
    with raw(lambda line: line.sendall(b"SSH-2.0-canary@example.test\r\n")) as url, pytest.raises(Ambiguous) as caught:
        speaker(url).call("POST", "/x", writes=True)
    assert "canary" not in repr(caught.value) + repr(caught.value.exchange)


def test_a_file_is_not_read_as_json_and_only_its_size_is_kept() -> None:
    with serving(200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 Zofia") as url:
        answer = speaker(url).call("GET", "/x.pdf", writes=False, raw=True)
    assert answer.body.startswith(b"%PDF")
    assert answer.exchange.response == "(PDF, 14 bytes)"


def test_fractions_are_decimals() -> None:
    with serving(200, {}, b'{"price": 0.1}') as url:
        assert str(speaker(url).call("GET", "/x", writes=False).data["price"]) == "0.1"


@pytest.mark.parametrize("body", [b"[" * 70_000, b"", b"null x", b"\xff\xfe", b'{"a":'])
def test_a_body_that_is_no_json_is_ambiguous_after_a_write(body: bytes) -> None:
    with serving(200, {"Content-Type": "application/json"}, body) as url, pytest.raises(Ambiguous) as caught:
        speaker(url, limits=Limits(5)).call("POST", "/x", writes=True)
    assert caught.value.code == "UNREADABLE_ANSWER"


def test_an_allowed_status_is_given_back() -> None:
    with serving(404, {}, b"gone") as url:
        assert speaker(url).call("GET", "/x", writes=False, allow=(404,)).status == 404


def test_an_address_with_a_password_does_not_show_it() -> None:
    shown = speaker("http://user:canary-pass@127.0.0.1:9", secrets=("canary-pass",))
    with pytest.raises(AdapterError) as caught:
        shown.call("GET", "/x", writes=False, params={"api_token": "canary-token", "email_to": "a@b.example"})
    told = repr(caught.value) + repr(caught.value.exchange)
    assert not [word for word in ("canary-pass", "canary-token", "b.example") if word in told]


def test_a_redactor_masks_fields_in_json_xml_forms_and_halves() -> None:
    mask = Redactor(["s3cr3t-key"]).body
    for text in (
        '{"buyer_name": "Zofia \\"K\\" Kanarek", "total": "1.00"}', '{"a": 1, "buyer_name": "Zofia Kan',
        "<Buyer><email>zofia@example.test</email><city>Zofiowo</city></Buyer>", "buyer_email=Zofia%40x.test&kind=vat",
        '{"message": "wrong key s3cr3t-key for Zofia@x.test"}', '{"client": {"first_name": "\\u005aofia"}}',
    ):  # fmt: skip
        shown = mask(text)
        assert not [word for word in ("Zofi", "zofia", "s3cr3t-key") if word in shown], shown


def test_a_redactor_knows_what_the_request_said_of_a_person() -> None:
    knowing = Redactor().knowing(["tok-12345"], {"invoice": {"buyer_name": "Zofia Kanarek", "kind": "vat"}})
    assert knowing.sentence("Zofia Kanarek has no vat, tok-12345") == "*** has no vat, ***"


@pytest.mark.parametrize(
    "piece", ["x", "[", "<", "<email ", "<title>", "a@", "a.", '"email":"', "\\", '{"', "&email=", "a_", "é@"]
)
def test_a_hostile_answer_costs_no_seconds(piece: str) -> None:
    hostile = (piece * 70_000)[:70_000].encode()
    began = time.monotonic()
    with serving(500, {"Content-Type": "text/html"}, hostile) as url, pytest.raises(Transient):
        speaker(url, limits=Limits(5)).call("GET", "/x", writes=False)
    assert time.monotonic() - began < 1.5


def test_a_stored_body_is_cut_to_four_kilobytes() -> None:
    assert len(Redactor().body("x" * 100_000)) == 4096


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate nobody vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - timedelta(1))
        .not_valid_after(today + timedelta(1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, private = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, private
