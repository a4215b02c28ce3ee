"""What a reconciliation says: four kinds of findings, each with its remedy, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from schemas.document import Document


class What(StrEnum):
    """An order owes a document that is nowhere; a document of ours that the ledger does not know; amounts that are not
    the same; a document of the ledger that is over there no more."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    DIFFERING = "differing"
    DELETED = "deleted"


REMEDIES: Mapping[What, str] = {
    What.MISSING: "flask event list --order ID says why; once that is mended, replay its newest event. For an order "
    "that was never sent: flask shop sync KEY --since DAY.",
    What.UNKNOWN: "If the order owes it, replay the order's newest event: the document is taken over when it is what "
    "was asked for. Otherwise cancel it in the invoicing system.",
    What.DIFFERING: "Correct the document in the invoicing system, or the order in the shop; it is not issued again.",
    What.DELETED: "Find out who cancelled or deleted it in the invoicing system, and why; it is not issued again.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `told` is the dead letter that says so already ("" = none does)."""

    what: What
    shop: str
    order_id: str
    kind: str
    reference: str
    number: str
    system: str
    detail: str
    told: str = ""

    @property
    def key(self) -> tuple[What, str]:
        return self.what, self.reference

    @property
    def remedy(self) -> str:
        return REMEDIES[self.what]


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` until before `end` (UTC, aware): when orders were placed, or documents made."""

    begin: datetime
    end: datetime

    @property
    def first(self) -> date:
        return self.begin.date()

    @property
    def last(self) -> date:
        return (self.end - timedelta(microseconds=1)).date()


@dataclass
class Report:
    """Findings by key, each once; `unsure` are sentences about what could not be looked at; and how much was."""

    found: dict[tuple[What, str], Finding] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    orders: set[tuple[str, str]] = field(default_factory=set)
    documents: int = 0

    def add(self, finding: Finding) -> None:
        self.found.setdefault(finding.key, finding)

    def doubt(self, sentence: str) -> None:
        if sentence not in self.unsure:
            self.unsure.append(sentence)

    @property
    def findings(self) -> list[Finding]:
        """By kind, shop and reference."""
        return sorted(self.found.values(), key=lambda f: (list(What).index(f.what), f.shop, f.reference))

    @property
    def agreed(self) -> bool:
        return not self.found and not self.unsure


def numbers(found: Sequence[Document]) -> str:
    """What people know these documents by."""
    return ", ".join(document.number or document.system_id for document in found)
