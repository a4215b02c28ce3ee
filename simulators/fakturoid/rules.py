"""When Fakturoid refuses a document with 422, in its own words where a sample has them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.fakturoid.document import Document
from simulators.fields import Faults, on
from simulators.money import number

if TYPE_CHECKING:
    from simulators.fakturoid.world import Fakturoid

BLANK_IS_WRONG = "can't be blank"
TAKEN = "has already been taken"
NO_CONTACT = "Contact does not exist."
WRONG_NUMBER = "The number does not match the number format in the settings"
# Series of numbers (id -> mask): the first two are as recorded; corrections count with invoices.
FORMATS = {704_078: "{year}-{count:04d}", 704_079: "1-{year}-{count:04d}", 704_080: "2-{year}-{count:04d}",
           704_081: "E-{year}-{count:04d}"}  # fmt: skip
SERIES = {"proforma": 704_079, "tax_document": 704_080}
CHOOSABLE = (704_078, 704_081)


def create_faults(world: "Fakturoid", given: Mapping[str, Any]) -> Faults:
    """The document's own faults; its lines are looked at when there are none (the vendor's example names no lines)."""
    found = [*_number(world, given, None), *_subject(world, given), *_money(world, given), *_links(world, given),
             *unique_reference(world, given, None)]  # fmt: skip
    yield from found or lines_faults(given.get("lines") or [], whole=True)


def update_faults(world: "Fakturoid", document: Document, given: Mapping[str, Any]) -> Faults:
    if "number_format_id" in given:
        yield "number_format_id", "cannot be changed"
    if given.get("document_type", document.kind) != document.kind:
        yield "document_type", "cannot be changed"
    yield from _number(world, given, document)
    if "subject_id" in given:
        yield from _subject(world, given)
    yield from _money(world, {**document.fields, **given})
    if "custom_id" in given:
        yield from unique_reference(world, given, document)
    yield from lines_faults(given.get("lines") or [], whole=False)


def lines_faults(lines: list[dict[str, Any]], whole: bool) -> Faults:
    """`whole`: all lines of a new document, of which there must be some; else only new ones must be complete."""
    if whole and not lines:
        yield "lines", BLANK_IS_WRONG
    for index, line in enumerate(lines):
        if on(line.get("_destroy")) or (line.get("id") is not None and not whole):
            continue
        for name in ("name", "unit_price"):
            if line.get(name) in (None, ""):
                yield f"lines[{index}].{name}", BLANK_IS_WRONG


def unique_reference(world: "Fakturoid", given: Mapping[str, Any], itself: Document | None) -> Faults:
    """Whether two documents may share a custom_id is not documented (section 6): setting custom_id_unique."""
    scope, wanted = world.settings["custom_id_unique"], given.get("custom_id")
    if scope == "off" or wanted in (None, ""):
        return
    others = [other for other in world.with_reference(str(wanted)) if other is not itself]
    if scope == "type":
        kind = itself.kind if itself else given.get("document_type") or "invoice"
        others = [other for other in others if other.kind == kind]
    if others:
        yield "custom_id", TAKEN


def _number(world: "Fakturoid", given: Mapping[str, Any], itself: Document | None) -> Faults:
    wanted = given.get("number")
    chosen = given.get("number_format_id")
    if chosen is not None and int(chosen) not in FORMATS:
        yield "number_format_id", "does not exist"
    if wanted is None:
        return
    if not re.fullmatch(r"([12E]-)?\d{4}-\d{4}", wanted):
        yield "number", WRONG_NUMBER
    elif any(other.fields["number"] == wanted and other is not itself and not other.deleted
             for other in world.invoices.values()):  # fmt: skip
        yield "number", TAKEN


def _subject(world: "Fakturoid", given: Mapping[str, Any]) -> Faults:
    """Both sentences where none is named, as in the vendor's example."""
    wanted = given.get("subject_id")
    if wanted is not None and int(wanted) in world.subjects:
        return
    if not given.get("client_name"):
        yield "client_name", BLANK_IS_WRONG
    if wanted is None:
        yield "subject_id", BLANK_IS_WRONG
    yield "subject_id", NO_CONTACT


def _money(world: "Fakturoid", given: Mapping[str, Any]) -> Faults:
    """A rate must come with a foreign currency: Fakturoid looks none up (section 3)."""
    home = world.settings["currency"]
    if (given.get("currency") or home) != home and not number(given.get("exchange_rate")):
        yield "exchange_rate", BLANK_IS_WRONG


def _links(world: "Fakturoid", given: Mapping[str, Any]) -> Faults:
    kind = given.get("document_type") or "invoice"
    if kind != "proforma" and given.get("proforma_followup_document") is not None:
        yield "proforma_followup_document", "is for proformas"
    if kind == "correction":
        yield from _corrected(world, given.get("correction_id"))
    elif given.get("correction_id") is not None:
        yield "correction_id", "is for corrections"
    if given.get("related_id") is not None and _kind(world, given["related_id"]) != "proforma":
        yield "related_id", "is no proforma"
    for ident in given.get("tax_document_ids") or []:
        if kind != "final_invoice" or _kind(world, ident) != "tax_document":
            yield "tax_document_ids", "are the tax documents of a final invoice"
    if kind == "tax_document":
        yield "document_type", "is made from the payment of a proforma"


def _corrected(world: "Fakturoid", wanted: Any) -> Faults:
    """A second correction of one invoice is not documented (section 3): setting second_correction."""
    if wanted is None:
        yield "correction_id", BLANK_IS_WRONG
    elif _kind(world, wanted) not in ("invoice", "final_invoice", "tax_document"):
        yield "correction_id", "is no invoice"
    elif world.settings["second_correction"] == "refuse" and world.invoices[int(wanted)].fields["correction_id"]:
        yield "correction_id", TAKEN


def _kind(world: "Fakturoid", ident: Any) -> str:
    document = world.invoices.get(int(ident))
    return "" if document is None or document.deleted else document.kind
