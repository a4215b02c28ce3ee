"""/products: the register of articles; free items need none."""

from typing import Any

from simulators.billingo.accepted import PRODUCT, PRODUCT_REQUIRED
from simulators.billingo.routes import API, ROUTES
from simulators.billingo.world import Billingo
from simulators.exchange import Refusal, Request, Response
from simulators.fields import is_whole

PLACE = f"{API}/products"


@ROUTES.add("GET", PLACE)
def index(world: Billingo, request: Request) -> Response:
    wanted = request.query.get("query", "").lower()
    texts = ((one, f"{one['name']} {one['sku'] or ''}".lower()) for one in reversed(world.products.values()))
    return world.page(request, [one for one, text in texts if wanted in text], ("query",))


@ROUTES.add("POST", PLACE)
def create(world: Billingo, request: Request) -> Response:
    return world.reply(_kept(world, world.next_id(), request), 201)


@ROUTES.add("GET", f"{PLACE}/{{id}}")
def show(world: Billingo, request: Request) -> Response:
    return world.reply(_product(world, request))


@ROUTES.add("PUT", f"{PLACE}/{{id}}")
def replace(world: Billingo, request: Request) -> Response:
    return world.reply(_kept(world, _product(world, request)["id"], request))


@ROUTES.add("DELETE", f"{PLACE}/{{id}}")
def destroy(world: Billingo, request: Request) -> Response:
    del world.products[_product(world, request)["id"]]
    return Response(204)


def _kept(world: Billingo, ident: int, request: Request) -> dict[str, Any]:
    given = world.body(request, PRODUCT, required=PRODUCT_REQUIRED)
    world.products[ident] = {**dict.fromkeys(PRODUCT), **given, "id": ident}
    return world.products[ident]


def _product(world: Billingo, request: Request) -> dict[str, Any]:
    ident = request.params["id"]
    if not is_whole(ident) or int(ident) not in world.products:
        raise Refusal(world.refuse(404, "Product not found."))
    return world.products[int(ident)]
