"""/customers: the register, its search, and the VAT rates a customer may be invoiced with."""

from collections.abc import Mapping
from typing import Any

from simulators.exchange import Request, Response, as_json
from simulators.fields import Faults, missing, on
from simulators.jortt import errors, lookup, rates
from simulators.jortt.accepted import ARCHIVED, COMPANY_NEEDS, CUSTOMER
from simulators.jortt.routes import ROUTES
from simulators.jortt.world import Jortt

# The keys of an answer; salutation is taken and not shown.
BLANK: dict[str, Any] = {
    **dict.fromkeys(name for name in CUSTOMER if name != "salutation"), "address_country_code": "NL", "cc_emails": [],
    "email_salutation": "Geachte heer, mevrouw,", "payment_term": 30, "invoice_language": "nl",
    "payment_method_invoice": "pay_later", "mollie_direct_debit_status": None, "mollie_customer_id": None,
    "mollie_mandate_id": None, "archived": False,
}  # fmt: skip
FLAGS, WHOLE = ("is_private", "shift_vat"), ("payment_term", "default_discount_percentage")
NO_DIRECT_DEBIT = ("DirectDebit::NotEnabled", "To use direct debit as a payment method in an invoice, you need the"
                   " payment method SEPA Direct Debit to be enabled at Mollie.")  # fmt: skip


@ROUTES.add("POST", "/v1/customers")
def create(world: Jortt, request: Request) -> Response:
    given = world.given(request, CUSTOMER)
    errors.demand(_faults(given))
    ident = world.next_id()
    world.customers[ident] = {"id": ident, **BLANK, **_typed(given)}
    return as_json({"data": {"id": ident}}, 201)


@ROUTES.add("GET", "/v1/customers")
def index(world: Jortt, request: Request) -> Response:
    """Archived customers stay in the list."""
    query = lookup.words(world, request)
    found = [customer for customer in world.customers.values() if lookup.fits(query, _text(customer))]
    return lookup.page(world, request, found, ("query", "page"), shown)


@ROUTES.add("GET", "/v1/customers/{customer_id}")
def show(world: Jortt, request: Request) -> Response:
    return as_json({"data": shown(world.customer(request))})


@ROUTES.add("PUT", "/v1/customers/{customer_id}")
def update(world: Jortt, request: Request) -> Response:
    """What is given changes; invoices already sent keep what they were sent with."""
    customer, given = world.customer(request), world.given(request, CUSTOMER)
    errors.demand(_faults({**customer, **given}))
    customer.update(_typed(given))
    return Response(204)


@ROUTES.add("DELETE", "/v1/customers/{customer_id}")
def destroy(world: Jortt, request: Request) -> Response:
    """Recorded: a customer with invoices goes as well."""
    del world.customers[world.customer(request)["id"]]
    return Response(204)


@ROUTES.add("PUT", "/v1/customers/{customer_id}/set_archived")
def archive(world: Jortt, request: Request) -> Response:
    customer, given = world.customer(request), world.given(request, ARCHIVED)
    errors.demand((name, errors.MISSING) for name in ARCHIVED if name not in given)
    customer["archived"] = on(given["archived"])
    return Response(204)


@ROUTES.add("POST", "/v1/customers/{customer_id}/direct_debit_mandate")
def mandate(world: Jortt, request: Request) -> Response:
    world.customer(request)
    raise errors.impossible(*NO_DIRECT_DEBIT)


@ROUTES.add("GET", "/v1/customers/{customer_id}/vat-percentages")
def percentages(world: Jortt, request: Request) -> Response:
    """The older shape: one standard rate and the reduced ones, as text (recorded)."""
    customer = world.customer(request)
    plain = [rates.text(rate * 100) for rate, category in rates.allowed(customer, world.settings) if category is None]
    told = {"standard_rate": plain[0], "reduced_rate": plain[1:]}
    return as_json({"data": {"id": customer["id"], "vat_percentages": told}})


@ROUTES.add("GET", "/v2/customers/{customer_id}/vat-percentages")
def vats(world: Jortt, request: Request) -> Response:
    customer = world.customer(request)
    told = [{"value": rates.text(rate), "category": category}
            for rate, category in rates.allowed(customer, world.settings)]  # fmt: skip
    return as_json({"data": {"id": customer["id"], "vats": told}})


def shown(customer: Mapping[str, Any]) -> dict[str, Any]:
    country = customer["address_country_code"]
    return {**customer, "address_country_name": rates.NAMES.get(country, country)}


def _faults(given: Mapping[str, Any]) -> Faults:
    """A company has an address, and a VAT number when VAT is shifted to it; a private person never shifts."""
    yield from ((name, errors.MISSING) for name in ("is_private", "customer_name") if given.get(name) in (None, ""))
    if given.get("is_private") is None:
        return
    if on(given["is_private"]):
        if on(given.get("shift_vat")):
            yield "shift_vat", "is invalid: only for companies"
        return
    yield from missing(given, COMPANY_NEEDS, errors.MISSING)
    if on(given.get("shift_vat")):
        yield from missing(given, ("vat_number",), errors.MISSING)


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in given.items() if name != "salutation"}
    kept |= {name: on(value) for name, value in given.items() if name in FLAGS}
    return kept | {name: int(value) for name, value in given.items() if name in WHOLE}


def _text(customer: Mapping[str, Any]) -> str:
    names = ("customer_name", "reference", "email", "vat_number", "coc_number", "address_city", "attn")
    return " ".join(str(customer[name] or "") for name in names)
