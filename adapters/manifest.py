"""What a system can do, as data: drives forms, checks, refusals before any call, limits, clauses and the matrix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas import mapping
from schemas.document import Kind


class Reference(StrEnum):
    """Whether our reference can be found again, and whether the system itself keeps it unique."""

    UNIQUE = "unique"
    SEARCHABLE = "searchable"
    NONE = "none"


class Credit(StrEnum):
    NONE = "none"
    FULL = "full"
    PARTIAL = "partial"


class Prices(StrEnum):
    """What of a line is sent: documents.md 2.5 styles N, G and T."""

    NET_UNIT = "net unit"
    GROSS_UNIT = "gross unit"
    TOTALS = "totals"


class Pdf(StrEnum):
    """`LATER`: a fresh document's PDF may take a while."""

    NONE = "none"
    READY = "ready"
    LATER = "later"


class Trial(StrEnum):
    """How a test document comes and goes: as a draft that is deleted; issued with a number, then deleted, cancelled or
    credited in full; `STAYS`: nothing takes it away but a person."""

    DRAFT = "draft"
    DELETED = "deleted"
    CANCELLED = "cancelled"
    CREDITED = "credited"
    STAYS = "stays"


class Token(StrEnum):
    STATIC = "static"
    EXPIRING_KEY = "expiring key"
    CLIENT_CREDENTIALS = "client credentials"
    ROTATING_REFRESH = "rotating refresh"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in; `label` is spelled as the vendor spells it, `pattern` matches the whole value, `check`
    looks at it further and says what is wrong ("" = nothing)."""

    name: str
    label: str
    secret: bool = False
    required: bool = True
    pattern: str = ".+"
    example: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    check: Callable[[str], str] = lambda value: ""

    def problem(self, value: str) -> str | None:
        """What is wrong with a value, None when nothing is; the value itself is never repeated."""
        if not value:
            return "is missing" if self.required else None
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        if not re.fullmatch(self.pattern, value):
            return f"does not look like {self.example or 'it should'}"
        return self.check(value) or None


#: The two windows that go by the calendar.
DAY = 86_400
MONTH = 30 * DAY

#: What every account may say besides its system's own options (schemas/mapping.py).
COMMON = (
    Field("map_tax_number", "Tax number from", required=False, example="_billing_nip, vat_number",
          help="fields of the order that hold the buyer's tax number, the first filled one counts"),
    Field("map_order_reference", "Order reference from", required=False, example="meta:_po_number",
          help="meta:FIELD of the order or text:WORDS with {number}; otherwise the order's number"),
    Field("map_note", "Note from", required=False, example="meta:_gift_note",
          help="meta:FIELD of the order or text:WORDS; otherwise the buyer's own note"),
    Field("due_days", "Payment terms (days)", required=False, example="bacs 14, cod 7, * 0",
          help="by payment method; otherwise the route's"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """At most `calls` in any `seconds`. DAY and MONTH are calendar days and months in `zone`, the vendor's (IANA)."""

    calls: int
    seconds: int
    zone: str = "UTC"

    @property
    def by_calendar(self) -> bool:
        return self.seconds >= DAY


@dataclass(frozen=True, slots=True)
class Manifest:
    """One system. Empty `currencies` = any; `most_sends` 0 = unlimited; `official` names the state's hub, "" = none;
    `mails_after_official`: nothing goes out before the hub has given it its number; `lists`: the documents of some days
    can be listed; `marks_proformas_paid` speaks where `marks_paid` does; `by_profile`: what stands here is the most, an
    account's own profile says how much of it holds (`Adapter.manifest_for`).

    `limits`, and `at_once` calls side by side (0 = any), hold for one account; `calls` is how many one document takes
    at least: none is begun with fewer left. `newest_only`: of several documents with one reference a look-up shows the
    newest alone.
    """

    key: str
    label: str
    country: str
    docs: str
    credentials: tuple[Field, ...]
    options: tuple[Field, ...] = ()
    kinds: frozenset[Kind] = frozenset({Kind.INVOICE})
    reference: Reference = Reference.NONE
    reference_length: int = 0
    newest_only: bool = False
    settle_delay: float = 0.0
    most_sends: int = 0
    credit: Credit = Credit.NONE
    cancels: frozenset[Kind] = frozenset()
    follows_proforma: bool = False
    drafts: bool = False
    trial: Trial = Trial.CREDITED
    prices: Prices = Prices.NET_UNIT
    paid_on_create: bool = False
    marks_paid: bool = False
    marks_proformas_paid: bool = True
    pdf: Pdf = Pdf.NONE
    mail: bool = False
    official: str = ""
    mails_after_official: bool = False
    series: bool = False
    series_option: str = ""
    lists: bool = False
    attaches: bool = False
    currencies: frozenset[str] = frozenset()
    limits: tuple[Window, ...] = ()
    at_once: int = 0
    calls: int = 2
    token: Token = Token.STATIC
    by_profile: bool = False

    def problems(self, credentials: Mapping[str, str], options: Mapping[str, str] | None = None) -> dict[str, str]:
        """Field name → what is wrong with it, for the form and the command line; empty when all is well."""
        given = {**(options or {}), **credentials}
        found = {field.name: field.problem(given.get(field.name, "")) for field in self.fields}
        found |= mapping.problems(given)
        return {name: sentence for name, sentence in found.items() if sentence}

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything there is to fill in for an account."""
        return self.credentials + self.options + COMMON

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the credentials that are never shown."""
        return tuple(field.name for field in self.credentials if field.secret)
