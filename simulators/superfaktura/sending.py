"""E-mail, the mark that one went out, the language, and the PDF behind its token."""

import json
import re
from datetime import timedelta
from typing import Any

from simulators.exchange import Refusal, Request, Response, as_html
from simulators.fields import checked
from simulators.pdf import page
from simulators.superfaktura.accepted import EMAIL, LANGUAGES
from simulators.superfaktura.document import Document
from simulators.superfaktura.routes import ROUTES, named
from simulators.superfaktura.world import SuperFaktura

ADDRESS = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s.,]{2,}")


@ROUTES.add("POST", "/invoices/send")
def send(world: SuperFaktura, request: Request) -> Response:
    """Every mail sent is kept in the state; errors 4 and 13 with a 200 (section 7)."""
    given = world.payload(request, world.failure(1, "Bad data format.", twice=True), "Email").get("Email")
    document = world.invoice(given.get("invoice_id")) if isinstance(given, dict) else None
    if document is None or not isinstance(given, dict):
        raise world.failure(4, "Invoice not found")
    world.demand(checked(given, EMAIL), {"Email": given})
    everyone = [given.get("to") or "", *(given.get("cc") or []), *(given.get("bcc") or [])]
    if not all(ADDRESS.fullmatch(address) for address in everyone):
        raise world.failure(13, "Please insert valid recipient email address.")
    _refuse_too_many(world)
    return world.reply({"error": 0, "error_message": "", "data": {"Invoice": _mailed(world, document, given)}})


@ROUTES.add("POST", "/invoices/mark_as_sent")
def mark_as_sent(world: SuperFaktura, request: Request) -> Response:
    """A mark only, nothing is mailed."""
    given = world.payload(request, world.failure(4, "Invalid email data"), "InvoiceEmail").get("InvoiceEmail")
    names = ("invoice_id", "email", "subject", "message")
    if not isinstance(given, dict) or set(given) - set(names) or not all(given.get(name) for name in names):
        raise world.failure(4, "Invalid email data")
    document = world.invoice(given["invoice_id"])
    if document is None:
        raise world.failure(5, "Invalid invoice id")
    document.sent = True
    return world.reply({"error": 0, "error_message": "Invoice marked as sent"})


@ROUTES.add("GET", "/invoices/mark_as_sent")
def not_by_get(world: SuperFaktura, request: Request) -> Response:
    raise world.failure(2, "This method is POST only")


@ROUTES.add("GET", "/invoices/mark_sent/{id}")
def mark_sent(world: SuperFaktura, request: Request) -> Response:
    """Marks, and the next time unmarks."""
    document = world.invoice(request.params["id"])
    if document is None:
        raise world.failure(1, "Snažíte sa označiť cudziu faktúru")
    document.sent = not document.sent
    return world.reply({"error": 0, "error_message": "", "marked": document.sent})


@ROUTES.add("GET", "/invoices/setinvoicelanguage/{id}/{rest*}")
def set_language(world: SuperFaktura, request: Request) -> Response:
    document, language = world.invoice(request.params["id"]), named(request).get("lang")
    if document is None:
        return world.reply({"status": 0, "message": "Permission denied."})
    if language not in LANGUAGES:
        return world.reply({"status": 0, "message": "Language is not supported."})
    document.fields["lang"] = language
    return world.reply({"status": 1, "message": "Success"})


def pdf(world: SuperFaktura, request: Request) -> Response:
    """There at once and without a log-in; 404 on a wrong id, token or language."""
    document, token = world.invoice(request.params["id"]), named(request).get("token")
    language = request.params.get("lang", LANGUAGES[0])
    if document is None or token != document.fields["token"] or language not in LANGUAGES:
        raise Refusal(as_html("Not Found", 404))
    return Response(200, _printed(document), "application/pdf")


for path in ("/invoices/pdf/{id}/{rest*}", "/{lang}/invoices/pdf/{id}/{rest*}"):
    ROUTES.add("GET", path)(pdf)


def _refuse_too_many(world: SuperFaktura) -> None:
    """100 mails an hour at the real system; here by setting mails_an_hour, the sentence is ours."""
    most = world.settings["mails_an_hour"]
    hour_ago = f"{world.now() - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    if most and sum(email["at"] > hour_ago for email in world.emails) >= most:
        raise world.failure(1, "E-mail limit exceeded", twice=True)


def _mailed(world: SuperFaktura, document: Document, given: dict[str, Any]) -> dict[str, Any]:
    fields, to = document.fields, given["to"]
    subject = given.get("subject") or f"{document.kind} {fields['invoice_no_formatted']}"
    text = given.get("body") or f"{subject}\n\n{document.total:.2f} {fields['invoice_currency']}"
    world.emails.append({"invoice_id": document.ident, "order_no": document.reference, "to": [to],
                         "cc": given.get("cc") or [], "bcc": given.get("bcc") or [], "subject": subject,
                         "message": text, "at": world.clock()})  # fmt: skip
    document.emails.append({"id": str(len(world.emails)), "invoice_id": document.ident, "email": to, "due": None,
                            "email_cc": json.dumps(given.get("cc") or []), "subject": subject, "message": text,
                            "phone": None, "created": world.clock()})  # fmt: skip
    document.sent = True
    return {"invoice_id": document.ident, "email": to, "recipient": to, "subject": subject, "message": text,
            "cc": json.dumps(given.get("cc") or [], separators=(",", ":")), "bysquare": True, "no-signature": False,
            "invoice_lang": given.get("pdf_language") or fields["lang"], "payment_info": True, "paypal": False,
            "trustpay": None}  # fmt: skip


def _printed(document: Document) -> bytes:
    fields = document.fields
    lines = [f"{item.given.get('quantity', 1)} x {item.given.get('name')}: {item.priced.gross:.2f}"
             for item in document.items]  # fmt: skip
    head = [f"{document.kind} {fields['invoice_no_formatted']}", fields["created"][:10], document.client["name"] or ""]
    return page([*head, *lines, f"{document.total:.2f} {fields['invoice_currency']}"])
