"""Queries as XML and PDF by number, external id or order number, and what the tax office knows of a company."""

from collections.abc import Mapping
from typing import Any

from simulators.exchange import Request, Response
from simulators.pdf import page
from simulators.szamlazz.answers import HEAD, VALASZ, XML, Refused, document, element, in_base64
from simulators.szamlazz.document import Document
from simulators.szamlazz.routes import PDF, QUERY, ROUTES, TAXPAYER, spot
from simulators.szamlazz.world import Szamlazz

# Element asked by -> field of a document; the first one given counts.
WAYS = {"szamlaszam": "number", "szamlaKulsoAzon": "external", "rendelesSzam": "order"}
NAV = "http://schemas.nav.gov.hu/OSA/3.0/api"


@ROUTES.add("POST", spot(QUERY))
def show(world: Szamlazz, request: Request) -> Response:
    """The external id is a way in and never said again; by order number the last document of any kind answers."""
    asked = world.body(request, "xmlszamlaxml")
    made = _found(world, request, asked)
    own = world.settings
    seller = {"id": "972720", "name": own["seller_name"], "tax_number": own["seller_tax_number"]}
    told = made.shown(world.partners[made.buyer["nev"]], seller, own["test"])
    return document("szamla", [*told, *in_base64(page([made.number]) if asked.get("pdf") else None)])


@ROUTES.add("POST", spot(PDF))
def sheet(world: Szamlazz, request: Request) -> Response:
    asked = world.body(request, "xmlszamlapdf")
    made = _found(world, request, asked, asked["valaszVerzio"])
    content = page([made.number])
    if asked["valaszVerzio"] == 1:
        return Response(200, content, "application/pdf")
    return document(VALASZ, [("sikeres", "true"), ("szamlaszam", made.number), *in_base64(content)],
                    world.settings["namespace"])  # fmt: skip


@ROUTES.add("POST", spot(TAXPAYER))
def taxpayer(world: Szamlazz, request: Request) -> Response:
    """The tax office's own answer, passed on; numbers that begin with 9 are unknown."""
    number = world.body(request, "xmltaxpayer")["torzsszam"]
    known = not number.startswith("9")
    told = element("result", [("funcCode", "OK")]) + element("taxpayerValidity", str(known).lower())
    if known:
        told += element("taxpayerData", [("taxpayerName", f"Minta {number} Kft.")])
    return Response(200, f'{HEAD}<QueryTaxpayerResponse xmlns="{NAV}">{told}</QueryTaxpayerResponse>'.encode(), XML)


def _found(world: Szamlazz, request: Request, asked: Mapping[str, Any], version: int = 2) -> Document:
    way = next((name for name in WAYS if asked.get(name)), None)
    found = world.newest(request, WAYS[way], asked[way]) if way else None
    if found is None:
        raise world.no(request, Refused(7), version)
    return found
