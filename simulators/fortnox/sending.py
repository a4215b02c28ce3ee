"""PDF and sending: GET .../email sends, GET .../print marks as sent, GET .../preview does neither."""

from simulators import pdf
from simulators.exchange import Request, Response
from simulators.fortnox.document import INVOICE, ORDER, PLURAL, Document
from simulators.fortnox.invoices import shown
from simulators.fortnox.routes import route
from simulators.fortnox.world import Fortnox
from simulators.world import Handler


def email(kind: str) -> Handler:
    """Sends at every call, the second time as well; needs an address."""

    def answer(world: Fortnox, request: Request) -> Response:
        document = world.document(kind, request.params["number"])
        told = document.fields["EmailInformation"]
        if not told["EmailAddressTo"] or not document.live:
            raise world.forbidden("E-postadress saknas.")
        if told["EmailAddressFrom"] and told["EmailAddressFrom"] not in world.settings["trusted_senders"]:
            raise world.forbidden("Avsändaren är inte betrodd.")
        subject = (told["EmailSubject"] or "").replace("{no}", str(document.serial))
        world.emails.append({"document": document.ident, "to": told["EmailAddressTo"], "subject": subject})
        document.fields["Sent"] = True
        return shown(world, document)

    return answer


def page(kind: str, sends: bool) -> Handler:
    def answer(world: Fortnox, request: Request) -> Response:
        document = world.document(kind, request.params["number"])
        document.fields["Sent"] = document.fields["Sent"] or sends
        return Response(200, pdf.page(_lines(document)), "application/pdf")

    return answer


def electronic(world: Fortnox, request: Request) -> Response:
    """GET .../einvoice and .../eprint: the company has no such agreement."""
    world.document(INVOICE, request.params["number"])
    raise world.forbidden("Avtal saknas.")


def _lines(document: Document) -> list[str]:
    fields = document.fields
    return [f"{document.kind} {document.serial}", str(fields["CustomerName"]), document.reference,
            f"{document.total:.2f} {fields['Currency']}"]  # fmt: skip


for sort in (INVOICE, ORDER):
    where = f"/{PLURAL[sort]}/{{number}}"
    route("GET", f"{where}/email")(email(sort))
    route("GET", f"{where}/preview")(page(sort, sends=False))
    route("GET", f"{where}/print")(page(sort, sends=True))
for word in ("einvoice", "eprint"):
    route("GET", f"/invoices/{{number}}/{word}")(electronic)
route("GET", "/invoices/{number}/printreminder")(page(INVOICE, sends=False))
