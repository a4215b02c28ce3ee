"""What Fakturownia refuses although every field is known and well typed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.fakturownia import ksef
from simulators.fakturownia.document import Document
from simulators.fakturownia.lines import correction_faults, line_faults
from simulators.fields import Faults, missing

if TYPE_CHECKING:
    from simulators.fakturownia.world import Fakturownia

BLANK_IS_WRONG = "- nie może być puste"
TAKEN = "jest już zajęte"
# A document with a KSeF number can only be corrected (section 4); these say nothing to the state.
AFTER_KSEF = {"paid", "paid_date", "status", "internal_note", "category_id", "show_attachments"}


def create_faults(world: "Fakturownia", given: Mapping[str, Any]) -> Faults:
    yield from _buyer(world, given)
    yield from _known_ids(world, given)
    yield from _positions(world, given)
    yield from _correction(world, given)
    yield from unique_oid(world, given, None)
    yield from _number(world, given)
    yield from _dates(given)
    yield from ksef.faults(world, given)


def update_faults(world: "Fakturownia", document: Document, given: Mapping[str, Any]) -> Faults:
    if document.fields["gov_id"]:
        yield from ((name, "cannot be changed: the document has a KSeF number") for name in set(given) - AFTER_KSEF)
    if given.get("status") == "paid" and (given.get("kind") or document.fields["kind"]) == "proforma":
        # Measured by a third party (section 3): set `paid` to the amount instead.
        yield "status", "a proforma cannot be paid"
    yield from _known_ids(world, given)
    yield from _dates({**document.fields, **given})
    if "oid" in given or given.get("oid_unique") == "yes":
        yield from unique_oid(world, {**document.fields, "oid_unique": "yes" if document.unique else None, **given},
                              document)  # fmt: skip


def unique_oid(world: "Fakturownia", given: Mapping[str, Any], itself: Document | None) -> Faults:
    """oid_unique: "yes" refuses a second document; how far it looks is setting oid_unique (section 6)."""
    scope = world.settings["oid_unique"]
    if scope == "off" or given.get("oid_unique") != "yes" or not given.get("oid"):
        return
    others = [other for other in world.with_oid(given["oid"]) if other is not itself]
    if scope == "kind":
        others = [other for other in others if other.fields["kind"] == (given.get("kind") or "vat")]
    if not world.settings["oid_unique_counts_unflagged"]:
        others = [other for other in others if other.unique]
    if others:
        yield "oid", TAKEN


def lines_faults(world: "Fakturownia", lines: list[dict[str, Any]], correction: bool) -> Faults:
    for index, line in enumerate(lines):
        yield from line_faults(world, line, f"positions[{index}]")
        if correction:
            yield from correction_faults(line, f"positions[{index}]")


def new_client(given: Mapping[str, Any]) -> bool:
    """No client named, or -1: a new one is forced."""
    return given.get("client_id") is None or int(given["client_id"]) == -1


def _buyer(world: "Fakturownia", given: Mapping[str, Any]) -> Faults:
    """buyer_name or client_id; a person may come with a last name instead."""
    if not new_client(given) or given.get("buyer_name"):
        return
    if given.get("buyer_company") in (False, "false", "0", 0) and given.get("buyer_last_name"):
        return
    yield "buyer_name", BLANK_IS_WRONG


def _known_ids(world: "Fakturownia", given: Mapping[str, Any]) -> Faults:
    if not new_client(given) and int(given["client_id"]) not in world.clients:
        yield "client_id", "does not exist"
    if given.get("department_id") is not None and int(given["department_id"]) not in world.departments:
        yield "department_id", "does not exist"
    for name in ("invoice_id", "from_invoice_id"):
        ident = given.get(name)
        if ident is not None and (int(ident) not in world.invoices or world.invoices[int(ident)].deleted):
            yield name, "does not exist"


def _positions(world: "Fakturownia", given: Mapping[str, Any]) -> Faults:
    """Lines must be sent: from_invoice_id only links (section 4). A text-only correction has none."""
    correction = given.get("kind") == "correction"
    lines = given.get("positions") or []
    if not lines and not (correction and given.get("corrected_content_after")):
        yield "positions", BLANK_IS_WRONG
    yield from lines_faults(world, lines, correction)


def _correction(world: "Fakturownia", given: Mapping[str, Any]) -> Faults:
    if given.get("kind") != "correction":
        return
    yield from missing(given, ("correction_reason", "invoice_id", "from_invoice_id"), BLANK_IS_WRONG)
    if str(given.get("invoice_id")) != str(given.get("from_invoice_id")):
        yield "from_invoice_id", "must be the corrected document, as invoice_id"


def _number(world: "Fakturownia", given: Mapping[str, Any]) -> Faults:
    taken = (int(given.get("department_id") or 1), given.get("kind") or "vat", given.get("number"))
    if given.get("number") and taken in world.numbers:
        yield "number", TAKEN


def _dates(given: Mapping[str, Any]) -> Faults:
    if given.get("payment_to_kind") == "other_date" and not given.get("payment_to"):
        yield "payment_to", BLANK_IS_WRONG
    if given.get("exchange_kind") == "own" and not given.get("exchange_currency_rate"):
        yield "exchange_currency_rate", BLANK_IS_WRONG
