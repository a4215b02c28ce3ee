"""What goes out: the PDF, the buyer's link, the e-mail, the report to the tax office."""

from simulators.billingo.accepted import MAIL
from simulators.billingo.document import Document
from simulators.billingo.making import mail
from simulators.billingo.routes import API, ROUTES
from simulators.billingo.world import Billingo
from simulators.exchange import Refusal, Request, Response
from simulators.pdf import page

PLACE = f"{API}/documents/{{id}}"


@ROUTES.add("GET", f"{PLACE}/download")
def download(world: Billingo, request: Request) -> Response:
    """202 for the first reads of a document (setting pdf_pending_reads): it is still being made."""
    document = world.document(request)
    document.pdf_reads += 1
    if document.pdf_reads <= world.settings["pdf_pending_reads"]:
        return world.reply({"message": "Document PDF has not generated yet."}, 202)
    return _printed(document)


@ROUTES.add("GET", f"{PLACE}/print/pos")
def receipt_printer(world: Billingo, request: Request) -> Response:
    """For printers of 58 or 80 mm."""
    if request.query.get("size") not in ("58", "80"):
        raise world.invalid([("size", "is invalid.")])
    return _printed(world.document(request))


@ROUTES.add("GET", f"{PLACE}/public-url")
def public_url(world: Billingo, request: Request) -> Response:
    document = world.document(request)
    return world.reply({"public_url": f"{world.address}/document-access/{document.ident}"})


@ROUTES.add("POST", f"{PLACE}/send")
def send(world: Billingo, request: Request) -> Response:
    """Mails every time it is asked; without addresses to the partner's own."""
    document, given = world.document(request), world.body(request, MAIL)
    if document.kind == "draft":
        raise Refusal(world.refuse(400, "Drafts cannot be sent."))
    addresses = given.get("emails") or document.snapshot["emails"]
    if not addresses:
        raise world.invalid([("emails", "field is required.")])
    mail(world, document, addresses)
    return world.reply({"emails": addresses})


@ROUTES.add("GET", f"{PLACE}/online-szamla")
def online_szamla(world: Billingo, request: Request) -> Response:
    document = world.document(request)
    reported = document.nav in ("done", "sent", "processing", "received", "saved")
    return world.reply({"transaction_id": f"SIM{document.ident:013d}" if reported else "", "status": document.nav,
                        "messages": []})  # fmt: skip


def _printed(document: Document) -> Response:
    lines = [document.number or "draft", document.snapshot["name"], f"{document.gross} {document.given['currency']}"]
    return Response(200, page(lines), "application/pdf")
