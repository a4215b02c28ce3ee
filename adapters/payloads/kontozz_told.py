"""What the answers of a profile mean in our words: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.base import Series
from adapters.payloads.kontozz_profile import Call, Profile
from adapters.payloads.kontozz_text import at, text_of
from adapters.payloads.kontozz_values import SYSTEM
from adapters.words import number_text, read_amount
from schemas.document import Document, Kind


def document(data: Mapping[str, Any], profile: Profile, kind: Kind | None = None) -> Document:
    """A document as the profile says where it stands, in our words; `kind` where Kontozz does not tell it."""
    told = profile.document
    kind = Kind(told["kinds"][str(at(data, told["kind"]))]) if told["kind"] else kind or Kind.INVOICE
    status, gross = str(at(data, told["status"])), abs(Decimal(str(at(data, told["total"]))))
    vat, net = (read_amount(at(data, told[name])) if told[name] else None for name in ("vat", "net"))
    day = at(data, told["issue_date"]) if told["issue_date"] else None
    return Document(
        system=SYSTEM, system_id=given(data, told["id"]), kind=kind,
        reference=text_of(at(data, told["reference"])) if told["reference"] else "",
        number=given(data, told["number"]), currency=given(data, told["currency"]), gross=gross,
        net=None if net is None else abs(net), vat=None if vat is None else abs(vat), vat_by_rate=_rates(data, told),
        issue_date=date.fromisoformat(str(day)[:10]) if day else None,
        paid=gross if told["status"] and status in told["paid"] else None,
        state="cancelled" if told["status"] and status in told["cancelled"] else "issued",
    )  # fmt: skip


def given(data: Any, path: str) -> str:
    """A text that must be there."""
    found = text_of(at(data, path))
    if not found:
        raise KeyError(path)
    return found


def _rates(data: Any, told: Mapping[str, Any]) -> dict[str, Decimal]:
    """VAT by percentage; words without one count as 0."""
    sums: dict[str, Decimal] = {}
    for row in at(data, told["rates"]) or [] if told["rates"] else []:
        text = text_of(at(row, told["rate"])).rstrip("% ")
        rate = number_text(Decimal(text)) if text.replace(".", "", 1).isdigit() else "0"
        sums[rate] = sums.get(rate, Decimal(0)) + abs(Decimal(str(at(row, told["rate_vat"]))))
    return sums


def rows(data: Any, profile: Profile) -> list[Any]:
    """The documents of one page of a look-up. Raises ValueError where not one of them tells a reference: then nothing
    can be said to be absent."""
    found = list(at(data, profile.calls["find"].more["rows"]))
    for row in found:
        given(row, profile.document["id"])
    if found and not any(reference(row, profile) for row in found):
        raise ValueError("no row has a reference")
    return found


def reference(row: Any, profile: Profile) -> str:
    return text_of(at(row, profile.document["reference"]))


def series(data: Any, call: Call) -> tuple[Series, ...]:
    """The invoice books, as a look at them tells."""
    name, ident = call.more["name"] or "name", call.more["id"]
    return tuple(Series(given(row, ident), given(row, name)) for row in at(data, call.more["rows"]))
