"""When Billingo refuses a document with 422, in its own shape: a field by its path, and a sentence."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from simulators.billingo.accepted import INVALID, IS_REQUIRED
from simulators.billingo.company import BANKS, BLOCKS
from simulators.money import number

if TYPE_CHECKING:
    from simulators.billingo.document import Document
    from simulators.billingo.world import Billingo

Found = Iterator[tuple[str, str]]
TAKEN = "has already been taken."


def document_faults(world: "Billingo", given: Mapping[str, Any], itself: "Document | None" = None) -> Found:
    if given["partner_id"] not in world.partners:
        yield "partner_id", INVALID
    if given["block_id"] not in {block["id"] for block in BLOCKS if block["type"] == "invoice"}:
        yield "block_id", INVALID
    if given.get("bank_account_id") is not None and given["bank_account_id"] not in {one["id"] for one in BANKS}:
        yield "bank_account_id", INVALID
    yield from _money_faults(given)
    yield from _vendor_faults(world, given, itself)
    for index, ident in enumerate(given.get("advance_invoice") or []):
        known = world.documents.get(ident)
        if known is None or known.kind != "advance":
            yield f"advance_invoice.{index}", INVALID
    yield from item_faults(world, given.get("items") or [], world.settings["negative_lines"])


def item_faults(world: "Billingo", items: list[dict[str, Any]], below_zero: bool) -> Found:
    """Whether prices and quantities below zero are taken is unverified: settings negative_lines, modification_items."""
    for index, item in enumerate(items):
        if "product_id" in item and item["product_id"] not in world.products:
            yield f"items.{index}.product_id", INVALID
        for name in ("unit_price", "quantity"):
            if not below_zero and (number(item.get(name)) or 0) < 0:
                yield f"items.{index}.{name}", "must be at least 0."


def _money_faults(given: Mapping[str, Any]) -> Found:
    """A rate must come with every currency but the forint (measured by the vendor)."""
    rate = number(given.get("conversion_rate"))
    if given["currency"] != "HUF" and rate is None:
        yield "conversion_rate", IS_REQUIRED
    if rate is not None and rate <= 0:
        yield "conversion_rate", "must be greater than 0."


def _vendor_faults(world: "Billingo", given: Mapping[str, Any], itself: "Document | None") -> Found:
    """Uniqueness is neither documented nor promised: setting vendor_unique."""
    others = [one for one in world.with_vendor(given.get("vendor_id") or "") if one is not itself]
    if given.get("vendor_id") and others and world.settings["vendor_unique"]:
        yield "vendor_id", TAKEN
