"""KSeF, the state's hub for invoices between firms: what must be right beforehand, and how the number arrives."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.fakturownia.document import Document
from simulators.fields import Faults, on

if TYPE_CHECKING:
    from simulators.fakturownia.world import Fakturownia

# https://github.com/fakturownia/API KSeF.md
SENT_KINDS = ("vat", "correction", "vat_mp", "vat_margin", "wdt", "export_products", "advance", "final")
OUTCOMES = ("ok", "processing", "send_error", "server_error", "status_check_error", "offline", "offline_error",
            "duplicate_error", "blocked_403_error")  # fmt: skip
BLANK_IS_WRONG = "- nie może być puste"


def faults(world: "Fakturownia", given: Mapping[str, Any]) -> Faults:
    """What the account's check before sending refuses (on by default where KSeF is connected)."""
    if world.settings["ksef"] == "off" or not world.settings["ksef_validate"] or not _goes_there(given):
        return
    if not given.get("buyer_tax_no") and given.get("buyer_tax_no_kind") != "empty":
        yield "buyer_tax_no", BLANK_IS_WRONG
    if len(given.get("buyer_phone") or "") > 16:
        yield "buyer_phone", "- pole jest za długie (maksymalna ilość znaków: 16)"
    taxes = [line.get("tax") for line in given.get("positions") or []]
    for word, field in (("zw", "exempt_tax_kind"), ("np", "np_tax_kind")):
        if word in taxes and not given.get(field):
            yield field, BLANK_IS_WRONG


def enter(world: "Fakturownia", document: Document, forced: bool) -> None:
    """Hand a new document to KSeF, if it is one for it."""
    if world.settings["ksef"] == "off":
        return
    if not _goes_there(document.fields):
        document.fields["gov_status"] = "not_applicable"
    elif world.settings["ksef_auto"] or forced:
        document.fields["gov_status"] = _prefixed(world, "processing")
        document.official_at = time.monotonic() + world.settings["ksef_seconds"]


def move_on(world: "Fakturownia", document: Document) -> None:
    """The number arrives, or the error, once setting ksef_seconds have passed; "processing" never ends."""
    outcome = world.settings["ksef_outcome"]
    if document.official_at is None or time.monotonic() < document.official_at or outcome == "processing":
        return
    document.official_at = None
    document.fields["gov_status"] = _prefixed(world, outcome)
    document.fields["gov_send_date"] = document.fields["updated_at"] = world.stamp()
    if outcome == "ok":
        _number(world, document)
    else:
        document.fields["gov_error_messages"] = [f"KSeF: {outcome}"]


def holds_back(world: "Fakturownia", document: Document) -> bool:
    """A firm's document is not mailed before its number (section 7)."""
    return world.settings["ksef"] != "off" and _goes_there(document.fields) and not document.fields["gov_id"]


def receipt(document: Document) -> bytes:
    """The XML of a document that has its number."""
    return f"<Faktura><NumerKSeF>{document.fields['gov_id']}</NumerKSeF></Faktura>".encode()


def _goes_there(fields: Mapping[str, Any]) -> bool:
    firm = fields.get("buyer_company")
    return (fields.get("kind") or "vat") in SENT_KINDS and (firm is None or on(firm))


def _number(world: "Fakturownia", document: Document) -> None:
    seller = "".join(filter(str.isdigit, document.fields["seller_tax_no"] or "")) or "0000000000"
    number = f"{seller}-{world.today():%Y%m%d}-{document.ident:012X}"
    corrected = world.invoices.get(document.fields["invoice_id"] or 0)
    document.fields.update(
        gov_id=number, gov_sell_date=document.fields["issue_date"],
        gov_verification_link=f"https://ksef.example/web/verify/{number}",
        gov_corrected_invoice_number=corrected.fields["gov_id"] if corrected else None,
    )  # fmt: skip


def _prefixed(world: "Fakturownia", status: str) -> str:
    return f"demo_{status}" if world.settings["ksef"] == "demo" else status
