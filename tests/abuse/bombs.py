"""XML that expands, fetches, nests or goes on without end, as a shop's answer may hold it."""

from __future__ import annotations

_ORDER = b"<Orders><Order><Key>1-2</Key><Currency>HUF</Currency><SumPriceGross>10</SumPriceGross>%s</Order></Orders>"
_LAUGHS = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))

BOMBS: dict[str, bytes] = {
    "a billion laughs": b'<!DOCTYPE o [<!ENTITY a "ha">' + _LAUGHS + b"]>" + _ORDER % b"<Lang>&j;</Lang>",
    "one large entity": b'<!DOCTYPE o [<!ENTITY a "%s">]>' % (b"x" * 100_000) + _ORDER % (b"<Lang>&a;</Lang>" * 1000),
    "a file": b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _ORDER % b"<Lang>&a;</Lang>",
    "an address": b'<!DOCTYPE o [<!ENTITY a SYSTEM "http://127.0.0.1:1/x">]>' + _ORDER % b"<Lang>&a;</Lang>",
    "a parameter entity": b'<!DOCTYPE o [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>' + _ORDER % b"",
    "a document type from elsewhere": b'<!DOCTYPE o SYSTEM "http://127.0.0.1:1/o.dtd"><Orders/>',
    "fifty thousand elements in each other": b"<a>" * 50_000,
    "as many elements as fit": b"<Orders>" + b"<a/>" * 500_000 + b"</Orders>",
    "two orders": b"<Orders><Order/><Order/></Orders>",
    "no XML": b"{}",
    "an encoding that nobody knows": b'<?xml version="1.0" encoding="x-none"?>' + _ORDER % b"",
    "another encoding than it says": b'<?xml version="1.0" encoding="UTF-16"?>' + _ORDER % b"",
}
