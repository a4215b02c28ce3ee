"""A document on its way through the desk, with all that concerns it."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.base import Adapter
from ledger.documents import DocumentRow
from schemas.document import Document, Draft, Issued
from workers.hand import Hand


@dataclass(frozen=True, slots=True)
class Paper:
    """A document on its way: its row, the mouth, what is asked for, the document it follows, and earlier
    corrections."""

    hand: Hand
    row: DocumentRow
    adapter: Adapter
    draft: Draft
    original: Issued | None
    earlier: tuple[Draft, ...] = ()

    @property
    def followed(self) -> Document | None:
        """The document this one corrects or follows, as the system has it."""
        return self.original.document if self.original else None
