"""Customers of Jortt: which one a buyer is. An invoice shows its customer's address and no other, so that a buyer who
moved is another customer; none is ever changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adapters.contacts import Known, alike, the_same
from adapters.payloads import jortt as say
from schemas.document import Draft

Row = Mapping[str, Any]
#: What an invoice prints of its customer: all of it must agree.
PRINTED = ("address_street", "address_postal_code", "address_city", "address_country_code", "customer_name")
HOME = "NL"


def key(draft: Draft, options: Mapping[str, str]) -> str:
    """A text that names this buyer as this invoice shows them, and tells nothing about them."""
    said = json.dumps(say.customer(draft, options), sort_keys=True, ensure_ascii=False)
    return "billhook-" + hashlib.sha256(said.encode()).hexdigest()[:24]


def known(draft: Draft, wanted: Row, search: Callable[[str], Iterator[Row]]) -> str:
    """The id of the customer that is `wanted`: ours by its reference, else theirs, compared exactly; "" where there is
    none."""
    name, buyer = str(wanted["reference"]), draft.buyer
    mine = next((row for row in search(name) if row.get("reference") == name), None)
    if mine:
        return str(mine["id"])
    words = filter(None, (buyer.vat_id, buyer.registration, buyer.tax_number))
    for word in dict.fromkeys(words) or filter(None, (buyer.email,)):
        rows = {str(row["id"]): row for row in search(word) if _shows(row, wanted)}
        if found := the_same(buyer, map(_told, rows.values())):
            return found.id
    return ""


def _told(row: Row) -> Known:
    names = ("customer_name", "vat_number", "coc_number", "email")
    return Known(str(row["id"]), *(str(row.get(name) or "") for name in names))


def _shows(row: Row, wanted: Row) -> bool:
    """Whether an invoice to this customer would print and tax what this order needs."""
    told = {"address_country_code": HOME, **{name: row[name] for name in PRINTED if row.get(name)}}
    asked = {"address_country_code": HOME, **wanted}
    return (
        bool(row.get("is_private")) == wanted["is_private"]
        and bool(row.get("shift_vat")) == bool(wanted.get("shift_vat"))
        and not row.get("archived")
        and all(alike(str(told.get(name) or ""), str(asked.get(name) or "")) for name in PRINTED)
    )
