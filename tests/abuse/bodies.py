"""Bodies that no honest sender sends, with what the door answers: to a shop whose deliveries it keeps, and to a sender
who is told what is wrong."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.door.conftest import order
from tests.generic_orders import body_of

MIB = 1024 * 1024
LIMIT = 2 * MIB
#: Standard Webhooks sign text: a body that is none has no right signature.
NO_TEXT = 401


@dataclass(frozen=True)
class Body:
    """What is sent; `kept` is the answer of a shop's door, `told` of the generic one."""

    data: bytes = field(repr=False)
    kept: int = 200
    told: int = 422
    headers: Mapping[str, str] = field(default_factory=dict)


def _encoded(data: bytes, encoding: str) -> Body:
    return Body(data, 415, 415, {"Content-Encoding": encoding})


def _keys(most: int, written: bytes = b'"%x":1') -> bytes:
    return b"{" + b",".join(written % number for number in range(most)) + b"}"


def _lines(most: int, written: bytes) -> bytes:
    """An order of both kinds with so many lines."""
    lines = b",".join(written % number if b"%d" in written else written for number in range(most))
    return order(lines="@", line_items="@").replace(b'"@"', b"[" + lines + b"]", 1)


def _filled(text: bytes) -> bytes:
    """So much of it as fits."""
    return text * ((LIMIT - 10) // len(text))


_BOMB = gzip.compress(b"0" * (64 * MIB), 9)

BODIES: Mapping[str, Body] = {
    "a gzip bomb": _encoded(_BOMB, "gzip"),
    "a gzip bomb by its old name": _encoded(_BOMB, "x-gzip"),
    "a gzip bomb in capitals": _encoded(_BOMB, "GZIP"),
    "a bomb in a bomb": _encoded(gzip.compress(_BOMB), "gzip, gzip"),
    "a deflate bomb": _encoded(zlib.compress(b"0" * (64 * MIB), 9), "deflate"),
    "an encoding that nobody knows": _encoded(b"{}", "br, zstd"),
    "a gzip bomb that does not say so": Body(_BOMB, told=NO_TEXT),
    "a million keys": Body(_keys(1_000_000), 413, 413),
    "as many keys as fit": Body(_keys(150_000)),
    "as many keys as are read": Body(_keys(174_000, b'"%07x":1')),
    "as many fields as fit": Body(order(meta_data=[{"id": n, "key": "k", "value": "v"} for n in range(40_000)])),
    "as many lists as fit": Body(b"[" + _filled(b"[],")[:-1] + b"]"),
    "as many wrong lines as are read": Body(_lines(40_000, b'{"rate":1,"id":1,"sku":[]}')),
    "as many lines as are taken": Body(_lines(5_000, b'{"id":%d,"name":"x","quantity":1,"rate":23,"unit_net":"1"}')),
    "100,000 deep, lists": Body(b"[" * 100_000 + b"]" * 100_000),
    "100,000 deep, objects": Body(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "100,000 deep, in a field": Body(order(meta_data="@").replace(b'"@"', b"[" * 100_000 + b"]" * 100_000)),
    "nothing but brackets": Body(_filled(b"[")),
    "nothing but blanks": Body(_filled(b" ")),
    "nothing but NUL": Body(_filled(b"\0")),
    "nothing but quotes": Body(_filled(b'"')),
    "nothing but escapes": Body(b'"' + _filled(b"\\u0000") + b'"'),
    "a number of two million digits": Body(b'{"id":' + _filled(b"9") + b"}"),
    "a fraction of two million digits": Body(b'{"id":30,"total":0.' + b"9" * (LIMIT - 100) + b"}"),
    "an exponent without end": Body(b'{"id":30,"total":1e' + b"9" * 100_000 + b"}"),
    "NaN": Body(b'{"id":30,"total":NaN}'),
    "Infinity": Body(b'{"id":30,"total":-Infinity}'),
    "names twice": Body(b'{"id":30,"id":31}'),
    "names twice, once by an escape": Body(b'{"id":30,"\\u0069d":31}'),
    "bad UTF-8": Body(b'{"id":30,"name":"\xff\xfe"}', told=NO_TEXT),
    "overlong UTF-8": Body(b'{"id":30,"name":"\xc0\xaf"}', told=NO_TEXT),
    "CESU-8": Body(b'{"id":30,"name":"\xed\xa0\xbd\xed\xb8\x80"}', told=NO_TEXT),
    "a lone surrogate": Body(b'{"id":30,"name":"\\ud83d"}'),
    "a lone surrogate as a name": Body(b'{"id":30,"\\udc00":1}'),
    "NUL in a name": Body(b'{"id":30,"a\\u0000b":1}'),
    "a form of a million fields": Body(_filled(b"a=1&")[:1_000_000]),
    "many parts": Body(_filled(b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n")),
    "pickle": Body(b"\x80\x04\x95cos\nsystem\n(S'id'\ntR.", told=NO_TEXT),
    "YAML": Body(b"!!python/object/apply:os.system ['id']"),
    "PHP": Body(b'O:8:"stdClass":1:{s:1:"a";i:1;}'),
}

#: What a form's own reader would like to open.
TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", "")


def good(number: int) -> tuple[bytes, bytes]:
    """An honest order of each of the two doors."""
    return order(number), json.dumps(json.loads(body_of(f"good-{number}"))).encode()
