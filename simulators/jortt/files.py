"""The printed invoice: an address that is good for ten minutes, to be read without the bearer token."""

import secrets
import time
from typing import Any

from simulators.exchange import Refusal, Request, Response, as_json
from simulators.jortt import errors
from simulators.jortt.account import ORGANIZATION
from simulators.jortt.document import Document
from simulators.jortt.routes import FILES, ROUTES
from simulators.jortt.sending import move_on
from simulators.jortt.world import Jortt
from simulators.pdf import page


@ROUTES.add("GET", "/v1/invoices/{id}/download")
def download(world: Jortt, request: Request) -> Response:
    """Sent invoices only."""
    document = world.document(request)
    move_on(world, document)
    if not document.sent:
        raise errors.impossible("Invoice::NotSent", "The invoice has not been sent.")
    document.pdf_reads += 1
    if document.pdf_reads <= world.settings["pdf_pending_reads"]:
        raise errors.refused("resource.not_found")
    number, until = document.fields["invoice_number"], int(time.time() + world.settings["download_seconds"])
    signature = secrets.token_urlsafe(16)
    world.signed[signature] = until
    query = f"response-content-disposition=attachment;filename={number}.pdf&Expires={until}&Signature={signature}"
    return as_json({"data": {"download_location": f"{world.base}{FILES}/{ORGANIZATION}/{document.ident}?{query}"}})


@ROUTES.add("GET", f"{FILES}/{{organization}}/{{id}}")
def file(world: Jortt, request: Request) -> Response:
    """A store of files takes one way of showing oneself, not two: a bearer token beside the signature is refused."""
    if request.header("authorization"):
        raise _denied("Only one auth mechanism allowed", 400)
    if world.signed.get(request.query.get("Signature", ""), 0) < time.time():
        raise _denied("Access denied", 403)
    return Response(200, page(_lines(world.documents[request.params["id"]])), "application/pdf")


def _denied(text: str, status: int) -> Refusal:
    return Refusal(Response(status, f"<Error><Message>{text}</Message></Error>".encode(), "application/xml"))


def _lines(document: Document) -> list[str]:
    fields: dict[str, Any] = document.fields
    lines = [f"{line.quantity} x {line.description}: {line.priced}" for line in document.lines]
    return [f"{document.kind} {fields['invoice_number']}", fields["invoice_date"],
            fields["customer_company_name"] or "", *lines,
            f"{fields['invoice_total_incl_vat']} {document.currency}"]  # fmt: skip
