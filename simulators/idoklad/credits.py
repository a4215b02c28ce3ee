"""Credit notes: a body made from the invoice, trimmed by the client, then posted or set off at once (section 4)."""

from decimal import Decimal
from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import Faults
from simulators.idoklad import accepted
from simulators.idoklad.arithmetic import ROUNDING
from simulators.idoklad.document import CREDIT, INVOICE, PAID, Document
from simulators.idoklad.making import default_body, default_item, make
from simulators.idoklad.numbering import default_series
from simulators.idoklad.payments import pay, touch
from simulators.idoklad.routes import ROUTES
from simulators.idoklad.rules import faults
from simulators.idoklad.world import Idoklad

COPIED = ("CurrencyId", "PartnerId", "PaymentOptionId", "OrderNumber", "DiscountPercentage", "HasVatRegimeOss",
          "VatReverseChargeCodeId", "ReportLanguage", "ExchangeRate", "ExchangeRateAmount", "IsIncomeTax",
          "DateOfTaxing", "DateOfVatApplication", "Description")  # fmt: skip
ITEM = ("Name", "Amount", "Unit", "Code", "UnitPrice", "PriceType", "VatRateType", "VatCodeId", "PriceListItemId",
        "IsTaxMovement", "DiscountPercentage")  # fmt: skip


@ROUTES.add("GET", "/v3/CreditNotes/Default/{id}")
def default(world: Idoklad, request: Request) -> Response:
    """Reason and day of claim are left empty; the items' signs are setting credit_sign's."""
    invoice = world.document(INVOICE, request.params["id"])
    series = default_series(world, CREDIT)
    items = [_item(world, line.given) for _, line in invoice.lines if line.kind != ROUNDING]
    return world.envelope({
        **default_body(world, CREDIT, series), **{name: invoice.fields.get(name) for name in COPIED},
        "CreditedInvoiceId": invoice.ident, "CreditNoteReason": "", "DateOfVatClaim": None, "NoteForCreditNote": "",
        "DateOfTaxingCreditedInvoice": invoice.fields["DateOfTaxing"],
        "VatRatePeriods": [invoice.fields["DateOfTaxing"]],
        "Items": [{**default_item(CREDIT, item), "DiscountName": "Sleva"} for item in items],
    })  # fmt: skip


@ROUTES.add("POST", "/v3/CreditNotes")
def create(world: Idoklad, request: Request) -> Response:
    return world.envelope(_made(world, _checked(world, request)).shown())


@ROUTES.add("POST", "/v3/CreditNotes/Offset")
def create_and_offset(world: Idoklad, request: Request) -> Response:
    """Refused with 111, before anything is made, where the invoice cannot be set off."""
    given = _checked(world, request)
    _offsettable(world.documents[given["CreditedInvoiceId"]], world)
    document = _made(world, given)
    _offset(world, document, world.today().isoformat())
    return world.envelope(document.shown())


@ROUTES.add("PUT", "/v3/CreditNotes/{id}/Offset")
def offset(world: Idoklad, request: Request) -> Response:
    document = world.document(CREDIT, request.params["id"])
    given = world.given(request, {"DateOfPayment": accepted.moment})
    _offsettable(world.documents[document.fields["CreditedInvoiceId"]], world)
    if document.payment_status == PAID:
        raise world.fail(400, 111, "Conditions of the offset are not met.")
    day = world.day(given["DateOfPayment"]) if "DateOfPayment" in given else world.today()
    _offset(world, document, day.isoformat())
    return world.envelope(document.shown())


def _checked(world: Idoklad, request: Request) -> dict[str, Any]:
    given = world.given(request, accepted.CREDIT)
    world.demand(faults(world, CREDIT, given, accepted.CREDIT_REQUIRED))
    world.demand(_own_faults(world, given))
    return given


def _made(world: Idoklad, given: dict[str, Any]) -> Document:
    invoice = world.documents[given["CreditedInvoiceId"]]
    document = make(world, CREDIT, given)
    document.fields["DateOfTaxingCreditedInvoice"] = invoice.fields["DateOfTaxing"]
    return document


def _own_faults(world: Idoklad, given: dict[str, Any]) -> Faults:
    invoice = world.documents.get(given["CreditedInvoiceId"])
    if invoice is None or invoice.deleted or invoice.kind != INVOICE:
        yield "CreditedInvoiceId", "does not exist"
    elif invoice.fields["CurrencyId"] != given["CurrencyId"] or invoice.fields["PartnerId"] != given["PartnerId"]:
        yield "CreditedInvoiceId", "has another partner or currency"
    if given.get("DateOfVatClaim") and world.day(given["DateOfVatClaim"]) < world.day(given["DateOfIssue"]):
        yield "DateOfVatClaim", "must not be before DateOfIssue"


def _offsettable(invoice: Document, world: Idoklad) -> None:
    if invoice.payment_status == PAID:
        raise world.fail(400, 111, "Conditions of the offset are not met.")


def _offset(world: Idoklad, document: Document, day: str) -> None:
    """The credit note is settled, the invoice by as much as it still lacks."""
    invoice = world.documents[document.fields["CreditedInvoiceId"]]
    share = min(abs(document.gross), invoice.gross - invoice.paid)
    pay(world, document, document.gross, day)
    pay(world, invoice, share, day)
    touch(world, invoice)
    touch(world, document)


def _item(world: Idoklad, given: dict[str, Any]) -> dict[str, Any]:
    sign = Decimal(-1 if world.settings["credit_sign"] == "negative" else 1)
    kept = {name: given[name] for name in ITEM if name in given}
    return {**kept, "UnitPrice": sign * Decimal(given["UnitPrice"])}
