"""What the invoicing systems have, beside what the ledger says they have."""

from __future__ import annotations

from adapters.base import Adapter
from adapters.wire import compare
from ledger import connections, documents, reconciling
from ledger.documents import DocumentRow
from schemas.connection import Shop
from schemas.document import Document, Found, Sight
from schemas.money import said
from workers.issue import original_of
from workers.reconcile.check import UNANSWERED, Check
from workers.reconcile.findings import Finding, What, numbers


def look(check: Check, shop: Shop) -> None:
    """Every live document of the span that the shop's orders made; then, where a system can list, what else is there
    under the shop's references."""
    with check.services.ledger.read() as tx:
        rows = reconciling.made(tx, shop.id, check.span.begin, check.span.end)
        routes = connections.list_routes(tx, shop.id)
    for row in rows:
        if not check.is_fresh(row.settled_at):
            _one(check, shop, row)
    for account_id in sorted({row.account_id for row in rows} | {route.account_id for route in routes}):
        _strangers(check, shop, account_id)


def _one(check: Check, shop: Shop, row: DocumentRow) -> None:
    listed = check.listed(row.account_id)
    mouth = check.mouth(row.account_id)
    if row.document is None or mouth is None:
        return
    check.report.documents += 1
    theirs = listed.get(row.document.system_id) if listed else None
    if theirs is not None and theirs.state == "issued":
        _compared(check, shop, row, theirs)
        return
    try:
        _searched(check, shop, row, _sought(check, mouth, row, doubly=listed is None))
    except UNANSWERED as error:
        check.gave_up(row.account_id, mouth.account.key, error.detail)


def _sought(check: Check, mouth: Adapter, row: DocumentRow, *, doubly: bool) -> Found:
    """By its reference; absence is believed twice: a list that lacked it is once."""
    with check.services.ledger.read() as tx:
        history = documents.history(tx, row.shop_id, row.order_id)
    original = original_of(row.draft, history)
    follows = original.document if original else None
    found = mouth.find(row.draft, follows)
    return mouth.find(row.draft, follows) if doubly and found.sight is Sight.NONE else found


def _searched(check: Check, shop: Shop, row: DocumentRow, found: Found) -> None:
    mouth = check.mouth(row.account_id)
    if found.sight is Sight.UNSURE and mouth:
        check.gave_up(row.account_id, mouth.account.key, found.why)
    elif found.sight is Sight.NONE:
        _add(check, What.DELETED, shop, row, f"{row.system} has it no more, or has it as cancelled.")
    elif found.sight is Sight.MANY:
        _add(check, What.DIFFERING, shop, row, f"Several documents carry its reference: {numbers(found.documents)}.")
    elif found.sight is Sight.ONE:
        _compared(check, shop, row, found.document)


def _compared(check: Check, shop: Shop, row: DocumentRow, theirs: Document) -> None:
    differs = list(compare(row.draft, theirs))
    if row.document and theirs.system_id != row.document.system_id:
        differs.append(f"it is {theirs.number or theirs.system_id}, not {row.document.number}")
    if differs:
        _add(check, What.DIFFERING, shop, row, f"Not what was asked for: {'; '.join(differs)}.")


def _add(check: Check, what: What, shop: Shop, row: DocumentRow, detail: str) -> None:
    number = row.document.number if row.document else ""
    check.report.add(
        Finding(what, shop.key, row.order_id, row.kind.value, row.reference, number, row.system, detail)
    )  # fmt: skip


def _strangers(check: Check, shop: Shop, account_id: int) -> None:
    """Live documents under this shop's references that no row of the ledger stands for."""
    ours = [d for d in (check.listed(account_id) or {}).values() if _is_ours(check, shop, d)]
    with check.services.ledger.read() as tx:
        rows = reconciling.of_orders(tx, shop.id, sorted({_order_of(shop, d) for d in ours}))
    for theirs in ours:
        row = rows.get(theirs.reference)
        if row and (row.state in ("issuing", "held") or _is_it(row, theirs)):
            continue
        order_id, detail = _order_of(shop, theirs), f"It says {said(theirs.gross)} {theirs.currency}, {_but(row)}."
        check.report.add(
            Finding(What.UNKNOWN, shop.key, order_id, theirs.kind.value, theirs.reference, theirs.number,
                    theirs.system, detail)
        )  # fmt: skip


def _is_ours(check: Check, shop: Shop, document: Document) -> bool:
    in_span = document.issue_date is None or check.span.first <= document.issue_date <= check.span.last
    return in_span and document.state == "issued" and document.reference.startswith(f"{shop.key}/")


def _order_of(shop: Shop, document: Document) -> str:
    """The order that a reference names (schemas.document.reference_of)."""
    return document.reference.removeprefix(f"{shop.key}/").rpartition("/")[0]


def _is_it(row: DocumentRow, theirs: Document) -> bool:
    return row.state == "live" and row.document is not None and row.document.system_id == theirs.system_id


def _but(row: DocumentRow | None) -> str:
    if row is None:
        return "and the ledger does not know it"
    if row.state == "cancelled":
        return "though the ledger has it as cancelled"
    other = row.document.number if row.document else ""
    return f"beside {other}, which the ledger knows" if other else "and the ledger never saw it made"
