"""/banking/payments.json: money that came in, spread over documents in the order given."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturownia.accepted import PAYMENT
from simulators.fakturownia.making import add_payment
from simulators.fakturownia.routes import ROUTES
from simulators.fakturownia.world import Fakturownia
from simulators.fields import Faults, missing, on
from simulators.money import number

BLANK_IS_WRONG = "- nie może być puste"


@ROUTES.add("POST", "/banking/payments.json")
def create(world: Fakturownia, request: Request) -> Response:
    given = world.envelope(request, "banking_payment", PAYMENT)
    world.demand(_faults(world, given))
    now = world.stamp()
    payment = {**dict.fromkeys(PAYMENT), "currency": "PLN", "kind": "api", "paid": True, **given,
               "id": world.next_id("payments"), "created_at": now, "updated_at": now, "shares": {}}  # fmt: skip
    world.payments[payment["id"]] = payment
    _spread(world, payment)
    return world.reply(_shown(world, payment), 201)


@ROUTES.add("GET", "/banking/payments.json")
def index(world: Fakturownia, request: Request) -> Response:
    asked = request.query
    chosen = world.page(list(world.payments.values()), asked)
    return world.reply([_shown(world, payment, asked.get("include") == "invoices") for payment in chosen])


@ROUTES.add("GET", "/banking/payments/{id}.json")
def show(world: Fakturownia, request: Request) -> Response:
    """The documentation's singular path is a 404 (section 7), and so it is here: it has no route."""
    return world.reply(_shown(world, _payment(world, request), request.query.get("include") == "invoices"))


def update(world: Fakturownia, request: Request) -> Response:
    payment = _payment(world, request)
    given = world.envelope(request, "banking_payment", PAYMENT)
    world.demand(_faults(world, {**payment, **given}))
    _take_back(world, payment)
    payment.update(given, updated_at=world.stamp())
    _spread(world, payment)
    return world.reply(_shown(world, payment))


for method in ("PATCH", "PUT"):
    ROUTES.add(method, "/banking/payments/{id}.json")(update)


@ROUTES.add("DELETE", "/banking/payments/{id}.json")
def destroy(world: Fakturownia, request: Request) -> Response:
    payment = _payment(world, request)
    _take_back(world, payment)
    del world.payments[payment["id"]]
    return world.reply({"code": "success", "message": "deleted"})


def _payment(world: Fakturownia, request: Request) -> dict[str, Any]:
    ident = request.params["id"]
    payment = world.payments.get(int(ident)) if ident.isdigit() else None
    if payment is None:
        raise Refusal(world.refuse(404, "Not Found"))
    return payment


def _faults(world: Fakturownia, given: Mapping[str, Any]) -> Faults:
    yield from missing(given, ("name", "price"), BLANK_IS_WRONG)
    for ident in _targets(given):
        if ident not in world.invoices or world.invoices[ident].deleted:
            yield "invoice_id", f"{ident} does not exist"


def _targets(payment: Mapping[str, Any]) -> list[int]:
    single = payment.get("invoice_id")
    return [int(ident) for ident in payment.get("invoice_ids") or ([] if single is None else [single])]


def _spread(world: Fakturownia, payment: dict[str, Any]) -> None:
    """Several invoices are settled one after the other (section 7)."""
    left = _price(payment) if on(payment["paid"]) else Decimal(0)
    for ident in _targets(payment):
        document = world.invoices[ident]
        share = min(left, max(document.fields["price_gross"] - document.fields["paid"], Decimal(0)))
        add_payment(world, document, share)
        payment["shares"][ident] = share
        left -= share


def _take_back(world: Fakturownia, payment: dict[str, Any]) -> None:
    for ident, share in payment["shares"].items():
        add_payment(world, world.invoices[ident], -share)
    payment["shares"] = {}


def _price(payment: Mapping[str, Any]) -> Decimal:
    return number(payment["price"]) or Decimal(0)


def _shown(world: Fakturownia, payment: Mapping[str, Any], invoices: bool = False) -> dict[str, Any]:
    shown = {name: value for name, value in payment.items() if name != "shares"} | {"price": _price(payment)}
    if invoices:
        shown["invoices"] = [world.invoices[ident].shown() for ident in payment["shares"]]
    return shown
