"""getOrder with its filters and pages, and what a shop has set up: getOrderStatus, getMethod, getSetting."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.exchange import Refusal, Request
from simulators.unas.functions import Asked, Reply, function
from simulators.unas.making import set_invoice
from simulators.unas.orders import Order

if TYPE_CHECKING:
    from simulators.unas.world import Unas

MOST = 500
ORDERS = {"order_time_asc": (lambda order: order.placed, False), "order_time_desc": (lambda order: order.placed, True),
          "modify_time_asc": (lambda order: order.modified, False),
          "modify_time_desc": (lambda order: order.modified, True)}  # fmt: skip
Test = Callable[["Unas", Order, str], bool]

FILTERS: dict[str, Test] = {
    "Key": lambda world, order, text: order.key == text,
    "Status": lambda world, order, text: text in (world.statuses[order.status].kind, world.index(order.status)),
    "StatusName": lambda world, order, text: world.statuses[order.status].name in text.split("|"),
    "StatusID": lambda world, order, text: str(order.status) in text.replace(" ", "").split(","),
    "Email": lambda world, order, text: order.email.lower() == text.lower(),
    "InvoiceStatus": lambda world, order, text: order.invoice["Status"] == text,
    "TimeStart": lambda world, order, text: order.placed >= int(text),
    "TimeEnd": lambda world, order, text: order.placed <= int(text),
    "TimeModStart": lambda world, order, text: order.modified >= int(text),
    "TimeModEnd": lambda world, order, text: order.modified <= int(text),
    "DateStart": lambda world, order, text: world.local(order.placed)[:10] >= text,
    "DateEnd": lambda world, order, text: world.local(order.placed)[:10] <= text,
}
OTHERS = ("InvoiceAutoSet", "LimitNum", "LimitStart", "Order", "Lang")
WHOLE = ("TimeStart", "TimeEnd", "TimeModStart", "TimeModEnd", "LimitNum", "LimitStart")


@function("getOrder", bucket=lambda asked: "getOrder" if asked.params.get("Key") else "getOrder several")
def get_order(world: "Unas", asked: Asked) -> Reply:
    _check(world, asked.params)
    found = _page(asked.params, _sorted(world, asked.params, _matching(world, asked)), world.settings["limit_start"])
    if asked.params.get("InvoiceAutoSet") == "1":
        _mark(world, found)
    return Reply("Orders", {"Order": [order.shown(world) for order in found]})


@function("getOrderStatus")
def get_order_status(world: "Unas", asked: Asked) -> Reply:
    return Reply("OrderStatuses", {"OrderStatus": [
        {"Id": str(status.ident), "Name": status.name, "Type": status.kind} for status in world.statuses.values()
    ]})  # fmt: skip


@function("getMethod")
def get_method(world: "Unas", asked: Asked) -> Reply:
    """Children of a method have Ids and Names of their own: reading the whole tree mixes them up (law909/mkw)."""
    groups = {"CustomerGroups": {"CustomerGroup": {"Id": "1234", "Name": "Törzsvásárló"}}}
    wanted = asked.params.get("Type")
    return Reply("Methods", {"Method": [
        {"Id": str(method.ident), "Name": method.name, "Type": method.kind, "SubType": method.subtype,
         "Active": "yes" if method.active else "no", "Limitations": groups}
        for method in world.methods if wanted in (None, "", method.kind)
    ]})  # fmt: skip


@function("getSetting")
def get_setting(world: "Unas", asked: Asked) -> Reply:
    """Only the key vat; the nesting is not on record."""
    if asked.params.get("Key") != "vat":
        raise Refusal(world.error("Unknown setting"))
    rates = {"Item": [{"Vat": rate} for rate in ("27", "18", "5", "0")]}
    return Reply("Settings", {"Setting": {"Key": "vat", "Country": "hu", "Items": rates,
                                          "CalculateMode": world.settings["calculate_mode"]}})  # fmt: skip


def _check(world: "Unas", params: dict[str, Any]) -> None:
    """The documented rules of the parameters; what UNAS says to a wrong one is not on record."""
    for name, value in params.items():
        if name not in FILTERS and name not in OTHERS:
            raise Refusal(world.error(f"Unknown parameter: {name}"))
        if not isinstance(value, str) or (name in WHOLE and not value.isdigit()):
            raise Refusal(world.error(f"Invalid {name}"))
        if name in ("DateStart", "DateEnd") and not _is_day(value):
            raise Refusal(world.error(f"Invalid {name}"))
    if "LimitStart" in params and ("LimitNum" not in params or int(params["LimitStart"]) == 0):
        raise Refusal(world.error("Invalid LimitStart"))
    if not 0 < int(params.get("LimitNum", MOST)) <= MOST:
        raise Refusal(world.error("Invalid LimitNum"))
    if params.get("Order", "order_time_asc") not in ORDERS:
        raise Refusal(world.error("Invalid Order"))


def _matching(world: "Unas", asked: Asked) -> Iterable[Order]:
    tests = [(FILTERS[name], value) for name, value in asked.params.items() if name in FILTERS and value]
    for order in _candidates(world, asked.params, asked.request):
        if all(test(world, order, value) for test, value in tests):
            yield order


def _candidates(world: "Unas", params: dict[str, Any], request: Request) -> list[Order]:
    """Live orders, without those a lagging look-up does not show yet; a key finds at most one."""
    if params.get("Key"):
        ident = world.keys.get(params["Key"])
        live = [] if ident is None else [world.orders[ident]]
    else:
        live = [world.orders[ident] for ident in world.keys.values()]
    return [order for order in live if not world.hidden_by_lag(order.born, request)]


def _sorted(world: "Unas", params: dict[str, Any], found: Iterable[Order]) -> list[Order]:
    by, backwards = ORDERS[params.get("Order", world.settings["default_order"])]
    return sorted(found, key=by, reverse=backwards)


def _page(params: dict[str, Any], found: list[Order], first: int) -> list[Order]:
    """LimitStart counts from `first`: the documentation does not say whether from 0 or from 1."""
    start = max(int(params.get("LimitStart", first)) - first, 0)
    return found[start : start + int(params.get("LimitNum", MOST))]


def _mark(world: "Unas", found: list[Order]) -> None:
    """InvoiceAutoSet: whoever sends it makes the shop believe that invoices exist."""
    world.auto_set["calls"] += 1
    for order in found:
        world.auto_set["orders"] += 1
        set_invoice(world, order, {"status": "2"})
        order.modified = int(world.now())


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y.%m.%d")  # noqa: DTZ007 - a day of the shop's own calendar
    except ValueError:
        return False
    return True
