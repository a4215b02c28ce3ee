"""What may be kept of a conversation: keys and persons masked, the system's own sentence left readable."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote_plus

MASK = "***"
KEPT = 4096
#: Longer texts are cut before they are read, so that a list of five megabytes costs no second.
READ = 65536
SHORTEST_SECRET = 4
SHORTEST_PERSONAL = 3

#: Names of fields that hold people's data, as a regular expression over the whole field name.
PERSONAL = (
    r"(?:\w*_)?(?:e_?mail\w*|phone\w*|mobile\w*|fax|street\w*|city|zip\w*|post_?code|"
    r"first_?name|last_?name|full_?name|person|tax_no|tax_number|vat_number|bank_account|delivery_address)"
    r"|(?:buyer|recipient|client|customer|issuer|contact)_(?:name|note|www)"
    r"|description"  # of a document: it carries the customer's own note
)
#: Names of fields that hold keys, wherever they stand.
KEYS = r"(?:\w*_)?(?:token|password|secret|api_?key)|authorization|access_key|signature"
#: Where a word may begin; the n of a line end in JSON is part of no word, nor are the digits of %22 in a form.
_BEGINS = r"(?:(?<!\w)|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
#: No pattern here may look at the same text twice: a hostile answer of 64 KiB must not cost seconds.
_JSON_IN_FORM = re.compile(r"(?<==)%(?:7B|5B)[^&\s]*+")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++(?:@|%40)[\w.-]++")

#: A text in XML, which may stand in a CDATA section, be it cut short.
_IN_XML = r"(?:<!\[CDATA\[(?:[^\]]|\](?!\]>))*+)?[^<]*+"


class Redactor:
    """Masks what one account must never show: `secrets` literally, fields by name, e-mail addresses everywhere."""

    def __init__(self, secrets: Iterable[str] = (), personal: str = PERSONAL) -> None:
        self._personal = personal
        self._literals = _literals(secrets, SHORTEST_SECRET)
        self._fields = _field_patterns(f"{personal}|{KEYS}")

    def __repr__(self) -> str:
        return "Redactor()"

    def knowing(self, secrets: Iterable[str], request: object = None, people: Iterable[str] = ()) -> Redactor:
        """This redactor with more secrets, with people's data, and with the data and keys of a request, which an answer
        may echo."""
        more = Redactor((), self._personal)
        values = _values(request, re.compile(f"{self._personal}|{KEYS}", re.IGNORECASE))
        persons = _literals((*values, *people), SHORTEST_PERSONAL)
        more._literals = self._literals + _literals(secrets, SHORTEST_SECRET) + persons
        return more

    def sentence(self, text: str) -> str:
        """A line for a person: literals and e-mail addresses masked."""
        for pattern in self._literals:
            text = pattern.sub(MASK, text)
        return EMAIL.sub(MASK, text)

    def body(self, raw: bytes | str | None) -> str:
        """A body as it may be stored: fields masked by name too, cut to 4 KiB; files only by their size."""
        if not raw:
            return ""
        if isinstance(raw, bytes) and raw.startswith(b"%PDF"):
            return f"(PDF, {len(raw)} bytes)"
        text = _plain(raw[:READ])
        for pattern in self._fields:
            text = pattern.sub(_masked, text)
        return self.sentence(text)[:KEPT]

    def url(self, url: str) -> str:
        """An address with the values of telling parameters masked."""
        return self.body(url)


def _masked(match: re.Match[str]) -> str:
    """What stood before the value, the mask, what stood after; an empty value stays visible."""
    return f"{match['before']}{MASK}{match['after']}" if match["value"] else match[0]


def _field_patterns(names: str) -> tuple[re.Pattern[str], ...]:
    """The field in JSON (also cut short), XML and forms or queries."""
    return (
        re.compile(rf'(?P<before>"(?:{names})"\s*:\s*")(?P<value>(?:[^"\\]|\\.)*+)(?P<after>"|\\?$)', re.IGNORECASE),
        re.compile(rf"(?P<before><(?:{names})(?:\s[^<>]*)?>)(?P<value>{_IN_XML})(?P<after><|$)", re.IGNORECASE),
        re.compile(rf"(?P<before>(?:^|[?&])(?:{names})=)(?P<value>[^&\s]*)(?P<after>)", re.IGNORECASE),
    )


def _literals(values: Iterable[str], shortest: int) -> tuple[re.Pattern[str], ...]:
    """Patterns of each value in every spelling it can come back in, longest first."""
    spelled = {spelling for value in values if len(value) >= shortest for spelling in _spellings(value)}
    ordered = sorted(spelled, key=len, reverse=True)
    return tuple(re.compile(rf"{_BEGINS}{re.escape(spelling)}(?!\w)", re.IGNORECASE) for spelling in ordered)


def _spellings(value: str) -> set[str]:
    return {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], html.escape(value)}


def _values(data: object, names: re.Pattern[str], inside: bool = False) -> Iterator[str]:
    """Every text under a field that holds people's data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _values(value, names, inside or names.fullmatch(str(key)) is not None)
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from _values(value, names, inside)
    elif isinstance(data, str):
        # A form may hold a whole object in one of its fields (Konto's `data`).
        if isinstance(opened := _opened(data), (dict, list)):
            yield from _values(opened, names, inside)
        elif inside:
            yield data


def _opened(text: str) -> object:
    """What a text says in JSON; the text itself where it is no object and no list."""
    try:
        return json.loads(text) if text[:1] in ("{", "[") else text
    except (ValueError, RecursionError):
        return text


def _plain(raw: bytes | str) -> str:
    """Text with JSON's escapes undone, in a form's field too, so that a mask meets every spelling."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    opened = _opened(text)
    return _JSON_IN_FORM.sub(_unescaped, text) if isinstance(opened, str) else json.dumps(opened, ensure_ascii=False)


def _unescaped(match: re.Match[str]) -> str:
    opened = _opened(unquote_plus(match[0]))
    return match[0] if isinstance(opened, str) else json.dumps(opened, ensure_ascii=False)
