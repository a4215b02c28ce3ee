"""action-szamla_agent_kifiz: payments of a document, replaced or added to."""

from simulators.exchange import Request, Response
from simulators.szamlazz.answers import Refused, done
from simulators.szamlazz.document import STORNO
from simulators.szamlazz.routes import PAY, ROUTES, spot
from simulators.szamlazz.world import Szamlazz


@ROUTES.add("POST", spot(PAY))
def pay(world: Szamlazz, request: Request) -> Response:
    """additiv false puts these in the place of all there are, so that it may be said twice; true adds."""
    given = world.body(request, "xmlszamlakifiz")
    own, entries = given["beallitasok"], given["kifizetes"]
    version = own.get("valaszVerzio", 1)
    document = world.documents.get(own["szamlaszam"])
    if document is None or not document.seen:
        raise world.no(request, Refused(7), version)
    if document.reversed_by or document.kind == STORNO:
        raise world.no(request, Refused(463), version)
    document.payments = [*document.payments, *entries] if own["additiv"] else list(entries)
    return done(world, document, version)
