"""What a new document must keep to; the first code that is broken is told."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.szamlazz.answers import Refused
from simulators.szamlazz.arithmetic import FORINT, faults
from simulators.szamlazz.document import (
    ADVANCE,
    CORRECTIVE,
    DELIVERY,
    FINAL,
    INVOICE,
    PROFORMA,
    STORNO,
    Document,
)

if TYPE_CHECKING:
    from simulators.szamlazz.world import Szamlazz

FLAGS = {"dijbekero": PROFORMA, "szallitolevel": DELIVERY, "elolegszamla": ADVANCE, "vegszamla": FINAL,
         "helyesbitoszamla": CORRECTIVE}  # fmt: skip
# Correctives are exempt from the order-number switch (measured).
HELD = (INVOICE, PROFORMA, ADVANCE, FINAL, DELIVERY)
TAXPAYERS = range(-3, 8)


def kind_of(header: Mapping[str, Any]) -> str:
    """Which document the flags ask for; two at once cannot be meant."""
    asked = [kind for flag, kind in FLAGS.items() if header.get(flag)]
    if len(asked) > 1:
        raise Refused(57, "fejlec: két bizonylattípus egyszerre")
    return asked[0] if asked else INVOICE


def check(world: "Szamlazz", given: Mapping[str, Any]) -> None:
    header, own = given["fejlec"], world.settings
    today = world.today().isoformat()
    if header.get("keltDatum") not in (None, today):
        raise Refused(352, today.replace("-", "."))
    if header.get("szamlaszamElotag") and header["szamlaszamElotag"] not in prefixes(world):
        raise Refused(202, header["szamlaszamElotag"])
    if given["beallitasok"]["eszamla"] and not own["e_invoices"]:
        raise Refused(54)
    _check_texts(header, given["vevo"])
    _check_rate(header)
    for line in given["tetelek"]["tetel"]:
        for code, named in faults(line, header["penznem"], own["vat_family"]):
            raise Refused(code, named)


def _check_texts(header: Mapping[str, Any], buyer: Mapping[str, Any]) -> None:
    """Elements that must be there must also say something."""
    for name, told in (("fizmod", header), ("penznem", header), ("nev", buyer), ("irsz", buyer),
                       ("telepules", buyer), ("cim", buyer)):  # fmt: skip
        if not told[name].strip():
            raise Refused(57, f"{name}: üres")
    if header["penznem"] != "Ft" and not (header["penznem"].isascii() and len(header["penznem"]) == 3):
        raise Refused(57, f"penznem: {header['penznem']}")
    if buyer.get("adoalany", 0) not in TAXPAYERS:
        raise Refused(57, f"adoalany: {buyer['adoalany']}")


def _check_rate(header: Mapping[str, Any]) -> None:
    """Another currency needs a bank, and a rate unless it is the central bank's (comment of the XSD)."""
    if header["penznem"] in FORINT:
        return
    if not header.get("arfolyamBank") or (header["arfolyamBank"] != "MNB" and not header.get("arfolyam")):
        raise Refused(57, "arfolyamBank, arfolyam: hiányzik")


def prefixes(world: "Szamlazz") -> list[str]:
    return [name.strip() for name in world.settings["prefixes"].split(",")]


def corrected(world: "Szamlazz", header: Mapping[str, Any]) -> Document:
    """The invoice a corrective speaks of."""
    base = world.documents.get(header.get("helyesbitettSzamlaszam") or "")
    if base is None or not base.seen or base.kind in (PROFORMA, DELIVERY):
        raise Refused(7)
    if base.kind == STORNO or base.reversed_by:
        raise Refused(14)
    return base


def advance(world: "Szamlazz", header: Mapping[str, Any]) -> Document:
    """The advance invoice a final one settles, by order number before its own number; once."""
    order = (header.get("rendelesSzam") or "").strip()
    found = world.live(ADVANCE, order) or world.documents.get(header.get("elolegSzamlaszam") or "")
    settled = found and any(one.kind == FINAL and one.refers == found.number and not one.reversed_by
                            for one in world.documents.values())  # fmt: skip
    if found is None or found.kind != ADVANCE or settled:
        raise Refused(73)
    return found
