"""Proforma invoices: paid first, then accounted by an invoice that takes off what was paid (sheet section 4)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from simulators.exchange import Request, Response
from simulators.fields import each, missing
from simulators.idoklad import accepted
from simulators.idoklad.arithmetic import REDUCTION, ROUNDING
from simulators.idoklad.codebooks import ZERO
from simulators.idoklad.document import INVOICE, PAID, PROFORMA, Document
from simulators.idoklad.making import default_body, default_item, make
from simulators.idoklad.numbering import default_series
from simulators.idoklad.payments import touch
from simulators.idoklad.routes import ROUTES
from simulators.idoklad.rules import IS_REQUIRED, faults
from simulators.idoklad.world import Idoklad

COPIED = ("CurrencyId", "PartnerId", "PaymentOptionId", "OrderNumber", "Description", "ReportLanguage", "ExchangeRate",
          "ExchangeRateAmount", "IsIncomeTax", "Note", "ItemsTextPrefix", "ItemsTextSuffix")  # fmt: skip
DROPPED = ("VatRegime", "VatRatePeriods", "DiscountType")


@ROUTES.add("GET", "/v3/ProformaInvoices/Default")
def default(world: Idoklad, request: Request) -> Response:
    return world.envelope(default_body(world, PROFORMA, default_series(world, PROFORMA)))


@ROUTES.add("POST", "/v3/ProformaInvoices")
def create(world: Idoklad, request: Request) -> Response:
    given = world.given(request, accepted.PROFORMA)
    world.demand(faults(world, PROFORMA, given, accepted.REQUIRED))
    return world.envelope(make(world, PROFORMA, given).shown())


@ROUTES.add("GET", "/v3/ProformaInvoices/{id}/Account")
def account_preview(world: Idoklad, request: Request) -> Response:
    """The invoice as it would be; unpaid is 113, accounted already is 112."""
    return world.envelope(_invoice_body(world, [_accountable(world, request.params["id"])]))


@ROUTES.add("PUT", "/v3/ProformaInvoices/{id}/Account")
def account(world: Idoklad, request: Request) -> Response:
    return world.envelope(_accounted(world, [_accountable(world, request.params["id"])]).shown())


@ROUTES.add("PUT", "/v3/ProformaInvoices/Account")
def account_several(world: Idoklad, request: Request) -> Response:
    """One invoice for several proformas of one partner."""
    given = world.given(request, {"ProformaIds": each(accepted.key)})
    world.demand(missing(given, ("ProformaIds",), IS_REQUIRED))
    proformas = [_accountable(world, str(ident)) for ident in given["ProformaIds"]]
    if len({(one.fields["PartnerId"], one.fields["CurrencyId"]) for one in proformas}) > 1:
        raise world.fail(400, 400, "ProformaIds: have different partners or currencies")
    return world.envelope(_accounted(world, proformas).shown())


def settle(world: Idoklad, invoice: Document, idents: Sequence[int]) -> None:
    """The proformas an invoice names are accounted by it."""
    invoice.fields["ProformaInvoices"] = list(idents)
    for ident in idents:
        world.documents[ident].fields["AccountedByInvoiceId"] = invoice.ident
        touch(world, world.documents[ident])


def check_settled(world: Idoklad, given: dict[str, Any]) -> None:
    """Proformas named in a plain POST must be there, be paid and be free."""
    for ident in given.get("ProformaInvoices") or []:
        _accountable(world, str(ident))


def _accounted(world: Idoklad, proformas: Sequence[Document]) -> Document:
    body = _invoice_body(world, proformas)
    items = [{name: value for name, value in item.items() if name != "Prices"} for item in body["Items"]]
    given = {name: value for name, value in body.items() if value is not None and name not in DROPPED}
    invoice = make(world, INVOICE, {**given, "Items": items})
    settle(world, invoice, body["ProformaInvoices"])
    return invoice


def _accountable(world: Idoklad, ident: str) -> Document:
    document = world.document(PROFORMA, ident)
    if document.fields["AccountedByInvoiceId"]:
        raise world.fail(400, 112, "The proforma invoice has already been accounted.")
    if document.payment_status != PAID:
        raise world.fail(400, 113, "The proforma invoice has not been paid.")
    return document


def _invoice_body(world: Idoklad, proformas: Sequence[Document]) -> dict[str, Any]:
    """The proformas' items, and for each one a line that takes off what was paid, outside VAT (the SDK's tests:
    without a tax document for the payment the reduction is no tax movement and has the rate 0)."""
    items = [default_item(INVOICE, {**line.given, "ItemType": 0}) for one in proformas for _, line in one.lines
             if line.kind != ROUNDING]  # fmt: skip
    items = [{name: value for name, value in item.items() if name != "Id"} for item in items]
    reductions = [default_item(INVOICE, _reduction(one)) for one in proformas]
    return {**default_body(world, INVOICE, default_series(world, INVOICE)),
            **{name: proformas[0].fields.get(name) for name in COPIED}, "Items": [*items, *reductions],
            "ProformaInvoices": [one.ident for one in proformas]}  # fmt: skip


def _reduction(proforma: Document) -> dict[str, Any]:
    return {"Name": f"Odpočet zálohy {proforma.fields['DocumentNumber']}", "Amount": Decimal(1),
            "UnitPrice": -proforma.paid, "PriceType": 0, "VatRateType": ZERO, "ItemType": REDUCTION,
            "IsTaxMovement": False, "InvoiceProformaId": proforma.ident}  # fmt: skip
