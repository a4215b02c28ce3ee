"""When SuperFaktura refuses a document; every refusal is a 200 but the missing right (section 9)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.fields import Faults, checked
from simulators.superfaktura.accepted import CREATE, CURRENCIES
from simulators.superfaktura.document import Document

if TYPE_CHECKING:
    from simulators.superfaktura.world import SuperFaktura

NO_ITEMS = "Dokument musí obsahovať aspoň jednu položku"
NO_CLIENT = {"data_bad_format": "Missing required client data."}
# Measured on the sandbox (a third party's API-DISCREPANCIES.md, B6).
DUE_TOO_EARLY = "Dátum splatnosti nemôže byť skôr ako dátum vystavenia"
EMPTY_ITEM = "Položka musí mať názov alebo cenu"
NOT_HERE = "Dokument sa nenašiel"
TAKEN = "Číslo dokladu už existuje"


def refuse_create(world: "SuperFaktura", given: dict[str, Any]) -> None:
    """Raises the first of: no right, no client, a wrong currency, everything else with its fields."""
    if world.settings["role"] == "no_create":
        raise world.failure(1, "You can't create invoice", 403, twice=True)
    invoice, client = (given.get(name) or {} for name in ("Invoice", "Client"))
    if not isinstance(invoice, dict) or not isinstance(client, dict) or not _names_client(world, client, invoice):
        raise world.failure(4, NO_CLIENT)
    _refuse_currency(world, invoice)
    world.demand(checked(given, CREATE), given)
    world.demand(_faults(world, given), given)


def refuse_edit(world: "SuperFaktura", document: Document, given: dict[str, Any]) -> None:
    invoice = given.get("Invoice") or {}
    _refuse_currency(world, invoice)
    world.demand(checked(given, CREATE), given)
    world.demand(item_faults(given.get("InvoiceItem") or []), given)
    world.demand(_date_faults({**document.fields, **invoice}), given)


def item_faults(items: list[dict[str, Any]]) -> Faults:
    for index, item in enumerate(items):
        if item.get("name") in (None, "") and item.get("unit_price") in (None, ""):
            yield f"InvoiceItem[{index}].name", EMPTY_ITEM


def _refuse_currency(world: "SuperFaktura", invoice: Mapping[str, Any]) -> None:
    if invoice.get("invoice_currency") not in (None, "", *CURRENCIES):
        raise world.failure(1, "Incorrect currency")


def _names_client(world: "SuperFaktura", client: Mapping[str, Any], invoice: Mapping[str, Any]) -> bool:
    """By name, or by the id of a contact that is there."""
    ident = invoice.get("client_id") or client.get("id")
    return bool(client.get("name")) or (ident is not None and str(ident) in world.clients)


def _faults(world: "SuperFaktura", given: Mapping[str, Any]) -> Faults:
    invoice, items = given.get("Invoice") or {}, given.get("InvoiceItem") or []
    if not items:
        yield "Invoice.type", NO_ITEMS
    yield from item_faults(items)
    yield from _date_faults(invoice)
    yield from _link_faults(world, invoice)
    number = invoice.get("invoice_no_formatted")
    if number and any(other.fields["invoice_no_formatted"] == number for other in world.invoices.values()):
        yield "Invoice.invoice_no_formatted", TAKEN
    if len({str(tag) for tag in (given.get("Tag") or {}).get("Tag") or []} - set(world.tags)):
        yield "Tag.Tag", NOT_HERE


def _date_faults(invoice: Mapping[str, Any]) -> Faults:
    created, due = invoice.get("created"), invoice.get("due")
    if created and due and str(due)[:10] < str(created)[:10]:
        yield "Invoice.due", DUE_TOO_EARLY


def _link_faults(world: "SuperFaktura", invoice: Mapping[str, Any]) -> Faults:
    """What is credited, and what an invoice takes the payments of, must be there."""
    parent = invoice.get("parent_id")
    if parent is not None and world.invoice(parent) is None:
        yield "Invoice.parent_id", NOT_HERE
    for ident in str(invoice.get("proforma_id") or "").split(","):
        source = world.invoice(ident)
        if ident and (source is None or source.kind != "proforma"):
            yield "Invoice.proforma_id", NOT_HERE
    sequence = invoice.get("sequence_id")
    kind = invoice.get("type") or "regular"
    if sequence is not None and str(sequence) not in world.sequences(kind):
        yield "Invoice.sequence_id", NOT_HERE
