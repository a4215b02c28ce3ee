"""What is done with a document: status, cancelling, e-mail, PDF, KSeF attachments, public links."""

from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturownia import ksef
from simulators.fakturownia.accepted import STATUSES
from simulators.fakturownia.document import Document
from simulators.fakturownia.making import pay_as_given
from simulators.fakturownia.routes import ROUTES
from simulators.fakturownia.world import Fakturownia
from simulators.pdf import page

PRINT_OPTIONS = ("original", "copy", "original_and_copy", "duplicate")
EMAIL_PARAMETERS = {"email_to", "email_cc", "email_pdf", "update_buyer_email", "print_option", "api_token"}
# KSeF.md, "Wysyłanie faktur emailem do klientów": answered with 200
NO_GOVERNMENT_NUMBER = "Faktura nie może zostać wysłana - brak numeru KSeF"


@ROUTES.add("POST", "/invoices/{id}/change_status.json")
def change_status(world: Fakturownia, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    status = request.query.get("status") or request.json().get("status")
    if status not in STATUSES:
        raise world.invalid({"status": [f"must be one of {', '.join(STATUSES)}"]})
    if status == "paid" and document.fields["kind"] == "proforma":
        return world.reply({"code": "error", "message": "A proforma cannot be paid"})
    document.fields["status"] = status
    pay_as_given(world, document, {"status": status})
    document.fields["updated_at"] = world.stamp()
    return world.reply({"code": "success", "message": "ok"})


@ROUTES.add("POST", "/invoices/cancel.json")
def cancel(world: Fakturownia, request: Request) -> Response:
    """Stays in the books as cancelled; with a KSeF number only a correction can undo it (section 4)."""
    given = {**request.query, **request.json()}
    document = world.invoice(str(given.get("cancel_invoice_id", "")))
    if document.fields["gov_id"]:
        return world.reply({"code": "error", "message": "The document has a KSeF number and cannot be cancelled"})
    document.fields.update(cancelled=True, updated_at=world.stamp())
    return world.reply({"code": "success", "message": "cancelled"})


@ROUTES.add("POST", "/invoices/{id}/send_by_email.json")
def send_by_email(world: Fakturownia, request: Request) -> Response:
    """A refusal is a 200 with status "error" (section 7); every mail sent is kept in the state."""
    document = world.invoice(request.params["id"])
    given = {**request.query, **request.json()}
    world.demand((name, "unknown parameter") for name in given if name not in EMAIL_PARAMETERS)
    to = _addresses(given.get("email_to") or document.fields["buyer_email"])
    if trouble := _email_trouble(world, document, to):
        return world.reply({"status": "error", "message": trouble})
    now = world.stamp()
    world.emails.append({"invoice_id": document.ident, "oid": document.oid, "to": to, "at": now,
                         "cc": _addresses(given.get("email_cc")),
                         "pdf": str(given.get("email_pdf")).lower() == "true"})  # fmt: skip
    document.fields.update(sent_time=now, email_status="sent")
    return world.reply({"status": "ok", "message": "sent"})


@ROUTES.add("GET", "/invoices/{id}.pdf")
def pdf(world: Fakturownia, request: Request) -> Response:
    """422 for the first reads of a fresh document (setting pdf_pending_reads)."""
    if request.query.get("print_option", "original") not in PRINT_OPTIONS:
        raise world.invalid({"print_option": [f"must be one of {', '.join(PRINT_OPTIONS)}"]})
    document = world.invoice(request.params["id"])
    document.pdf_reads += 1
    if document.pdf_reads <= world.settings["pdf_pending_reads"]:
        raise Refusal(world.refuse(422, "The PDF is being made"))
    return _printed(document)


@ROUTES.add("GET", "/invoices/{id}/attachment")
def attachment(world: Fakturownia, request: Request) -> Response:
    """KSeF's XML (gov) and receipt (gov_upo), once the number is there."""
    document = world.invoice(request.params["id"])
    if request.query.get("kind") not in ("gov", "gov_upo") or not document.fields["gov_id"]:
        raise Refusal(world.refuse(404, "Not Found"))
    return Response(200, ksef.receipt(document), "application/xml")


@ROUTES.add("GET", "/invoice/{token}.pdf")
def public_pdf(world: Fakturownia, request: Request) -> Response:
    return _printed(_by_token(world, request))


@ROUTES.add("GET", "/invoice/{token}")
def public_page(world: Fakturownia, request: Request) -> Response:
    fields = _by_token(world, request).fields
    text = f"<h1>{fields['number']}</h1><p>{fields['price_gross']} {fields['currency']}</p>"
    return Response(200, text.encode(), "text/html; charset=utf-8")


def _by_token(world: Fakturownia, request: Request) -> Document:
    """Public links need no log-in."""
    for document in world.invoices.values():
        if document.fields["token"] == request.params["token"] and not document.deleted:
            return document
    raise Refusal(world.refuse(404, "Not Found"))


def _printed(document: Document) -> Response:
    fields = document.fields
    shown = [line.shown for line in document.lines]
    lines = [f"{line['quantity']} x {line['name']}: {line['total_price_gross']}" for line in shown]
    text = [f"{fields['kind']} {fields['number']}", fields["issue_date"], fields["buyer_name"] or "", *lines,
            f"{fields['price_gross']} {fields['currency']}"]  # fmt: skip
    return Response(200, page(text), "application/pdf")


def _addresses(text: Any) -> list[str]:
    return [address.strip() for address in str(text or "").split(",") if address.strip()]


def _email_trouble(world: Fakturownia, document: Document, to: list[str]) -> str | None:
    if ksef.holds_back(world, document):
        return NO_GOVERNMENT_NUMBER
    if not to:
        return "No address to send to"
    return "More than five addresses" if len(to) > 5 else None
