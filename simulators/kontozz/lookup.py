"""Finding documents by the order's field, page by page, and reading one."""

from urllib.parse import urlencode

from simulators.exchange import Request, Response
from simulators.kontozz.document import Document
from simulators.kontozz.documents import found
from simulators.kontozz.profile import operation
from simulators.kontozz.world import Kontozz

MOST = 100


@operation("get")
def show(world: Kontozz, request: Request) -> Response:
    return world.show(found(world, request))


@operation("find")
def find(world: Kontozz, request: Request) -> Response:
    """Newest first."""
    names = {wire: name for name, wire in world.profile.parameters.items()}
    asked = {names.get(wire, ""): text for wire, text in request.query.items() if wire not in world.own_parameters()}
    if "" in asked:
        raise world.no(422, "VALIDATION", f"Unknown parameter; known are {', '.join(names)}")
    number, size = _whole(world, asked, "page", 1), min(_whole(world, asked, "per_page", 20), MOST)
    rows = [one for one in reversed(world.documents.values()) if _wanted(world, one, asked.get("order_id"), request)]
    pages = max(1, -(-len(rows) // size))
    following = {**request.query, world.profile.parameters["page"]: str(number + 1)}
    meta = {"page": number, "last_page": pages, "total": len(rows),
            "next": f"{world.address}{request.path}?{urlencode(following)}" if number < pages else None}  # fmt: skip
    return world.listed([world.seen(one) for one in rows[(number - 1) * size : number * size]], meta)


def _wanted(world: Kontozz, document: Document, wanted: str | None, request: Request) -> bool:
    if world.hidden_by_lag(document.born, request):
        return False
    if wanted is None:
        return True
    how = world.settings["order_match"]
    return {"part": wanted in document.order, "prefix": document.order.startswith(wanted),
            "exact": document.order == wanted}[how]  # fmt: skip


def _whole(world: Kontozz, asked: dict[str, str], name: str, default: int) -> int:
    text = asked.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise world.no(422, "VALIDATION", f"{name} must be a number from 1 on")
    return int(text)
