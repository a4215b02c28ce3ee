"""Addresses that lead inside, in every spelling that some resolver or parser takes, and all places to write one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters import adapter_class, manifests
from adapters.connect import Limits
from adapters.manifest import Field, Manifest
from adapters.reach import unreachable
from adapters.shops import client_for
from schemas.connection import Account, Shop
from schemas.document import Seller
from schemas.errors import AdapterError
from tests.adapters.contract.bench import FAR

LIMITS = Limits(deadline=20.0, connect=10.0, read=10.0, size=10_000)
SLUG = "acme"

#: Name → how the host is written. `{port}` is where something private listens; all of them lead there or nowhere good.
INSIDE: Mapping[str, str] = {
    "loopback": "127.0.0.1:{port}",
    "another loopback": "127.8.9.10:{port}",
    "loopback by name": "localhost:{port}",
    "loopback by name with a dot": "localhost.:{port}",
    "loopback in capitals": "LOCALHOST:{port}",
    "loopback as IPv6": "[::1]:{port}",
    "loopback as IPv6, long": "[0:0:0:0:0:0:0:1]:{port}",
    "loopback mapped": "[::ffff:127.0.0.1]:{port}",
    "loopback mapped, in hex": "[::ffff:7f00:1]:{port}",
    "loopback, the old compatible form": "[::127.0.0.1]:{port}",
    "loopback, translated": "[::ffff:0:127.0.0.1]:{port}",
    "loopback behind NAT64": "[64:ff9b::127.0.0.1]:{port}",
    "loopback behind a NAT64 of one's own": "[64:ff9b:1::7f00:1]:{port}",
    "loopback by 6to4": "[2002:7f00:1::]:{port}",
    "loopback by Teredo": "[2001:0:7f00:1::]:{port}",
    "loopback as a number": "2130706433:{port}",
    "loopback in hex": "0x7f000001:{port}",
    "loopback in octal": "0177.0.0.1:{port}",
    "loopback, short": "127.1:{port}",
    "loopback, mixed": "0x7f.0.1:{port}",
    "nobody": "0.0.0.0:{port}",
    "nobody, short": "0:{port}",
    "nobody as IPv6": "[::]:{port}",
    "private 10": "10.0.0.1",
    "private 172": "172.16.0.1",
    "private 192": "192.168.0.1",
    "shared": "100.64.0.1",
    "multicast": "224.0.0.1",
    "broadcast": "255.255.255.255",
    "link-local": "169.254.1.1",
    "link-local as IPv6": "[fe80::1]",
    "site-local as IPv6": "[fec0::1]",
    "unique local as IPv6": "[fd12:3456:789a::1]",
    "metadata of AWS, Google and Azure": "169.254.169.254",
    "the same as a number": "2852039166",
    "the same, mapped": "[::ffff:169.254.169.254]",
    "metadata of AWS as IPv6": "[fd00:ec2::254]",
    "metadata of Oracle": "192.0.0.192",
    "metadata of Alibaba": "100.100.100.200",
    "the wire server of Azure": "168.63.129.16",
    "a friendly user name": "www.example.com@127.0.0.1:{port}",
    "a friendly user name and password": "www.example.com:443@127.0.0.1:{port}",
    "percent-encoded": "%31%32%37.0.0.1:{port}",
    "full-width digits": "１２７.０.０.１:{port}",
    "circled digits": "①②⑦.⓪.⓪.①:{port}",
}

#: Whole addresses that are no https address at all.
STRANGE: Mapping[str, str] = {
    "unencrypted": "http://127.0.0.1:{port}",
    "a file": "file:///etc/passwd",
    "a file with a host": "file://127.0.0.1/etc/passwd",
    "gopher": "gopher://127.0.0.1:{port}/_GET%20/",
    "ftp": "ftp://127.0.0.1:{port}/",
    "a data address": "data:text/plain,hello",
    "a script": "javascript:alert(1)",
    "without a scheme": "//127.0.0.1:{port}",
    "a socket": "unix:///tmp/redis.sock",
    "curl's other words": "dict://127.0.0.1:{port}/stat",
    "a line more": "https://127.0.0.1:{port}/\r\nX-More: 1",
    "no host": "https:///x",
    "a port beyond all": "https://127.0.0.1:99999",
    "a bracket alone": "https://[::1",
    "a bracket alone, unencrypted": "http://[::1",
}


@dataclass(frozen=True)
class Mouth:
    """Something that calls an address that a person wrote down: `problem` is what the form says, `call` speaks."""

    problem: Callable[[str], str]
    call: Callable[[str, bool], None]


def _is_address(field: Field) -> bool:
    return "http" in field.pattern


def _account(manifest: Manifest, url: str) -> Account:
    given = {field.name: field.choices[0] if field.choices else _filled(field) for field in manifest.credentials}
    given |= {field.name: url for field in manifest.credentials if _is_address(field)}
    options = importlib.import_module(f"tests.adapters.contract.test_{manifest.key}").VENDOR.options
    return Account(1, "books", manifest.key, "B", Seller("S", manifest.country), credentials=given, options=options,
                   expires_on=FAR)  # fmt: skip


def _filled(field: Field) -> str:
    """A value that its own form takes."""
    return next(word for word in (field.example, "12345678", SLUG, "a@example.com") if word and not field.problem(word))


def _system(manifest: Manifest) -> Mouth:
    def call(url: str, allow_private: bool) -> None:
        account = _account(manifest, url)
        adapter_class(manifest.key)(account, allow_private=allow_private, limits=LIMITS).verify()

    def problem(url: str) -> str:
        return "; ".join(manifest.problems(_account(manifest, url).credentials).values())

    return Mouth(problem, call)


def _shop(**more: str) -> Mouth:
    def call(url: str, allow_private: bool) -> None:
        key = {"consumer_key": "ck_1", "consumer_secret": "cs_1", **more}
        shop = Shop(1, "shop", "woocommerce", "S", url, credentials=key)
        client_for(shop, allow_private=allow_private, limits=LIMITS).verify()

    return Mouth(lambda url: "", call)


def _ourselves() -> Mouth:
    def call(url: str, allow_private: bool) -> None:
        why = unreachable(url, "/webhooks/shop", allow_private=allow_private)
        if why:
            raise AdapterError(why, system="billhook")

    return Mouth(lambda url: "", call)


#: Every system that lets a person write its address down; a new one is among them by itself.
MOUTHS: Mapping[str, Mouth] = {
    **{m.key: _system(m) for m in manifests() if any(map(_is_address, m.credentials))},
    "a shop": _shop(),
    "a shop over plain http": _shop(plain_http="yes"),
    "our own public address": _ourselves(),
}
