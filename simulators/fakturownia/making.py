"""Making a document: number, dates, buyer, lines and totals, payment."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fakturownia.arithmetic import Strategy, document_amounts
from simulators.fakturownia.document import BLANK, LISTS, Document
from simulators.fakturownia.entities import add_client
from simulators.fakturownia.lines import build
from simulators.fakturownia.rules import lines_faults, new_client
from simulators.fields import Faults, on

if TYPE_CHECKING:
    from simulators.fakturownia.world import Fakturownia

# The first letters of a number; every kind counts for itself. "P" and none were recorded.
LETTERS = {"vat": "", "proforma": "P", "correction": "K", "receipt": "PAR", "advance": "ZAL", "final": "KON"}
BUYER = ("name", "tax_no", "street", "post_code", "city", "country", "email", "phone", "person", "first_name",
         "last_name", "company")  # fmt: skip


def make(world: "Fakturownia", given: dict[str, Any], base: str) -> Document:
    """A new document out of a request that has passed every rule; nothing is refused from here on."""
    document = Document(dict(BLANK))
    document.take({**given, "kind": given.get("kind") or "vat"})
    document.unique = given.get("oid_unique") == "yes"
    _identity(world, document, base)
    _dates(world, document)
    _buyer(world, document, given)
    for name in LISTS:
        document.lists[name] = merged(world, [], given.get(name) or [], name)
    merge_lines(world, document, given.get("positions") or [])
    if on(given.get("use_oss")):
        document.fields["use_moss"] = True
    pay_as_given(world, document, given)
    return document


def merge_lines(world: "Fakturownia", document: Document, given: list[dict[str, Any]]) -> None:
    """Changed, added and deleted positions (by their ids), then all totals anew."""
    kept = [{**line.given, "id": line.ident} for line in document.lines]
    lines = merged(world, kept, given, "positions")
    correction = document.fields["kind"] == "correction"
    world.demand(lines_faults(world, lines, correction))
    strategy, rules = Strategy.of(document.fields.get("calculating_strategy")), _rules(document)
    document.lines = [build(world, line, line["id"], strategy, rules) for line in lines]
    _total(document, strategy)


Items = list[dict[str, Any]]


def merged(world: "Fakturownia", kept: Items, given: Items, sort: str) -> Items:
    """Rails' nested attributes: with an id changes, with _destroy deletes, without an id adds."""
    world.demand(_unknown_items(kept, given, sort))
    entries = {entry["id"]: dict(entry) for entry in kept}
    for item in given:
        ident = int(item["id"]) if item.get("id") is not None else world.next_id(sort)
        if on(item.get("_destroy")):
            del entries[ident]
        else:
            sent = {name: value for name, value in item.items() if name != "_destroy"}
            entries[ident] = {**entries.get(ident, {}), **sent, "id": ident}
    return list(entries.values())


def pay_as_given(world: "Fakturownia", document: Document, given: Mapping[str, Any]) -> None:
    """Status and paid amount follow each other, unless both were sent."""
    fields = document.fields
    if given.get("paid") is None and given.get("status") == "paid":
        fields["paid"] = fields["price_gross"]
    elif given.get("paid") is not None and given.get("status") is None:
        fields["status"] = _status(fields)
    if fields["paid"] and fields["status"] == "paid" and not fields["paid_date"]:
        fields["paid_date"] = world.today().isoformat()


def add_payment(world: "Fakturownia", document: Document, amount: Decimal) -> None:
    """More (or, negative, less) has been paid."""
    document.fields["paid"] += amount
    pay_as_given(world, document, {"paid": document.fields["paid"]})
    document.fields["updated_at"] = world.stamp()


def _status(fields: Mapping[str, Any]) -> str:
    if fields["paid"] >= fields["price_gross"] > 0:
        return "paid"
    return "partial" if fields["paid"] > 0 else "issued"


