"""/invoices.json and /invoices/{id}.json: make, read, change, delete."""

from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturoid import followup
from simulators.fakturoid.accepted import INVOICE
from simulators.fakturoid.making import change, line_faults, make
from simulators.fakturoid.routes import ACCOUNT, ROUTES
from simulators.fakturoid.rules import create_faults, update_faults
from simulators.fakturoid.world import Fakturoid

NO_BANK_ACCOUNT = "Please set up a bank account in your Fakturoid account {} to create an invoice."


@ROUTES.add("POST", f"{ACCOUNT}/invoices.json")
def create(world: Fakturoid, request: Request) -> Response:
    """Every document has its number at once: there are no drafts (section 7)."""
    if not world.settings["bank_account"]:
        address = f"{world.base}/{world.settings['slug']}/settings/bank_accounts"
        raise world.invalid({"bank_account": [NO_BANK_ACCOUNT.format(address)]}, 403)
    given = _given(world, request)
    world.demand(create_faults(world, given))
    document = make(world, given)
    world.keep(document)
    followup.link(world, document, given)
    return world.reply(world.shown(document), 201, {"Location": document.fields["url"]})


@ROUTES.add("GET", f"{ACCOUNT}/invoices/{{id}}.json")
def show(world: Fakturoid, request: Request) -> Response:
    return world.reply(world.shown(world.invoice(request.params["id"])))


@ROUTES.add("PATCH", f"{ACCOUNT}/invoices/{{id}}.json")
def update(world: Fakturoid, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    if document.fields["locked_at"]:
        raise locked(world)
    given = world.body(request, INVOICE)
    world.demand(update_faults(world, document, given))
    world.demand(line_faults(document, given.get("lines") or []))
    change(world, document, given)
    world.keep(document)
    return world.reply(world.shown(document))


@ROUTES.add("DELETE", f"{ACCOUNT}/invoices/{{id}}.json")
def destroy(world: Fakturoid, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    if document.fields["locked_at"] or followup.holds(world, document):
        raise world.invalid({"document": ["Document cannot be deleted"]})
    document.deleted = True
    followup.unlink(world, document)
    return Response(204)


def locked(world: Fakturoid) -> Refusal:
    answer = world.refuse(403, "Document first needs to be unlocked to perform the action")
    body = answer.body.replace(b'"forbidden"', b'"document_locked"')
    return Refusal(Response(answer.status, body, answer.content_type, answer.headers))


def _given(world: Fakturoid, request: Request) -> dict[str, Any]:
    """related_id may come in the address or in the body, and where in both, alike (section 3)."""
    asked, given = request.query, world.body(request, INVOICE)
    if unknown := sorted(set(asked) - {"related_id"}):
        raise Refusal(world.refuse(400, f"unknown parameters: {', '.join(unknown)}"))
    if "related_id" in asked:
        if (
            not asked["related_id"].isdigit()
            or str(given.get("related_id", asked["related_id"])) != asked["related_id"]
        ):
            raise world.invalid({"related_id": ["differs between address and body"]})
        given["related_id"] = int(asked["related_id"])
    return given
