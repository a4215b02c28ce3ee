"""What is done with a document: events, e-mail, PDF, attachments, the public page."""

from typing import Any

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.fakturoid.accepted import MESSAGE
from simulators.fakturoid.document import Document
from simulators.fakturoid.routes import ACCOUNT, ROUTES
from simulators.fakturoid.rules import BLANK_IS_WRONG
from simulators.fakturoid.world import Fakturoid
from simulators.pdf import page

# Event -> the moment it writes or wipes out, and whether it writes.
EVENTS = {
    "mark_as_sent": ("sent_at", True), "cancel": ("cancelled_at", True), "undo_cancel": ("cancelled_at", False),
    "lock": ("locked_at", True), "unlock": ("locked_at", False),
    "mark_as_uncollectible": ("uncollectible_at", True), "undo_uncollectible": ("uncollectible_at", False),
}  # fmt: skip
# Which events another state forbids: what is paid can be neither cancelled nor given up.
FORBIDDEN = {
    "cancel": ("paid_on", "locked_at", "uncollectible_at"), "mark_as_uncollectible": ("paid_on", "cancelled_at"),
    "mark_as_sent": ("cancelled_at", "uncollectible_at"), "undo_cancel": ("locked_at",),
}  # fmt: skip
NO_MAIL = {
    "free_plan": ("upgrade_required", "Email delivery is only available for paid plans"),
    "disabled": ("email_delivery_disabled", "Email delivery disabled (too many spam complaints)"),
    "quota_exhausted": ("quota_exhausted", "You have reached maximum daily quota of sent emails"),
}


@ROUTES.add("POST", f"{ACCOUNT}/invoices/{{id}}/fire.json")
def fire(world: Fakturoid, request: Request) -> Response:
    """The event is named in the address."""
    fields, event = world.invoice(request.params["id"]).fields, request.query.get("event", "")
    name, writes = EVENTS.get(event, ("", True))
    if not name or bool(fields[name]) == writes or any(fields[other] for other in FORBIDDEN.get(event, ())):
        raise world.invalid({"event": [f"{event} cannot be fired"]})
    fields.update({name: world.stamp() if writes else None, "updated_at": world.stamp()})
    return Response(204)


@ROUTES.add("POST", f"{ACCOUNT}/invoices/{{id}}/message.json")
def message(world: Fakturoid, request: Request) -> Response:
    """Every mail sent is kept in the state; what is not given comes from the contact and the account."""
    document = world.invoice(request.params["id"])
    if world.settings["email"] != "on":
        code, text = NO_MAIL[world.settings["email"]]
        raise Refusal(as_json({"error": code, "error_description": text}, 403))
    given = world.body(request, MESSAGE)
    subject = world.subjects.get(document.fields["subject_id"] or 0, {})
    to = given.get("email") or subject.get("email")
    if not to:
        raise world.invalid({"email": [BLANK_IS_WRONG]})
    copy, text = given.get("email_copy"), _filled(document, given.get("message") or "#link#")
    world.emails.append({"invoice_id": document.ident, "custom_id": document.reference, "to": [to],
                         "cc": [copy] if copy else [], "message": text, "at": world.stamp(),
                         "subject": given.get("subject") or document.fields["number"]})  # fmt: skip
    document.fields["sent_at"] = document.fields["sent_at"] or world.stamp()
    return Response(204)


@ROUTES.add("GET", f"{ACCOUNT}/invoices/{{id}}/download.pdf")
def pdf(world: Fakturoid, request: Request) -> Response:
    """204 for the first reads of a new or changed document (setting pdf_pending_reads): it is still being made."""
    document = world.invoice(request.params["id"])
    document.pdf_reads += 1
    if document.pdf_reads <= world.settings["pdf_pending_reads"]:
        return Response(204)
    return Response(200, _printed(document), "application/pdf", {"Content-Transfer-Encoding": "binary"})


@ROUTES.add("GET", f"{ACCOUNT}/invoices/{{id}}/attachments/{{file}}/download")
def attachment(world: Fakturoid, request: Request) -> Response:
    document = world.invoice(request.params["id"])
    for file in document.attachments:
        if str(file["id"]) == request.params["file"]:
            headers = {"Content-Disposition": f'attachment; filename="{file["filename"]}"'}
            return Response(200, document.files[file["id"]], file["content_type"], headers)
    raise Refusal(world.refuse(404, "The requested attachment does not exist"))


@ROUTES.add("GET", "/{slug}/p/{token}/{number}")
def public_page(world: Fakturoid, request: Request) -> Response:
    """public_html_url: whoever has the address sees the document."""
    for document in world.invoices.values():
        if document.fields["token"] == request.params["token"] and not document.deleted:
            fields = document.fields
            text = f"<h1>{fields['number']}</h1><p>{fields['total']} {fields['currency']}</p>"
            return Response(200, text.encode(), "text/html; charset=utf-8")
    raise Refusal(world.refuse(404, "The requested document does not exist"))


def _filled(document: Document, text: str) -> str:
    fields = document.fields
    values: dict[str, Any] = {"no": fields["number"], "link": fields["public_html_url"], "due": fields["due_on"],
                              "vs": fields["variable_symbol"], "price": f"{fields['total']} {fields['currency']}",
                              "bank": fields["bank_account"], "note": fields["note"] or ""}  # fmt: skip
    for name, value in values.items():
        text = text.replace(f"#{name}#", str(value))
    return text


def _printed(document: Document) -> bytes:
    fields = document.fields
    lines = [f"{line.shown['quantity']} x {line.shown['name']}: {line.priced}" for line in document.lines]
    return page([f"{document.kind} {fields['number']}", fields["issued_on"], fields["client_name"] or "", *lines,
                 f"{fields['total']} {fields['currency']}"])  # fmt: skip
