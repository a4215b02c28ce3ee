"""Shop by shop: what the orders owe, then what the invoicing systems have (DESIGN 1, promises 2, 4 and 5)."""

from __future__ import annotations

import structlog

from ledger import connections
from schemas.connection import Shop
from workers.reconcile import books, owed
from workers.reconcile.check import Check
from workers.reconcile.findings import Report, Span
from workers.services import Services

log = structlog.get_logger(__name__)


def reconcile(services: Services, span: Span, only: str = "") -> Report:
    """Compare everything of the span, of all shops or of one; changes nothing anywhere. What cannot be looked at is
    said in the report."""
    check = Check(services, span)
    for shop in _shops(services, only):
        if shop.state != "removed":
            owed.look(check, shop)
        books.look(check, shop)
    report = check.report
    log.info("reconciled", orders=len(report.orders), documents=report.documents, findings=len(report.found),
             unsure=len(report.unsure))  # fmt: skip
    return report


def _shops(services: Services, only: str) -> list[Shop]:
    """Removed ones too: they owe nothing more, but their documents stay."""
    with services.ledger.read() as tx:
        found = connections.list_shops(tx, services.ledger.vault)
    return [shop for shop in found if only in ("", shop.key)]
