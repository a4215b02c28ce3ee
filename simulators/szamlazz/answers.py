"""How Számlázz.hu answers: 200 always, the outcome in szlahu_ headers, in the body, or in both (sheet section 3)."""

import base64
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Union
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

from simulators.exchange import Response

if TYPE_CHECKING:
    from simulators.szamlazz.document import Document
    from simulators.szamlazz.world import Szamlazz

Content = Union[str, None, Sequence[tuple[str, "Content"]]]  # noqa: UP007 - a name of its own in quotes knows no |
XML = "text/xml; charset=UTF-8"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
VALASZ = "xmlszamlavalasz"
# https://docs.szamlazz.hu/agent/basics/error-handling; texts of 7, 14, 152, 221, 335, 352, 463 as measured.
TEXTS = {
    1: "Rendszerkarbantartás. Kérjük, próbálja meg később.",
    3: "Sikertelen bejelentkezés.",
    7: "Hiányzó adat: számla xml (ismeretlen számlaszám, rendelésszám vagy külső azonosító).",
    14: "Sztornó és jóváíró számlát nem lehet sem sztornózni, sem jóváírni.",
    17: "Nincs jogosultsága a művelethez.",
    49: "Hibás Számla Agent kulcs.",
    52: "Hibás áfakulcs: {0}",
    53: "Hiányzó XML fájl.",
    54: "E-számla nem készíthető.",
    56: "A számla elkészült, de az értesítő e-mail kiküldése sikertelen.",
    57: "XML beolvasási hiba: {0}",
    71: "Már létező rendelésszám: {0}",
    73: "A hivatkozott előlegszámla nem beazonosítható.",
    135: "Böngészőben be van jelentkezve.",
    136: "A felhasználó előfizetési díja rendezetlen.",
    152: "Már létező rendelésszám: {0}. Kérjük, ellenőrizze a számlát.",
    164: "A felhasználóhoz több cég tartozik, használjon Számla Agent kulcsot.",
    167: "Túl sok tesztszámla rövid idő alatt.",
    202: "A számlaszám előtag nem létezik: {0}",
    221: "Ez a számla nem sztornózható (van helyesbítő számlája).",
    259: "A tétel nettó értéke hibás: {0}",
    260: "A tétel áfa értéke hibás: {0}",
    261: "A tétel bruttó értéke hibás: {0}",
    262: "A tétel nettó értéke forintban csak egész szám lehet: {0}",
    263: "A tétel áfa értéke forintban csak egész szám lehet: {0}",
    264: "A tétel értéke legfeljebb két tizedesjegyű lehet: {0}",
    335: "Nincs ilyen díjbekérő (vagy törölték, vagy nem is létezett).",
    352: "A számla kelte csak a mai nap lehet: {0}.",
    395: "Az áfakulcs nem használható ennél a fióknál: {0}",
    463: "Sztornózó vagy sztornózott számlához nem tartozhat kifizetettségi információ.",
}


class Refused(Exception):
    """A code of the system's own, with what its text names."""

    def __init__(self, code: int, named: object = "") -> None:
        super().__init__(code, named)
        self.code, self.text = code, TEXTS[code].format(named)


def plain(amount: Decimal) -> str:
    """5100.55 and 6605: no zeros at the end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def element(name: str, content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return f"<{name}>{escape(content)}</{name}>" if content else f"<{name}/>"
    return f"<{name}>{''.join(element(*entry) for entry in content)}</{name}>"


def document(name: str, content: Content, namespace: bool = True, **headers: str) -> Response:
    """A whole XML answer; the published samples of xmlszamlavalasz have no namespace."""
    inner = element(name, content)
    if namespace:
        inner = inner.replace(f"<{name}", f'<{name} xmlns="http://www.szamlazz.hu/{name}"', 1)
    return Response(200, (HEAD + inner).encode(), XML, headers)


def refused(world: "Szamlazz", error: Refused, version: int = 2, channels: bool = True, root: str = VALASZ,
            made: "Document | None" = None) -> Response:  # fmt: skip
    """A refusal; `channels` says headers too (query and payment say it in the body alone, as measured)."""
    headers = _titles(world, made) if made else {}
    if channels:
        headers |= {"szlahu_error": quote_plus(error.text), "szlahu_error_code": str(error.code)}
    if version == 1:
        return Response(200, f"[ERR] {error.text}".encode(), "text/plain; charset=UTF-8", headers)
    told: list[tuple[str, Content]] = [("sikeres", "false"), ("hibakod", str(error.code)), ("hibauzenet", error.text)]
    return document(root, told + (_sums(world, made) if made else []), world.settings["namespace"], **headers)


def done(world: "Szamlazz", made: "Document", version: int, pdf: bytes | None = None) -> Response:
    """Success of create, storno and payment in the version asked for."""
    headers = _titles(world, made)
    if version == 1:
        if pdf is not None:
            return Response(200, pdf, "application/pdf", headers)
        return Response(200, f"xmlagentresponse=DONE;{made.number}".encode(), "text/plain; charset=UTF-8", headers)
    told: list[tuple[str, Content]] = [("sikeres", "true"), *_sums(world, made)]
    answer = document(VALASZ, [*told, *in_base64(pdf)], world.settings["namespace"], **headers)
    return raw(answer) if world.settings["buyer_page_raw"] else answer


def raw(answer: Response) -> Response:
    """As published samples have it: the ampersand of the buyer's page unescaped, which is no XML."""
    return Response(200, answer.body.replace(b"&amp;partguid", b"&partguid"), XML, answer.headers)


def in_base64(pdf: bytes | None) -> list[tuple[str, Content]]:
    return [] if pdf is None else [("pdf", base64.b64encode(pdf).decode())]


def _sums(world: "Szamlazz", made: "Document") -> list[tuple[str, Content]]:
    sums = made.sums
    told: list[tuple[str, Content]] = [
        ("szamlaszam", made.number), ("szamlanetto", plain(sums.net)), ("szamlabrutto", plain(sums.gross)),
    ]  # fmt: skip
    if world.settings["namespace"]:
        told += [("kintlevoseg", plain(made.open)), ("vevoifiokurl", world.page_of(made))]
    return told


def _titles(world: "Szamlazz", made: "Document") -> dict[str, Any]:
    sums = made.sums
    return {
        "szlahu_szamlaszam": quote_plus(made.number), "szlahu_id": str(made.ident),
        "szlahu_nettovegosszeg": plain(sums.net), "szlahu_bruttovegosszeg": plain(sums.gross),
        "szlahu_kintlevoseg": plain(made.open), "szlahu_vevoifiokurl": quote_plus(world.page_of(made)),
        "szlahu_fizetesmod": quote_plus(made.header["fizmod"]),
    }  # fmt: skip
