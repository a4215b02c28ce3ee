"""A document as kept, and as the query shows it (https://docs.szamlazz.hu/agent/querying_xml/response)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulators.szamlazz.answers import Content, plain
from simulators.szamlazz.arithmetic import Amounts, of_line, percent_of, total

INVOICE, PROFORMA, STORNO, CORRECTIVE, ADVANCE, FINAL, DELIVERY = "SZ", "D", "SS", "HS", "ES", "VS", "SL"
UNIFIED = ("átutalás", "bankkártya", "készpénz", "utánvét", "PayPal", "OTP Simple", "SZÉP kártya", "csekk", "barion")


@dataclass
class Document:
    """`header` and `lines` are as sent; a storno's lines have their quantities and sums turned."""

    ident: int
    number: str
    kind: str
    header: dict[str, Any]
    buyer: dict[str, Any]
    lines: list[dict[str, Any]]
    issued: str
    external: str = ""
    electronic: bool = True
    refers: str = ""
    proforma: str = ""
    event: int = 0
    payments: list[dict[str, Any]] = field(default_factory=list)
    reversed_by: str = ""
    consumed: bool = False
    deleted: bool = False
    born: float = field(default_factory=time.monotonic)

    @property
    def order(self) -> str:
        return str(self.header.get("rendelesSzam") or "")

    @property
    def currency(self) -> str:
        return "HUF" if self.header["penznem"] == "Ft" else str(self.header["penznem"])

    @property
    def seen(self) -> bool:
        """A proforma that an invoice has settled is gone from every query, as if deleted."""
        return not self.deleted and not self.consumed

    @property
    def sums(self) -> Amounts:
        return total(self.lines)

    @property
    def open(self) -> Decimal:
        """kintlevoseg: what is still to be paid."""
        paid = sum((entry["osszeg"] for entry in self.payments), Decimal(0))
        return self.sums.gross + (self.header.get("fizetendoKorrekcio") or Decimal(0)) - paid

    def shown(self, buyer: Mapping[str, Any], seller: Mapping[str, str], test: bool) -> list[tuple[str, Content]]:
        """`buyer` is the partner as last sent, not as on the day of issue (measured)."""
        return [
            ("szallito", _seller(seller)), ("alap", self._basics(test)), ("vevo", _buyer(buyer)),
            ("tetelek", [("tetel", _line(line, place)) for place, line in enumerate(self.lines, 1)]),
            ("osszegek", _sums(self.lines)),
            ("kifizetesek", [("kifizetes", _payment(entry)) for entry in self.payments] or None),
        ]  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """For the books."""
        told = ("number", "kind", "external", "order", "currency", "refers", "proforma", "reversed_by", "consumed",
                "deleted", "issued")  # fmt: skip
        sums = self.sums
        return {name: getattr(self, name) for name in told} | {
            "id": self.number, "buyer": self.buyer["nev"], "net": str(sums.net), "gross": str(sums.gross),
            "open": str(self.open),
        }  # fmt: skip

    def _basics(self, test: bool) -> list[tuple[str, Content]]:
        header, way = self.header, self.header["fizmod"]
        return [
            ("id", str(self.ident)), ("szamlaszam", self.number), ("gazdEsemAzon", str(self.event or self.ident)),
            ("tipus", self.kind), ("eszamla", "3" if self.electronic else "1"),
            ("hivszamlaszam", self.refers or None), ("hivdijbekszam", self.proforma or None), ("kelt", self.issued),
            ("telj", header["teljesitesDatum"]), ("fizh", header["fizetesiHataridoDatum"]), ("fizmod", way),
            ("fizmodunified", way if way in UNIFIED else "egyéb"), ("keszpenz", str(way == "készpénz").lower()),
            ("rendelesszam", self.order or None), ("nyelv", header["szamlaNyelve"]), ("devizanem", self.currency),
            ("devizabank", header.get("arfolyamBank") or None), ("devizaarf", _given(header.get("arfolyam"))),
            ("megjegyzes", header.get("megjegyzes") or None), ("penzforg", "false"), ("kata", "false"),
            ("katafokonyv", "false"), ("email", self.buyer.get("email") or None), ("teszt", str(test).lower()),
            ("sztornozott", "true" if self.reversed_by else None),
        ]  # fmt: skip


def _seller(seller: Mapping[str, str]) -> list[tuple[str, Content]]:
    place: list[tuple[str, Content]] = [("orszag", "HU"), ("irsz", "1011"), ("telepules", "Budapest"),
                                        ("cim", "Fő utca 1.")]  # fmt: skip
    return [("id", seller["id"]), ("nev", seller["name"]), ("cim", place), ("adoszam", seller["tax_number"])]


def _buyer(buyer: Mapping[str, Any]) -> list[tuple[str, Content]]:
    place: list[tuple[str, Content]] = [(name, buyer.get(name) or None) for name in ("orszag", "irsz", "telepules")]
    return [
        ("id", str(buyer["id"])), ("nev", buyer["nev"]), ("azonosito", buyer.get("azonosito") or None),
        ("cim", [*place, ("cim", buyer.get("cim") or None)]), ("email", buyer.get("email") or None),
        ("adoszam", buyer.get("adoszam") or None), ("adoszameu", buyer.get("adoszamEU") or None),
    ]  # fmt: skip


def _line(line: Mapping[str, Any], place: int) -> list[tuple[str, Content]]:
    return [
        ("nev", line["megnevezes"]), ("azonosito", line.get("azonosito") or None),
        ("mennyiseg", plain(line["mennyiseg"])), ("mennyisegiegyseg", line["mennyisegiEgyseg"]),
        ("nettoegysegar", plain(line["nettoEgysegar"])), *_rate(line["afakulcs"]), *_amounts(of_line(line)),
        ("megjegyzes", line.get("megjegyzes") or None), ("sztetordering", str(place)),
    ]  # fmt: skip


def _sums(lines: list[dict[str, Any]]) -> list[tuple[str, Content]]:
    codes = dict.fromkeys(line["afakulcs"] for line in lines)
    rows: list[tuple[str, Content]] = [
        ("afakulcsossz", [*_rate(code), *_amounts(total(line for line in lines if line["afakulcs"] == code))])
        for code in codes
    ]
    return [*rows, ("totalossz", _amounts(total(lines)))]


def _rate(code: str) -> list[tuple[str, Content]]:
    percent = percent_of(code)
    return [("afakulcs", plain(percent))] if percent is not None else [("afatipus", code), ("afakulcs", "0")]


def _amounts(amounts: Amounts) -> list[tuple[str, Content]]:
    return [("netto", plain(amounts.net)), ("afa", plain(amounts.vat)), ("brutto", plain(amounts.gross))]


def _payment(entry: Mapping[str, Any]) -> list[tuple[str, Content]]:
    return [("datum", entry["datum"]), ("jogcim", entry["jogcim"]), ("osszeg", plain(entry["osszeg"])),
            ("megjegyzes", entry.get("leiras") or None)]  # fmt: skip


def _given(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
