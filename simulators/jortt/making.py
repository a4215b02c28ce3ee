"""Making and changing an invoice: its customer, dates, lines and totals."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from simulators.fields import Faults, on
from simulators.jortt import errors, rates
from simulators.jortt.accepted import decimal, line_faults
from simulators.jortt.arithmetic import Line
from simulators.jortt.document import BLANK, Document
from simulators.money import HUNDRED, cents

if TYPE_CHECKING:
    from simulators.jortt.world import Jortt

LEDGER = "05ba2a61-a0cc-4736-9000-89fb361e85c8"
# Given with an invoice, but no plain field of an answer.
ELSEWHERE = ("line_items", "discounts", "label_ids", "send_method", "sold_via_platform", "payment_term",
             "delivery_period", "delivery_period_end", "customer_id")  # fmt: skip
Given = Mapping[str, Any]


def make(world: "Jortt", given: Given, version: int) -> Document:
    """A draft out of a request that has passed every rule."""
    document = Document({**BLANK, "id": world.next_id(), "created_at": world.stamp()}, version)
    change(world, document, {"invoice_date": world.today().isoformat(), "line_items": [], **given}, version)
    world.documents[document.ident] = document
    return document


def change(world: "Jortt", document: Document, given: Given, version: int) -> None:
    """What is given changes; totals anew."""
    fields = document.fields
    fields.update({name: value for name, value in given.items() if name not in ELSEWHERE})
    fields.update({name: on(fields[name]) for name in ("net_amounts", "invoice_marked_free_of_vat")})
    if "customer_id" in given:
        fields["customer_id"] = given["customer_id"]
    picture(world, document)
    _dates(world, document, given)
    document.labels = list(given.get("label_ids", document.labels))
    document.discounts = [{"description": one.get("description"), "percentage": int(one["percentage"])}
                          for one in given.get("discounts", document.discounts)]  # fmt: skip
    if "line_items" in given:
        document.lines = [line(world, entry, version) for entry in given["line_items"]]
    document.add_up()


def credit(world: "Jortt", original: Document) -> Document:
    """A draft that takes the whole invoice back; amounts or quantities are negative (setting credit_sign)."""
    sign = world.settings["credit_sign"]
    reference = original.fields["reference"] if world.settings["credit_keeps_reference"] else None
    kept = {**original.fields, "id": world.next_id(), "created_at": world.stamp(), "invoice_status": "draft",
            "invoice_number": None, "invoice_date": world.today().isoformat(), "invoice_date_sent": None,
            "send_method": None, "credited_invoice_id": original.ident, "remarks": None,
            "reference": reference}  # fmt: skip
    document = Document(kept, original.version, discounts=list(original.discounts))
    document.lines = [replace(one, **{sign: -getattr(one, sign)}) for one in original.lines]
    document.add_up()
    world.documents[document.ident] = document
    original.credits.append(document.ident)
    return document


def picture(world: "Jortt", document: Document) -> None:
    """The customer as he is now; a sent invoice keeps the picture it was sent with."""
    customer, fields = world.customers.get(str(document.fields["customer_id"])), document.fields
    if customer is None:
        return
    country = customer["address_country_code"]
    fields.update(
        customer_company_name=customer["customer_name"], customer_address_country_code=country,
        customer_address_country_name=rates.NAMES.get(country, country), customer_attn=customer["attn"],
        customer_vat_shifted=customer["shift_vat"], customer_vat_number=customer["vat_number"],
        customer_in_eu=rates.in_union(country), customer_reference=customer["reference"],
        customer_is_private=customer["is_private"], customer_mail_to=customer["email"],
        customer_mail_cc_addresses=customer["cc_emails"], language=customer["invoice_language"],
        **{f"customer_{name}": customer[name] for name in
           ("address_street", "address_city", "address_postal_code", "address_extra_information")},
    )  # fmt: skip


def line(world: "Jortt", given: Given, version: int) -> Line:
    """An amount with more decimals than Jortt keeps (setting amount_decimals) loses them without a word."""
    unit = decimal("1").scaleb(-int(world.settings["amount_decimals"]))
    ledger = given.get("ledger_account_id") or LEDGER
    if version > 1:
        price, vat = given["amount"], given["vat"]
        return Line(given["description"], decimal(given["quantity"]), cents(decimal(price["amount"]), unit),
                    price["currency"], decimal(vat["value"]), vat["category"], ledger)  # fmt: skip
    price = given["amount_per_unit"]
    count = given["units"] if given.get("number_of_units") is None else given["number_of_units"]
    percent = given["vat"] if given.get("vat_percentage") is None else given["vat_percentage"]
    return Line(given["description"], decimal(count), cents(decimal(price["value"]), unit), price["currency"],
                decimal(percent) / HUNDRED, None, ledger)  # fmt: skip


def create_faults(given: Given, version: int) -> Faults:
    """Formally only nested fields are required; customer and lines are in practice (sheet section 3)."""
    yield from ((name, errors.MISSING) for name in ("customer_id", "line_items") if not given.get(name))
    yield from change_faults(given, version)


def change_faults(given: Given, version: int) -> Faults:
    if given.get("delivery_period_end") and not given.get("delivery_period"):
        yield "delivery_period", errors.MISSING
    for index, one in enumerate(given.get("discounts") or []):
        if one.get("percentage") is None:
            yield f"discounts[{index}].percentage", errors.MISSING
    yield from line_faults(given.get("line_items") or [], version)


def known_faults(world: "Jortt", lines: list[Line], ident: str) -> Faults:
    """The customer is there, currencies are kept, and the rates are valid for him."""
    customer = world.customers.get(ident)
    if customer is None:
        yield "customer_id", "is invalid"
        return
    allowed = rates.allowed(customer, world.settings)
    for index, one in enumerate(lines):
        if one.currency not in world.settings["currencies"].split():
            yield f"line_items[{index}].amount.currency", "is invalid"
        if world.settings["check_vat"] and (one.rate, one.category) not in allowed:
            yield f"line_items[{index}].vat", "is invalid: no rate for this customer"
    if len({one.currency for one in lines}) > 1:
        yield "line_items", "is invalid: one currency only"


def _dates(world: "Jortt", document: Document, given: Given) -> None:
    """The term is the invoice's, else the customer's, else the administration's; the period is the month's first."""
    fields = document.fields
    customer = world.customers.get(fields["customer_id"], {})
    document.term = int(given.get("payment_term", -1 if document.term is None else document.term))
    term = document.term if document.term >= 0 else customer.get("payment_term", world.settings["payment_term"])
    day = date.fromisoformat(fields["invoice_date"])
    fields["invoice_due_date"] = (day + timedelta(int(term))).isoformat()
    for name in ("delivery_period", "delivery_period_end"):
        fields[f"invoice_{name}"] = given.get(name, fields[f"invoice_{name}"])
    fields["invoice_delivery_period"] = fields["invoice_delivery_period"] or day.replace(day=1).isoformat()
