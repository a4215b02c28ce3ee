"""action-szamla_agent_st: storno, once per invoice however often it is asked for (sheet section 6, measured)."""

from typing import Any

from simulators.exchange import Request, Response
from simulators.pdf import page
from simulators.szamlazz.answers import Refused, done
from simulators.szamlazz.document import CORRECTIVE, DELIVERY, PROFORMA, STORNO, Document
from simulators.szamlazz.making import keep, mail
from simulators.szamlazz.routes import ROUTES, spot
from simulators.szamlazz.routes import STORNO as FIELD
from simulators.szamlazz.world import Szamlazz

SUMS = ("mennyiseg", "nettoErtek", "afaErtek", "bruttoErtek")


@ROUTES.add("POST", spot(FIELD))
def reverse(world: Szamlazz, request: Request) -> Response:
    given = world.body(request, "xmlszamlast")
    own = given["beallitasok"]
    version = own.get("valaszVerzio", 1)
    try:
        made, new = _storno(world, given)
    except Refused as error:
        raise world.no(request, error, version) from error
    if new and given.get("vevo", {}).get("email"):
        mail(world, made.number, given["vevo"]["email"])
    return done(world, made, version, page([made.number]) if own["szamlaLetoltes"] else None)


def _storno(world: Szamlazz, given: dict[str, Any]) -> tuple[Document, bool]:
    header = given["fejlec"]
    original = world.documents.get(header["szamlaszam"])
    if original is None or not original.seen:
        raise Refused(7)
    if original.kind in (PROFORMA, DELIVERY):
        return original, False  # looks like success, with the number asked for and its own positive sums
    if original.kind in (STORNO, CORRECTIVE):
        raise Refused(14)
    if original.reversed_by:
        return world.documents[original.reversed_by], False
    if any(one.kind == CORRECTIVE and one.refers == original.number for one in world.documents.values()):
        raise Refused(221)
    return _reversed(world, original, given), True


def _reversed(world: Szamlazz, original: Document, given: dict[str, Any]) -> Document:
    today = world.today().isoformat()
    header, own = given["fejlec"], given["beallitasok"]
    if header.get("keltDatum") not in (None, today):
        raise Refused(352, today.replace("-", "."))
    kept = ("fizmod", "penznem", "szamlaNyelve", "arfolyamBank", "arfolyam", "rendelesSzam", "fizetesiHataridoDatum")
    told = {name: original.header[name] for name in kept if name in original.header} | {
        "teljesitesDatum": header.get("teljesitesDatum") or original.header["teljesitesDatum"],
        "megjegyzes": header.get("megjegyzes", ""),
    }
    lines = [{**line, **{name: -line[name] for name in SUMS}} for line in original.lines]
    number = world.next_number(original.number.rsplit("-", 2)[0])
    storno = Document(
        world.next_ident(), number, STORNO, told, original.buyer, lines, today, own.get("szamlaKulsoAzon") or "",
        own["eszamla"], original.number, event=original.ident,
    )  # fmt: skip
    original.reversed_by, original.payments = number, []
    return keep(world, storno)
