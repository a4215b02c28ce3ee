"""Sending is asynchronous: a draft asked to go out stays a draft for a while, then it is sent and has its number."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.exchange import Request, Response, as_json
from simulators.jortt import errors
from simulators.jortt.accepted import SEND, SEND_NEEDS
from simulators.jortt.document import Document
from simulators.jortt.making import picture
from simulators.jortt.routes import ROUTES

if TYPE_CHECKING:
    from simulators.jortt.world import Jortt

ATTACHMENTS = ["image/jpeg", "image/png", "application/pdf"]


@ROUTES.add("POST", "/v1/invoices/{id}/send")
def send(world: "Jortt", request: Request) -> Response:
    """200 and no body; what was sent or is on its way is refused, or mailed once more (setting resend)."""
    document, given = world.document(request), world.given(request, SEND)
    method = given.get("send_method")
    if method is None:
        raise errors.invalid(("send_method", errors.MISSING))
    errors.demand((name, errors.MISSING) for name in SEND_NEEDS[method] if not given.get(name))
    world.change_possible()
    if document.sent and method == "email" and world.settings["resend"] == "mail_again":
        _mail(world, document, given)
        return Response(200)
    schedule(world, document, given)
    return Response(200)


@ROUTES.add("GET", "/v1/invoices/{id}/send_settings")
def send_settings(world: "Jortt", request: Request) -> Response:
    fields = world.document(request).fields
    subject = f"Factuur {fields['invoice_number'] or ''}".strip()
    return as_json({"data": {"default_mail_subject": subject, "default_mail_body": "Hierbij ontvangt u onze factuur.",
                             "supported_attachment_types": ATTACHMENTS, "default_attachments": []}})  # fmt: skip


def schedule(world: "Jortt", document: Document, given: Mapping[str, Any]) -> None:
    """Put on its way, after all that would stop it."""
    if document.sent or document.wanted:
        raise errors.impossible("Invoice::AlreadySent", "The invoice has been sent already.")
    check(world, document, given)
    document.wanted, document.asked_at, document.reads = dict(given), time.monotonic(), 0


def check(world: "Jortt", document: Document, given: Mapping[str, Any]) -> None:
    own, fields, method = world.settings, document.fields, given["send_method"]
    if not own["complete"]:
        raise errors.impossible("Organization::Incomplete", "The organization's data are not complete for sending.")
    if int(fields["invoice_date"][:4]) <= own["closed_year"]:
        raise errors.refused("operation.year_closed", closed_year=own["closed_year"])
    if not document.lines:
        raise errors.impossible("Invoice::NoLineItems", "The invoice has no line items.")
    if fields["credited_invoice_id"] and fields["invoice_total_incl_vat"] > 0:
        raise errors.impossible("Invoice::NotNegative", "A credit invoice cannot have a positive total.")
    if method == "peppol" and (not own["peppol"] or document.version < 3):
        raise errors.impossible("Peppol::NoAccess", "The invoice cannot be sent by Peppol.")
    if method == "email" and not (given.get("email_address_customer") or fields["customer_mail_to"]):
        raise errors.impossible("Customer::NoEmail", "The customer has no e-mail address.")


def move_on(world: "Jortt", document: Document, asked: bool = True) -> None:
    """Sent once it has been looked at more than send_reads times and send_seconds are over."""
    if document.wanted is None:
        return
    document.reads += asked
    if asked and document.reads <= world.settings["send_reads"]:
        return
    if time.monotonic() - document.asked_at >= world.settings["send_seconds"]:
        _finish(world, document, document.wanted)


def shown(world: "Jortt", document: Document, version: int) -> dict[str, Any]:
    """A draft shows the customer as he is now; a draft on its way looks like any other draft."""
    move_on(world, document)
    if not document.sent:
        picture(world, document)
    told = document.shown(version, whole_lines=world.settings["line_total"] == "line")
    if world.settings["credit_listed"] == "sent":
        told["credit_invoice_ids"] = [ident for ident in document.credits if world.documents[ident].sent]
    return told


def next_number(world: "Jortt", document: Document, taken: bool = False) -> str:
    """YYYYMM-NNN, one series for the administration, counted by month (recorded)."""
    month = document.fields["invoice_date"][:7].replace("-", "")
    if taken:
        world.series[month] += 1
    return f"{month}-{world.series[month] + (not taken):03d}"


def _finish(world: "Jortt", document: Document, given: Mapping[str, Any]) -> None:
    picture(world, document)
    document.fields.update(invoice_status="sent", invoice_number=next_number(world, document, taken=True),
                           invoice_date_sent=world.today().isoformat(), send_method=given["send_method"])  # fmt: skip
    document.wanted = None
    if given["send_method"] == "peppol":
        document.fields["peppol_status"] = "sent"
    if given["send_method"] == "email":
        _mail(world, document, given)


def _mail(world: "Jortt", document: Document, given: Mapping[str, Any]) -> None:
    to = given.get("email_address_customer") or document.fields["customer_mail_to"]
    world.emails.append({"invoice_id": document.ident, "reference": document.reference, "to": [to],
                         "cc": list(given.get("cc_addresses") or []), "subject": given.get("mail_subject"),
                         "body": given.get("mail_body"), "at": world.stamp()})  # fmt: skip
