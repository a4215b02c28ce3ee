"""/invoices/{id}/payments: money that came in, and what Fakturoid issues by itself then (sections 3 and 7)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturoid import followup
from simulators.fakturoid.accepted import PAYMENT
from simulators.fakturoid.document import Document
from simulators.fakturoid.routes import ACCOUNT, ROUTES
from simulators.fakturoid.rules import BLANK_IS_WRONG
from simulators.fakturoid.world import Fakturoid
from simulators.fields import Faults, on
from simulators.money import cents, number

PLACE = f"{ACCOUNT}/invoices/{{id}}/payments"
NO_NUMBER = "is not a number"
BANK_ACCOUNT = 326_794


@ROUTES.add("POST", f"{PLACE}.json")
def create(world: Fakturoid, request: Request) -> Response:
    """Without a body all that is left is paid today."""
    document, given = _open_document(world, request), _given(world, request)
    payment = _payment(world, document, given)
    document.payments.append(payment)
    covered = document.paid >= document.fields["remaining_amount"]
    if on(given.get("mark_document_as_paid", covered)):
        document.fields.update(paid_on=payment["paid_on"], updated_at=world.stamp())
        if document.kind == "proforma":
            chosen = given.get("proforma_followup_document") or document.fields["proforma_followup_document"]
            followup.follow(world, document, chosen, payment)
    elif document.kind == "proforma" and document.fields["proforma_followup_document"] == "tax_document":
        followup.received(world, document, payment)
    return world.reply(payment, 201)


@ROUTES.add("DELETE", f"{PLACE}/{{payment}}.json")
def destroy(world: Fakturoid, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    if document.fields["cancelled_at"]:
        raise Refusal(world.refuse(403, "Payments cannot be changed on a cancelled invoice"))
    payment = _found(world, document, request)
    if payment["tax_document_id"]:
        raise world.invalid({"document": ["Payment cannot be deleted"]})
    document.payments.remove(payment)
    document.fields.update(paid_on=None, updated_at=world.stamp())
    return Response(204)


@ROUTES.add("POST", f"{PLACE}/{{payment}}/create_tax_document.json")
def create_tax_document(world: Fakturoid, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    payment = _found(world, document, request)
    if document.kind != "proforma" or payment["tax_document_id"] or document.fields["related_id"]:
        raise world.invalid({"document": ["Tax document cannot be created"]})
    followup.received(world, document, payment)
    return world.reply(payment, 201)


def _open_document(world: Fakturoid, request: Request) -> Document:
    document = world.invoice(request.params["id"])
    if document.fields["cancelled_at"]:
        raise Refusal(world.refuse(403, "Payments cannot be changed on a cancelled invoice"))
    if document.fields["paid_on"]:
        raise Refusal(world.refuse(403, "Payment cannot be added to already paid invoice"))
    return document


def _given(world: Fakturoid, request: Request) -> dict[str, Any]:
    """An empty amount is refused in both currencies at once, as in the vendor's example."""
    body = request.json()
    if isinstance(body, dict) and body.get("amount") == "":
        wrong = [BLANK_IS_WRONG, NO_NUMBER]
        raise world.invalid({"amount": wrong, "native_amount": wrong})
    given = world.body(request, PAYMENT)
    world.demand(_faults(given))
    return given


def _faults(given: Mapping[str, Any]) -> Faults:
    marked = given.get("mark_document_as_paid")
    if marked is not None and not on(marked):
        yield from ((name, "needs mark_document_as_paid")
                    for name in ("proforma_followup_document", "send_thank_you_email") if given.get(name))  # fmt: skip


def _payment(world: Fakturoid, document: Document, given: Mapping[str, Any]) -> dict[str, Any]:
    fields, now = document.fields, world.stamp()
    left = fields["remaining_amount"] - document.paid
    amount = left if given.get("amount") is None else cents(number(given["amount"]) or Decimal(0))
    native = number(given.get("native_amount"))
    return {
        "id": world.next_id("payments"), "currency": fields["currency"], "amount": amount,
        "paid_on": given.get("paid_on") or world.today().isoformat(),
        "native_amount": cents(amount * fields["exchange_rate"]) if native is None else cents(native),
        "variable_symbol": given.get("variable_symbol") or fields["variable_symbol"],
        "bank_account_id": int(given.get("bank_account_id") or BANK_ACCOUNT), "tax_document_id": None,
        "created_at": now, "updated_at": now,
    }  # fmt: skip


def _found(world: Fakturoid, document: Document, request: Request) -> dict[str, Any]:
    for payment in document.payments:
        if str(payment["id"]) == request.params["payment"]:
            return payment
    raise Refusal(world.refuse(404, "The requested payment does not exist"))
