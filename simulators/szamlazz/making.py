"""Out of a request a document: the echo of an identical one, the order-number switch, the links."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from simulators.szamlazz.answers import Refused
from simulators.szamlazz.arithmetic import total
from simulators.szamlazz.document import ADVANCE, CORRECTIVE, FINAL, INVOICE, PROFORMA, Document
from simulators.szamlazz.rules import HELD, advance, check, corrected, kind_of, prefixes

if TYPE_CHECKING:
    from simulators.szamlazz.world import Szamlazz

ECHO_DAYS = 2


def make(world: "Szamlazz", given: Mapping[str, Any]) -> tuple[Document, bool]:
    """The document and whether it is new; Refused with a code of the system."""
    header = {**given["fejlec"], "rendelesSzam": (given["fejlec"].get("rendelesSzam") or "").strip()}
    kind = kind_of(header)
    check(world, given)
    refers = _reference(world, kind, header)
    if standing := world.live(kind, header["rendelesSzam"]) if kind in HELD else None:
        if world.settings["echo_identical"] and _identical(world, standing, given):
            return standing, False
        if world.settings["order_numbers_unique"]:
            raise Refused(int(world.settings["duplicate_code"]), header["rendelesSzam"])
    return _new(world, given, header, kind, refers), True


def keep(world: "Szamlazz", document: Document) -> Document:
    world.documents[document.number] = document
    return document


def remember(world: "Szamlazz", buyer: Mapping[str, Any]) -> None:
    """The list of partners keeps itself by name; what was sent last holds for all documents (measured)."""
    known = world.partners.get(buyer["nev"], {"id": len(world.partners) + 1})
    world.partners[buyer["nev"]] = {**known, **buyer}


def mail(world: "Szamlazz", number: str, address: str) -> None:
    world.emails.append({"number": number, "to": address})


def _new(world: "Szamlazz", given: Mapping[str, Any], header: dict[str, Any], kind: str,
         refers: Document | None) -> Document:  # fmt: skip
    prefix = header.get("szamlaszamElotag") or prefixes(world)[0]
    own, lines = given["beallitasok"], given["tetelek"]["tetel"]
    document = Document(
        world.next_ident(), world.next_number(f"D-{prefix}" if kind == PROFORMA else prefix), kind, header,
        dict(given["vevo"]), lines, world.today().isoformat(), own.get("szamlaKulsoAzon") or "",
        own["eszamla"] and kind != PROFORMA, refers.number if refers else "", event=refers.ident if refers else 0,
    )  # fmt: skip
    if kind in (INVOICE, ADVANCE):
        _settle_proforma(world, document)
    if header.get("fizetve"):
        document.payments.append({"datum": document.issued, "jogcim": header["fizmod"], "osszeg": document.open})
    remember(world, given["vevo"])
    return keep(world, document)


def _reference(world: "Szamlazz", kind: str, header: Mapping[str, Any]) -> Document | None:
    if kind == CORRECTIVE:
        return corrected(world, header)
    return advance(world, header) if kind == FINAL else None


def _settle_proforma(world: "Szamlazz", document: Document) -> None:
    """By number, else by equal order number; one that is gone is dropped in silence (measured)."""
    named = world.documents.get(document.header.get("dijbekeroSzamlaszam") or "")
    if named is None or named.kind != PROFORMA or not named.seen:
        named = world.live(PROFORMA, document.order)
    if named:
        document.proforma, document.event, named.consumed = named.number, named.ident, True


def _identical(world: "Szamlazz", standing: Document, given: Mapping[str, Any]) -> bool:
    """Order number, amount and buyer's name, byte for byte; nothing else is compared (measured)."""
    age = world.today() - date.fromisoformat(standing.issued)
    sums = total(given["tetelek"]["tetel"])
    return age.days <= ECHO_DAYS and sums == standing.sums and standing.buyer["nev"] == given["vevo"]["nev"]
