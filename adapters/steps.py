"""Writes beside a document: what an unclear or failed one of them means, so that no document is made twice or left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.answer import Answer, unclear
from adapters.http import Speaker
from schemas.errors import AdapterError, Ambiguous, Transient, Waiting


@contextmanager
def before_the_document(speaker: Speaker) -> Iterator[None]:
    """A write that the next try sees and does not repeat: an unclear end of it leaves no document in doubt."""
    try:
        yield
    except Ambiguous as error:
        words = f"Whether it was done is not clear: {error.detail}"
        raise speaker.error(Transient, words, error.exchange, code="STEP_UNCLEAR") from None


@contextmanager
def after_the_document(speaker: Speaker, missing: str) -> Iterator[None]:
    """A step that the document still needs, `missing` says which: however it fails, refused, put off or unclear, the
    document is there and looked up first; whoever finds it does the step."""
    try:
        yield
    except (AdapterError, Waiting) as error:
        exchange = error.exchange if isinstance(error, AdapterError) else None
        words = f"The document is made, {missing}: {error.detail}"
        raise speaker.error(Ambiguous, words, exchange, code="STEP_UNCLEAR") from None


@contextmanager
def reading(speaker: Speaker, written: Answer | None = None) -> Iterator[None]:
    """Data of an unknown shape is a failed reading, or an unclear end where it is the answer of a write."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        words = f"Data of an unknown shape ({type(error).__name__})"
        exchange = written.exchange if written else None
        kind = unclear(writes=written is not None)
        raise speaker.error(kind, words, exchange, code="UNREADABLE_ANSWER") from None
