"""action-xmlagentxmlfile: invoices, proformas, advances, finals, correctives, delivery notes."""

from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.pdf import page
from simulators.szamlazz.answers import VALASZ, Refused, document, done, in_base64, refused
from simulators.szamlazz.arithmetic import total
from simulators.szamlazz.making import mail, make
from simulators.szamlazz.routes import CREATE, ROUTES, URL, spot
from simulators.szamlazz.rules import check, kind_of
from simulators.szamlazz.world import Szamlazz


@ROUTES.add("POST", spot(CREATE))
def create(world: Szamlazz, request: Request) -> Response:
    """Refused or issued: there are no drafts, only a preview that is not kept."""
    given = world.body(request, "xmlszamla")
    own = given["beallitasok"]
    version = own.get("valaszVerzio", 1)
    try:
        if given["fejlec"].get("elonezetpdf"):
            return _preview(world, given)
        made, new = make(world, given)
    except Refused as error:
        raise world.no(request, error, version) from error
    buyer = given["vevo"]
    if new and buyer.get("email") and buyer.get("sendEmail"):
        if world.settings["email_fails"]:
            raise Refusal(refused(world, Refused(56), version, made=made))
        mail(world, made.number, buyer["email"])
    return done(world, made, version, page([made.number]) if own["szamlaLetoltes"] else None)


@ROUTES.add("POST", URL)
def nothing(world: Szamlazz, request: Request) -> Response:
    """No file under a name that means something."""
    raise world.no(request, Refused(53))


def _preview(world: Szamlazz, given: dict[str, Any]) -> Response:
    check(world, given)
    sheet = page([f"{kind_of(given['fejlec'])} {total(given['tetelek']['tetel']).gross}"])
    return document(VALASZ, [("sikeres", "true"), *in_base64(sheet)], world.settings["namespace"])
