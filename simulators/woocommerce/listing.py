"""Lists as WordPress gives them: pages with X-WP-Total, filters by date, status and id, strict about parameters."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from simulators.exchange import Request, Response
from simulators.woocommerce.order import HIDDEN, STATUSES, Order
from simulators.woocommerce.php import answer, invalid_param
from simulators.woocommerce.world import WooCommerce

PAGING = ("page", "per_page", "offset", "order", "orderby", "context", "_fields")
AUTH = ("consumer_key", "consumer_secret", "rest_route")
DATES = ("after", "before", "modified_after", "modified_before")
ORDER_FILTERS = (*DATES, "dates_are_gmt", "status", "include", "exclude", "customer", "product", "search",
                 "created_via", "dp")  # fmt: skip
ORDERBY = ("date", "id", "include", "title", "slug", "modified")


def check(world: WooCommerce, request: Request, known: Iterable[str]) -> dict[str, str]:
    """The parameters; unknown ones are ignored by the real shop, so a stand-in that is not strict would hide a slip."""
    asked, faults = request.query, {}
    allowed = {*known, *PAGING, *AUTH}
    for name in {name.partition("[")[0] for name in asked}:
        if world.settings["strict"] and name not in allowed and not name.startswith("oauth_"):
            faults[name] = f"{name} is unknown to the simulator (a real shop ignores it; setting strict)"
    faults.update(_number_faults(asked))
    for name, choices in (("order", ("asc", "desc")), ("orderby", ORDERBY)):
        if asked.get(name, choices[0]) not in choices:
            faults[name] = f"{name} is not one of {', '.join(choices)}."
    if faults:
        raise invalid_param(faults)
    return asked


def page(world: WooCommerce, request: Request, found: list[Any], show: Callable[[Any], dict[str, Any]]) -> Response:
    """One page, with the headers clients count by."""
    asked = request.query
    length, number = int(asked.get("per_page", 10)), int(asked.get("page", 1))
    start = int(asked["offset"]) if "offset" in asked else (number - 1) * length
    pages = -(-len(found) // length)
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
    if links := _links(world, request, number, pages):
        headers["Link"] = links
    names = asked.get("_fields")
    shown = (narrowed(show(one), names) for one in found[start : start + length])
    return answer(list(shown), headers=headers)


def narrowed(shown: dict[str, Any], names: str | None) -> dict[str, Any]:
    """_fields=id,number keeps only these."""
    return {name: shown[name] for name in names.split(",") if name in shown} if names else shown


def dp_of(request: Request) -> int | None:
    text = request.query.get("dp")
    return None if text is None else int(text)


def orders(world: WooCommerce, request: Request) -> list[Order]:
    """Orders as asked for: bounds exclusive to the second, in site time unless dates_are_gmt (5.3)."""
    asked = check(world, request, ORDER_FILTERS)
    bounds = _bounds(world, asked)
    chosen = [order for order in world.orders.values()
              if _wanted(world, order, request) and all(test(order) for test in bounds)]  # fmt: skip
    by, down = asked.get("orderby", "date"), asked.get("order", "desc") == "desc"
    if by == "include":
        wanted = ids(request, "include") or []
        return sorted(chosen, key=lambda order: wanted.index(order.ident) if order.ident in wanted else 0)
    return sorted(chosen, key=_ORDERS[by], reverse=down)


_ORDERS: dict[str, Callable[[Order], Any]] = {
    "date": lambda order: (order.created, order.ident), "modified": lambda order: (order.modified, order.ident),
    "id": lambda order: order.ident, "title": lambda order: order.ident, "slug": lambda order: order.ident,
}  # fmt: skip


def _wanted(world: WooCommerce, order: Order, request: Request) -> bool:
    statuses, include, exclude = _list(request, "status"), ids(request, "include"), ids(request, "exclude") or []
    any_status = not statuses or "any" in statuses
    asked = request.query
    return (
        (order.status not in HIDDEN if any_status else order.status in (statuses or ()))
        and (include is None or order.ident in include)
        and order.ident not in exclude
        and int(asked.get("customer", order.fields["customer_id"])) == order.fields["customer_id"]
        and asked.get("created_via", order.fields["created_via"]) == order.fields["created_via"]
        and _sells(order, asked.get("product"))
        and _matches(order, asked.get("search"))
        and not world.hidden_by_lag(order.born, request)
    )


def _sells(order: Order, product: str | None) -> bool:
    return product is None or int(product) in {item.product_id for item in order.items}


def _matches(order: Order, search: str | None) -> bool:
    return search is None or search.lower() in f"{order.number} {' '.join(order.billing.values())}".lower()


def _bounds(world: WooCommerce, asked: Mapping[str, str]) -> list[Callable[[Order], bool]]:
    zone = UTC if asked.get("dates_are_gmt", "false") in ("true", "1") else world.here
    found: list[Callable[[Order], bool]] = []
    for name in DATES:
        if name not in asked or (world.settings["old_filters"] and "modified" in name):
            continue  # shops before 5.8 ignore modified_after silently (5.3)
        try:
            bound = datetime.fromisoformat(asked[name])
        except ValueError as fault:
            raise invalid_param({name: "Invalid date."}) from fault
        bound = bound.replace(tzinfo=zone) if bound.tzinfo is None else bound
        found.append(_bound(bound, modified="modified" in name, after="after" in name))
    return found


def _bound(bound: datetime, modified: bool, after: bool) -> Callable[[Order], bool]:
    def test(order: Order) -> bool:
        moment = order.modified if modified else order.created
        return moment > bound if after else moment < bound

    return test


def _list(request: Request, name: str) -> list[str] | None:
    """A list as status=a,b or status[]=a&status[]=b or status[0]=a."""
    given = [values for key, values in request.query_lists.items() if key.partition("[")[0] == name]
    if not given:
        return None
    listed = [part for values in given for value in values for part in value.split(",") if part]
    known = (*STATUSES, *HIDDEN, "any")
    if name == "status" and (wrong := [part for part in listed if part not in known]):
        raise invalid_param({"status": f"status[0] is not one of {', '.join(known)}. ({wrong[0]})"})
    return listed


def ids(request: Request, name: str) -> list[int] | None:
    listed = _list(request, name)
    if listed is None:
        return None
    if wrong := [part for part in listed if not part.isdigit()]:
        raise invalid_param({name: f"{name}[0] is not of type integer. ({wrong[0]})"})
    return [int(part) for part in listed]


def _number_faults(asked: Mapping[str, str]) -> dict[str, str]:
    limits = {
        "page": (1, 10**9),
        "per_page": (1, 100),
        "offset": (0, 10**9),
        "dp": (0, 20),
        "customer": (0, 10**18),
        "product": (0, 10**18),
    }
    faults = {}
    for name, (low, high) in limits.items():
        text = asked.get(name, str(low))
        if not text.isdigit():
            faults[name] = f"{name} is not of type integer."
        elif not low <= int(text) <= high:
            faults[name] = f"{name} must be between {low} (inclusive) and {high} (inclusive)"
    return faults


def _links(world: WooCommerce, request: Request, number: int, pages: int) -> str:
    """prev and next; with the asked parameters, credentials left out of our answer."""
    kept = {name: value for name, value in request.query.items() if not name.startswith(("oauth_", "consumer_"))}
    found = {"prev": min(number - 1, pages)} if number > 1 else {}
    if number < pages:
        found["next"] = number + 1
    base = f"{world.home}{request.path}"
    return ", ".join(f'<{base}?{urlencode({**kept, "page": to})}>; rel="{rel}"' for rel, to in found.items())