def _identity(world: "Fakturownia", document: Document, base: str) -> None:
    fields, token = document.fields, secrets.token_hex(10)
    fields.update(id=world.next_id("invoices"), token=token, created_at=world.stamp(), updated_at=world.stamp(),
                  view_url=f"{base}/invoice/{token}", payment_url=f"{base}/invoice/payment/{token}",
                  department_id=fields["department_id"] or 1)  # fmt: skip
    fields["issue_date"] = fields["issue_date"] or world.today().isoformat()
    fields["paid"] = fields["paid"] or Decimal(0)
    fields["issue_year"] = int(fields["issue_date"][:4])
    _count(world, fields)


def _count(world: "Fakturownia", fields: dict[str, Any]) -> None:
    """The next number of the month's series of (department, kind), unless one was given; "1/11/2026"."""
    series = (fields["department_id"], fields["kind"])
    if not fields["number"]:
        year, month, _ = fields["issue_date"].split("-")
        letters = LETTERS.get(fields["kind"], fields["kind"][:3].upper())
        while not fields["number"] or (*series, fields["number"]) in world.numbers:
            world.series[*series, year, month] += 1
            fields["pattern_nr_m"] = world.series[*series, year, month]
            fields["number"] = f"{letters}{fields['pattern_nr_m']}/{month}/{year}"
    world.numbers.add((*series, fields["number"]))


def _dates(world: "Fakturownia", document: Document) -> None:
    fields = document.fields
    sold = fields["sell_date"] = fields["sell_date"] or fields["issue_date"]
    fields.update(dict.fromkeys(("delivery_date", "transaction_date", "accounting_vat_tax_date",
                                 "accounting_income_tax_date"), sold))  # fmt: skip
    set_term(fields)


def set_term(fields: dict[str, Any]) -> None:
    """payment_to_kind: days from the issue date, "off", or the date given."""
    kind = fields["payment_to_kind"] or ("other_date" if fields["payment_to"] else None)
    fields["payment_to_kind"] = kind
    if kind == "off":
        fields["payment_to"] = None
    elif kind and kind.isdigit():
        fields["payment_to"] = (date.fromisoformat(fields["issue_date"]) + timedelta(int(kind))).isoformat()


def _buyer(world: "Fakturownia", document: Document, given: Mapping[str, Any]) -> None:
    """The client's own data, unless buyer_override; without a client the system finds or makes one (section 6)."""
    fields = document.fields
    if new_client(given):
        fields["client_id"] = add_client(world, given, forced=given.get("client_id") is not None)
        fields["buyer_name"] = fields["buyer_name"] or _full_name(fields)
        return
    client = world.clients[int(given["client_id"])]
    for name in BUYER:
        if not (on(given.get("buyer_override")) and f"buyer_{name}" in given):
            fields[f"buyer_{name}"] = client.get(name)


def _full_name(fields: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (fields["buyer_first_name"], fields["buyer_last_name"])))


def _rules(document: Document) -> dict[str, Any]:
    """Reverse charge sets the rate; a discount counts only when it is shown and its kind is named (section 3)."""
    fields = document.fields
    at_home = (fields["buyer_country"] or "PL") == "PL"
    shown = fields["show_discount"] and fields["discount_kind"]
    return {"reverse": ("oo" if at_home else "np") if fields["reverse_charge"] else None,
            "discount_kind": fields["discount_kind"] if shown else None}  # fmt: skip


def _total(document: Document, strategy: Strategy) -> None:
    total = document_amounts(((line.shown["tax"], line.amounts) for line in document.lines), strategy)
    fields = document.fields
    fields.update(price_net=total.net, price_tax=total.vat, price_gross=total.gross)
    fields["product_cache"] = ", ".join(line.shown["name"][:6] for line in document.lines)
    for line in document.lines:
        line.shown["invoice_id"] = document.ident


def _unknown_items(kept: list[dict[str, Any]], given: list[dict[str, Any]], sort: str) -> Faults:
    known = {entry["id"] for entry in kept}
    for index, item in enumerate(given):
        if item.get("id") is not None and int(item["id"]) not in known:
            yield f"{sort}[{index}].id", "does not exist"
