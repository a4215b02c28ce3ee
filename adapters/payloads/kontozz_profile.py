"""An account's profile: how Kontozz's API is spoken to, written in TOML by the merchant from the vendor's own page.

Nothing of that API is known for sure (sheet section 1), so nothing is built in: a call that the profile does not name
is one that the account cannot make. docs/kontozz.md shows a whole one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, ValidationError

from adapters.payloads.kontozz_shape import MAKING, ProfileSchema
from adapters.payloads.kontozz_text import personal_fields, places
from adapters.payloads.kontozz_values import DEFAULTS, ITEM_PLACES, PLACES
from adapters.styles import Price, Style
from schemas.errors import Unreadable
from schemas.fields import problems_of


@dataclass(frozen=True, slots=True)
class Call:
    """One call that can be made; `more` is what only some calls have."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def places(self) -> set[str]:
        return places(self.path) | places(dict(self.query)) | places(self.body or {})


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that was read; `tables` are the maps of codes, defaults filled in."""

    auth: Mapping[str, str]
    success: Mapping[str, Any]
    error: Mapping[str, Any]
    document: Mapping[str, Any]
    calls: Mapping[str, Call]
    item: Mapping[str, Any]
    style: Style
    amounts: str
    tables: Mapping[str, Mapping[str, str]]
    longest: Mapping[str, int]
    otherwise: Mapping[str, str]
    per_minute: int
    at_once: int
    timeout: float
    currencies: frozenset[str]
    reference_length: int

    @property
    def personal(self) -> str:
        """The fields that carry people's data, as a regular expression."""
        bodies = [call.body for call in self.calls.values() if call.body]
        names = {name for body in bodies for name in personal_fields(body)} | {"name"}
        return "|".join(map(re.escape, sorted(names)))


@lru_cache(maxsize=64)
def read_profile(text: str) -> Profile:
    """The profile of a TOML text; raises Unreadable with path -> sentence."""
    try:
        told = ProfileSchema(unknown=RAISE).load(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"The profile is not TOML: {error}.") from None
    except ValidationError as odd:
        problems = problems_of(odd)
        raise Unreadable("; ".join(f"{path}: {said}" for path, said in problems.items()), problems) from None
    profile = _profile(told)
    if faults := list(_faults(profile)):
        raise Unreadable("; ".join(faults))
    return profile


def problem(text: str) -> str:
    """What is wrong with a profile, "" when nothing is."""
    try:
        read_profile(text)
    except Unreadable as error:
        return f"cannot be used: {error.detail}"
    return ""


def _profile(told: Mapping[str, Any]) -> Profile:
    prices, limits = told["prices"], told["limits"]
    names = ("ping", *MAKING, "find", "get", "cancel", "pdf", "email", "series")
    return Profile(
        told["auth"], told["success"], told["error"], told["document"],
        {name: _call(told[name]) for name in names if told[name]}, told["item"],
        Style(Price(prices["mode"]), prices["decimals"], prices["rounding"], kept=prices["kept"], source="profile"),
        prices["amounts"], {name: {**DEFAULTS[name], **told[name]} for name in DEFAULTS},
        told["longest"], told["otherwise"], limits["per_minute"], limits["at_once"], limits["timeout"],
        frozenset(told["currencies"]), told["reference_length"],
    )  # fmt: skip


def _call(told: Mapping[str, Any]) -> Call:
    method, _, path = told["call"].partition(" ")
    more = {name: value for name, value in told.items() if name not in ("call", "query", "body")}
    return Call(method, path, told["query"], told["body"], more)


def _faults(profile: Profile) -> Iterable[str]:
    """What no single field shows."""
    for name, call in profile.calls.items():
        if unknown := call.places - PLACES:
            yield f"{name} has places that nothing fills: {', '.join(sorted(unknown))}"
        if name in MAKING and call.method == "GET":
            yield f"{name} makes a document, which a GET must not"
    if unknown := places(dict(profile.item)) - ITEM_PLACES:
        yield f"item has places that nothing fills: {', '.join(sorted(unknown))}"
    if unknown := set(profile.otherwise) - PLACES:
        yield f"otherwise names places that are none: {', '.join(sorted(unknown))}"
    if unknown := set(profile.longest) - PLACES - {f"item.{name}" for name in ITEM_PLACES}:
        yield f"longest names places that are none: {', '.join(sorted(unknown))}"
    if bool(profile.auth["header"]) == bool(profile.auth["query"]):
        yield "auth must name a header or a query parameter"
    if "find" in profile.calls and not profile.document["reference"]:
        yield "find needs document.reference, to be compared exactly"
    if "cancel" in profile.calls and not ({"get"} <= set(profile.calls) and profile.document["status"]):
        yield "cancel needs get and document.status: it reads first"
    for name in ("invoice", "proforma"):
        if name in profile.calls and "items" not in profile.calls[name].places:
            yield f"{name} says no items"
