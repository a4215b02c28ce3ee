"""What the administration is: organisation, trade names, labels, ledger accounts."""

from typing import Any

from simulators.exchange import Request, Response, as_json
from simulators.fields import missing
from simulators.jortt import errors
from simulators.jortt.accepted import LABEL, LABELS
from simulators.jortt.making import LEDGER
from simulators.jortt.routes import ROUTES
from simulators.jortt.world import Jortt

ORGANIZATION = "29d26011-51ed-418d-a9f2-2e55349d37d6"
TRADENAME = "9a3fb97e-acb0-4367-97f7-4be733c18480"
ADDRESS = {"address_street": "Keizersgracht 1", "address_postal_code": "1015AA", "address_city": "Amsterdam",
           "address_country_code": "NL"}  # fmt: skip
SELLER: dict[str, Any] = {
    "id": ORGANIZATION, "company_name": "Simulator B.V.", "company_name_line_2": None, **ADDRESS,
    "address_country_name": "Nederland", "tax_registration_number": "NL999999999B01",
    "chamber_of_commerce_number": "12345678", "bank_account_iban": "NL02ABNA0123456789",
    "bank_account_bban": "0123456789", "legal_form": "bv", "website": None, "phonenumber": None,
    "owners": [{"id": "fa8b019f-047a-412d-8a48-dcdb9b7cba94", "full_name": "Jana Simulator"}],
    "invoice_from_email": "shop@example.test", "has_mollie": False, "jortt_start_date": "2020-01-01T00:00:00+01:00",
    "invoice_from_email_confirmed": True, "default_vat": {"value": "0.21", "category": None},
}  # fmt: skip
ROOT = "05a59e27-489f-466d-adf7-fc06f576d4ec"
ACCOUNTS = [
    {"ledger_account_id": ROOT, "parent_ledger_account_id": None, "name": "Omzet", "selectable": False},
    {"ledger_account_id": "fcabf6bf-cccc-4a6d-b04e-7b2369d04a79", "parent_ledger_account_id": ROOT,
     "name": "Diverse omzet", "selectable": True},
    {"ledger_account_id": LEDGER, "parent_ledger_account_id": ROOT, "name": "Omzet uit facturen", "selectable": True},
]  # fmt: skip


@ROUTES.add("GET", "/v1/organizations/me")
def me(world: Jortt, request: Request) -> Response:
    own = world.settings
    return as_json({"data": {**SELLER, "vat_type": own["vat_type"], "one_stop_shop_enabled": own["one_stop_shop"],
                             "data_complete_for_sending_invoices": own["complete"],
                             "has_peppol_access": own["peppol"]}})  # fmt: skip


@ROUTES.add("GET", "/v1/tradenames")
def tradenames(world: Jortt, request: Request) -> Response:
    return as_json({"data": [{"id": TRADENAME, "company_name": "The Second Shop", "company_name_line_2": None,
                              **ADDRESS, "phonenumber": None, "bank_account_in_the_name_of": "Simulator B.V.",
                              "iban": "NL02ABNA0123456789", "bic": None, "finance_email": None}]})  # fmt: skip


@ROUTES.add("GET", "/v1/labels")
def labels(world: Jortt, request: Request) -> Response:
    return as_json({"data": list(world.labels.values())})


@ROUTES.add("POST", "/v1/labels")
def new_label(world: Jortt, request: Request) -> Response:
    given = world.given(request, LABEL)
    errors.demand(missing(given, ("description",), errors.MISSING))
    ident = world.next_id()
    world.labels[ident] = {"id": ident, **given, "category": "user_label"}
    return as_json({"data": {"id": ident}}, 201)


@ROUTES.add("PUT", "/v1/invoices/{id}/set_labels")
def set_labels(world: Jortt, request: Request) -> Response:
    document, given = world.document(request), world.given(request, LABELS)
    errors.demand(("label_ids", "is invalid") for ident in given.get("label_ids", []) if ident not in world.labels)
    document.labels = list(given.get("label_ids", []))
    return Response(204)


@ROUTES.add("GET", "/v1/ledger_accounts/invoices")
def ledger_accounts(world: Jortt, request: Request) -> Response:
    return as_json({"data": ACCOUNTS})


@ROUTES.add("GET", "/v1/ledger_accounts/invoices/default")
def ledger_account(world: Jortt, request: Request) -> Response:
    return as_json({"data": ACCOUNTS[2]})
