"""action-szamla_agent_dijbekero_torlese: deleting a proforma, paid or not."""

from simulators.exchange import Request, Response
from simulators.szamlazz.answers import Refused, document
from simulators.szamlazz.document import PROFORMA
from simulators.szamlazz.routes import DELETE_PROFORMA, ROUTES, spot
from simulators.szamlazz.world import Szamlazz


@ROUTES.add("POST", spot(DELETE_PROFORMA))
def delete(world: Szamlazz, request: Request) -> Response:
    """Success has no headers of its own (measured)."""
    named = world.body(request, "xmlszamladbkdel")["fejlec"]
    found = world.documents.get(named.get("szamlaszam") or "") or world.live(PROFORMA, named.get("rendelesszam") or "")
    if found is None or found.kind != PROFORMA or not found.seen:
        raise world.no(request, Refused(335))
    found.deleted = True
    return document("xmlszamladbkdelvalasz", [("sikeres", "true")])
