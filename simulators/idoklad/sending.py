"""What leaves the agenda: PDF as base64, e-mail, one attachment a document (sheet sections 3 and 8)."""

import base64
import io
import zipfile
from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import Check, each, missing, one_of, text
from simulators.idoklad.accepted import LONG, boolean, key
from simulators.idoklad.document import INVOICE, TYPE_NUMBERS, Document
from simulators.idoklad.routes import ROUTES
from simulators.idoklad.rules import IS_REQUIRED
from simulators.idoklad.world import Idoklad
from simulators.pdf import page

MAIL: dict[str, Check] = {
    "DocumentId": key, "EmailBody": text(LONG), "EmailSubject": text(), "OtherRecipients": each(text(254), 5),
    "ReportLanguage": one_of(1, 2, 3, 4), "SendAttachment": boolean, "SendToAccountant": boolean,
    "SendToSelf": boolean, "SendToPartner": boolean, "Method": one_of(0, 1),
}  # fmt: skip
MAIL_REQUIRED = ("DocumentId", "SendToAccountant", "SendToSelf", "SendToPartner")
OWN_MAIL, ACCOUNTANT = "shop@example.test", "accountant@example.test"


@ROUTES.add("GET", "/v3/Reports/{kind}/{id}/Pdf")
def pdf(world: Idoklad, request: Request) -> Response:
    """Base64 in the envelope; compressed=true puts it into a ZIP first."""
    document = _document(world, request)
    fields, prices = document.fields, document.shown()["Prices"]
    made = page([f"{document.kind} {fields['DocumentNumber']}", fields["Description"],
                 f"{prices['TotalWithVat']} {document.currency}"])  # fmt: skip
    if request.query.get("compressed", "").lower() == "true":
        made = _zipped(f"{fields['DocumentNumber']}.pdf", made)
    return world.envelope(base64.b64encode(made).decode())


@ROUTES.add("POST", "/v3/Mails/{kind}/Send")
def send(world: Idoklad, request: Request) -> Response:
    """{"Sent", "NotSent"}; used up for the day is 429 with 122, nobody to send to is 116."""
    given = world.given(request, MAIL)
    world.demand(missing(given, MAIL_REQUIRED, IS_REQUIRED))
    request.params["id"] = str(given["DocumentId"])
    document = _document(world, request)
    cap = world.settings["mails_per_day"]
    if cap and len(world.emails) >= cap:
        raise world.fail(429, 122, "The daily limit of e-mails has been reached.")
    recipients = _recipients(document, given)
    if not recipients:
        raise world.fail(400, 116, "Sending of the e-mail failed: no recipient.")
    world.emails.append({**given, "To": recipients, "At": world.now()})
    document.fields["IsSentToPurchaser"] = max(document.fields["IsSentToPurchaser"], int(given["SendToPartner"]))
    return world.envelope({"Sent": recipients, "NotSent": []})


@ROUTES.add("PUT", "/v3/Attachments/{id}/{type}")
def attach(world: Idoklad, request: Request) -> Response:
    document = _numbered(world, request)
    given = world.given(request, {"FileBytes": text(10_000_000), "FileName": text()})
    world.demand(missing(given, ("FileBytes", "FileName"), IS_REQUIRED))
    if document.fields["Attachments"]:
        raise world.fail(400, 120, "The document has an attachment already.")
    world.attachments[document.ident] = given
    document.fields["Attachments"] = [{"FileName": given["FileName"]}]
    return world.envelope(True)


@ROUTES.add("GET", "/v3/Attachments/{id}/{type}")
def attached(world: Idoklad, request: Request) -> Response:
    return world.envelope(world.attachments.get(_numbered(world, request).ident))


def _document(world: Idoklad, request: Request) -> Document:
    kind = request.params["kind"]
    if kind not in TYPE_NUMBERS:
        raise world.fail(404, 0, f"{kind} was not found.")
    return world.document(kind, request.params["id"])


def _numbered(world: Idoklad, request: Request) -> Document:
    kinds = {str(number): kind for kind, number in TYPE_NUMBERS.items()}
    return world.document(kinds.get(request.params["type"], INVOICE), request.params["id"])


def _recipients(document: Document, given: dict[str, Any]) -> list[str]:
    partner = document.fields["PartnerAddress"].get("Email")
    chosen = [
        (given["SendToPartner"], partner),
        (given["SendToSelf"], OWN_MAIL),
        (given["SendToAccountant"], ACCOUNTANT),
    ]
    others: list[str] = given.get("OtherRecipients", [])
    return [str(address) for wanted, address in chosen if wanted and address] + others


def _zipped(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, content)
    return held.getvalue()
