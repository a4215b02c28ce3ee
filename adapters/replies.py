"""What an adapter tells besides documents: whose account it is, what there is to choose from, how the state's hub took
it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.document import Kind


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """What `verify` learned: whose account it is, its address there, and what a person should know."""

    name: str
    url: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One number series, department or invoice book to choose from; `id` goes into the account's or route's options."""

    id: str
    name: str
    kinds: tuple[Kind, ...] = ()


class OfficialState(StrEnum):
    """`NONE`: this document never goes to the state's hub."""

    NONE = "none"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Official:
    """A document at the state's hub (KSeF, NAV): its number there, or the hub's own sentences."""

    state: OfficialState
    number: str = ""
    messages: tuple[str, ...] = ()
    url: str = ""
