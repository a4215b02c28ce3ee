"""What Számlázz.hu tells of its documents: a query's `szamla`, and the short answer to a write. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import unquote_plus
from xml.etree.ElementTree import Element  # nosec B405

from adapters.payloads.szamlazz import SYSTEM
from adapters.payloads.szamlazz_xml import read
from adapters.words import read_amount, vat_by_rate
from adapters.xmltree import text
from schemas.document import Document, Kind

#: `alap/tipus`; a delivery note (SL) is none of ours.
KINDS = {"SZ": Kind.INVOICE, "ES": Kind.INVOICE, "VS": Kind.INVOICE, "D": Kind.PROFORMA, "SS": Kind.CREDIT_NOTE,
         "HS": Kind.CREDIT_NOTE}  # fmt: skip
#: What else of `alap` is kept: the kind, the order, the proforma and the invoice it refers to.
TOLD_MORE = ("tipus", "rendelesszam", "hivdijbekszam", "hivszamlaszam")
ERROR_TEXT = "[ERR]"


@dataclass(frozen=True, slots=True)
class Reply:
    """A short answer, out of its headers and its body: each may be silent where the other speaks (section 3).

    `done` None: neither said how it went. `down` is the server's word on its maintenance.
    """

    done: bool | None
    code: str = ""
    sentence: str = ""
    number: str = ""
    net: Decimal | None = None
    gross: Decimal | None = None
    owed: Decimal | None = None
    down: str = ""
    root: Element | None = None


def reply_of(headers: Mapping[str, str], body: bytes) -> Reply:
    """Read both; raises ArithmeticError for an amount that is none."""
    root = read(body)
    said = _Both(headers, root)
    plain = body[:2000].decode("utf-8", "replace").strip()
    code, sentence = said("error_code", "hibakod"), said("error", "hibauzenet")
    if plain.startswith(ERROR_TEXT):
        sentence = sentence or plain.removeprefix(ERROR_TEXT).strip()
    number, told = said("szamlaszam", "szamlaszam"), "" if root is None else text(root, "sikeres").lower()
    failed = bool(code or sentence or told == "false")
    positive = told == "true" or number or _is_document(root)
    return Reply(
        False if failed else True if positive else None, code, sentence, number,
        read_amount(said("nettovegosszeg", "szamlanetto")),
        read_amount(said("bruttovegosszeg", "szamlabrutto")), read_amount(said("kintlevoseg", "kintlevoseg")),
        said("down", ""), root,
    )  # fmt: skip


def _is_document(root: Element | None) -> bool:
    return root is not None and root.tag == "szamla"


class _Both:
    """A word of the headers (URL-encoded), else of the body."""

    def __init__(self, headers: Mapping[str, str], root: Element | None) -> None:
        self._headers, self._root = headers, root

    def __call__(self, header: str, element: str) -> str:
        told = unquote_plus(self._headers.get(f"szlahu_{header}", "")).strip()
        return told or ("" if self._root is None or not element else text(self._root, element))


def to_document(szamla: Element, reference: str = "") -> Document | None:
    """A document as a query tells it, in our words, amounts of a credit note positive; None for a delivery note. Our
    reference is the external id it was asked by, which no answer repeats."""
    kind = KINDS.get(text(szamla, "alap/tipus"))
    if kind is None:
        return None
    sign = -1 if kind is Kind.CREDIT_NOTE else 1
    whole = {name: read_amount(text(szamla, f"osszegek/totalossz/{name}"), sign) for name in ("netto", "afa", "brutto")}
    if whole["brutto"] is None:
        raise ValueError("no total")
    number = text(szamla, "alap/szamlaszam")
    return Document(
        system=SYSTEM, system_id=number, kind=kind, reference=reference, number=number,
        currency=currency(text(szamla, "alap/devizanem")), gross=whole["brutto"], net=whole["netto"], vat=whole["afa"],
        vat_by_rate=_rates(szamla, sign, whole["afa"]), issue_date=_day(text(szamla, "alap/kelt")),
        paid=paid(szamla) * sign, state="cancelled" if text(szamla, "alap/sztornozott") == "true" else "issued",
        extra={name: text(szamla, f"alap/{name}") for name in TOLD_MORE if text(szamla, f"alap/{name}")},
    )  # fmt: skip


def currency(told: str) -> str:
    """Forints are written both ways."""
    return "HUF" if told in ("Ft", "") else told


def paid(szamla: Element) -> Decimal:
    return sum((Decimal(text(entry, "osszeg")) for entry in szamla.iterfind("kifizetesek/kifizetes")), Decimal(0))


def entries(szamla: Element) -> list[dict[str, str]]:
    """The payments there are, as a credit entry says them."""
    return [
        {"datum": text(entry, "datum")[:10], "jogcim": text(entry, "jogcim"), "osszeg": text(entry, "osszeg")}
        for entry in szamla.iterfind("kifizetesek/kifizetes")
    ]


def _rates(szamla: Element, sign: int, vat: Decimal | None) -> dict[str, Decimal]:
    rows = szamla.iterfind("osszegek/afakulcsossz")
    told = ((_rate(row), read_amount(text(row, "afa"), sign)) for row in rows)
    return vat_by_rate(told, vat)


def _rate(row: Element) -> str:
    """A percentage, or the word for zero VAT."""
    return text(row, "afatipus") or text(row, "afakulcs")


def _day(told: str) -> date | None:
    """`2026-11-20`, also with a zone behind it."""
    return date.fromisoformat(told[:10]) if told else None
