"""What each root element holds, in the order of the vendor's XSDs as the live service takes it, and a strict reader.

`name` is required, `name?` optional, `name*` any number, `name+` one or more; after a colon the type (text without
one) or, after @, the table of what stands inside. https://docs.szamlazz.hu/agent/ (sheet sections 2 and 6)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from simulators.fields import day
from simulators.money import number

NAMESPACE = "http://www.szamlazz.hu/"
MANY = 10_000
LANGUAGES = ("hu", "en", "de", "it", "ro", "sk", "hr", "fr", "es", "cz", "pl", "bg", "nl", "ru", "si")
_LOGIN = "felhasznalo? jelszo? szamlaagentkulcs?"
_CHANGES = "email? adoszam? adoszamEU?"
TABLES = {
    "xmlszamla": "beallitasok:@settings fejlec:@header elado:@seller vevo:@buyer fuvarlevel?:@waybill tetelek:@lines",
    "settings": f"{_LOGIN} eszamla:bool szamlaLetoltes:bool szamlaLetoltesPld?:int valaszVerzio?:int aggregator?"
    " guardian?:bool cikkazoninvoice?:bool szamlaKulsoAzon?",
    "header": "keltDatum?:date teljesitesDatum:date fizetesiHataridoDatum:date fizmod penznem szamlaNyelve:language"
    " megjegyzes? arfolyamBank? arfolyam?:double rendelesSzam? dijbekeroSzamlaszam? elolegszamla?:bool vegszamla?:bool"
    " elolegSzamlaszam? helyesbitoszamla?:bool helyesbitettSzamlaszam? dijbekero?:bool szallitolevel?:bool logoExtra?"
    " szamlaszamElotag? fizetendoKorrekcio?:double fizetve?:bool arresAfa?:bool eusAfa?:bool szamlaSablon?"
    " elonezetpdf?:bool simpleItems?:bool",
    "seller": "bank? bankszamlaszam? emailReplyto? emailTargy? emailSzoveg? alairoNeve?",
    "buyer": "nev orszag? irsz telepules cim email? sendEmail?:bool adoalany?:int adoszam? csoportazonosito?"
    " adoszamEU? postazasiNev? postazasiOrszag? postazasiIrsz? postazasiTelepules? postazasiCim?"
    " vevoFokonyv?:@buyer_ledger azonosito? alairoNeve? telefonszam? megjegyzes?",
    "buyer_ledger": "konyvelesDatum?:date vevoAzonosito? vevoFokonyviSzam? folyamatosTelj?:bool elszDatumTol?:date"
    " elszDatumIg?:date",
    "waybill": "uticel? futarSzolgalat? vonalkod? megjegyzes?",
    "lines": "tetel+:@line",
    "line": "megnevezes azonosito? mennyiseg:double mennyisegiEgyseg nettoEgysegar:double afakulcs arresAfaAlap?:double"
    " nettoErtek:double afaErtek:double bruttoErtek:double megjegyzes? tetelFokonyv?:@line_ledger torloKod?",
    "line_ledger": "gazdasagiEsem? gazdasagiEsemAfa? arbevetelFokonyviSzam? afaFokonyviSzam? elszDatumTol?:date"
    " elszDatumIg?:date",
    "xmlszamlast": "beallitasok:@storno_settings fejlec:@storno_header elado?:@storno_seller vevo?:@storno_buyer",
    "storno_settings": f"{_LOGIN} eszamla:bool szamlaLetoltes:bool szamlaLetoltesPld?:int aggregator? guardian?:bool"
    " valaszVerzio?:int szamlaKulsoAzon?",
    "storno_header": "szamlaszam keltDatum?:date teljesitesDatum?:date megjegyzes? tipus? szamlaSablon?",
    "storno_seller": "emailReplyto? emailTargy? emailSzoveg?",
    "storno_buyer": _CHANGES,
    "xmlszamlakifiz": "beallitasok:@payment_settings kifizetes*:@payment",
    "payment_settings": f"{_LOGIN} szamlaszam adoszam? additiv:bool aggregator? valaszVerzio?:int",
    "payment": "datum:date jogcim osszeg:double leiras?",
    "xmlszamlaxml": f"{_LOGIN} szamlaszam? rendelesSzam? pdf?:bool szamlaKulsoAzon?",
    "xmlszamlapdf": f"{_LOGIN} szamlaszam? rendelesSzam? valaszVerzio:int szamlaKulsoAzon?",
    "xmlszamladbkdel": "beallitasok:@login fejlec:@proforma",
    "xmltaxpayer": "beallitasok:@login torzsszam:eight",
    "login": _LOGIN,
    "proforma": "szamlaszam? rendelesszam?",
}
MOST = {("xmlszamlakifiz", "kifizetes"): 5}
BOOLS = {"true": True, "1": True, "false": False, "0": False}


class Invalid(Exception):
    """The XML does not keep to its schema."""


@dataclass(frozen=True)
class Entry:
    name: str
    kind: str
    least: int
    most: int

    @property
    def repeats(self) -> bool:
        return self.most > 1


def _entry(table: str, told: str) -> Entry:
    word, _, kind = told.partition(":")
    name, mark = word.rstrip("?*+"), word[-1]
    most = MOST.get((table, name), MANY) if mark in "*+" else 1
    return Entry(name, kind or "text", 0 if mark in "?*" else 1, most)


ENTRIES = {table: tuple(_entry(table, told) for told in line.split()) for table, line in TABLES.items()}


def read(root: Element, name: str) -> dict[str, Any]:
    """A whole request; Invalid for another root, another namespace, another order, a wrong type."""
    if root.tag != f"{{{NAMESPACE}{name}}}{name}":
        raise Invalid(f"{_local(root)}: the root must be {name} in the namespace {NAMESPACE}{name}")
    return _inside(root, name)


def _inside(element: Element, table: str) -> dict[str, Any]:
    if (element.text or "").strip():
        raise Invalid(f"{_local(element)}: holds elements, not text")
    children, found = list(element), dict[str, Any]()
    namespace = element.tag.rpartition("}")[0]
    for entry in ENTRIES[table]:
        taken = _taken(children, f"{namespace}}}{entry.name}")
        del children[: len(taken)]
        _count(element, entry, len(taken))
        values = [_value(child, entry.kind) for child in taken]
        if entry.repeats:
            found[entry.name] = values
        elif values:
            found[entry.name] = values[0]
    if children:
        raise Invalid(f"{_local(children[0])}: unknown, repeated or not in its place within {_local(element)}")
    return found


def _taken(children: Sequence[Element], tag: str) -> list[Element]:
    """The run of elements of this name that stands next."""
    taken = []
    for child in children:
        if child.tag != tag:
            break
        taken.append(child)
    return taken


def _count(element: Element, entry: Entry, count: int) -> None:
    if count < entry.least:
        raise Invalid(f"{entry.name}: missing, or not in its place, within {_local(element)}")
    if count > entry.most:
        raise Invalid(f"{entry.name}: at most {entry.most} within {_local(element)}")


def _value(element: Element, kind: str) -> Any:
    if kind.startswith("@"):
        return _inside(element, kind[1:])
    if len(element):
        raise Invalid(f"{_local(element)}: holds text, not elements")
    given = element.text or ""
    return given if kind == "text" else _typed(element, kind, given.strip())


def _typed(element: Element, kind: str, given: str) -> Any:
    if kind == "bool" and given in BOOLS:
        return BOOLS[given]
    if kind == "int" and re.fullmatch(r"[+-]?[0-9]{1,9}", given):
        return int(given)
    if kind == "double" and re.fullmatch(r"[+-]?[0-9]{0,12}(\.[0-9]{0,20})?", given) and number(given) is not None:
        return number(given)
    if (
        (kind == "date" and not list(day(given, "")))
        or (kind == "language" and given in LANGUAGES)
        or (kind == "eight" and re.fullmatch(r"[0-9]{8}", given))
    ):
        return given
    raise Invalid(f"{_local(element)}: {given!r} is no {kind}")


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
