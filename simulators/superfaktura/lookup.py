"""/invoices/index.json/…: two filters stand by themselves; a client that forgets them finds too little (section 6)."""

import base64
import binascii
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from simulators.exchange import Request, Response
from simulators.money import number
from simulators.superfaktura.document import Document
from simulators.superfaktura.routes import ROUTES, named
from simulators.superfaktura.world import SuperFaktura

SPANS = ("created", "modified", "delivery", "paydate")
EQUAL = ("variable", "invoice_no_formatted", "client_id")
ANY_OF = ("delivery_type", "payment_type", "status")
PAGING = ("page", "per_page", "sort", "direction", "listinfo", "type")
KNOWN = {*SPANS, *(f"{name}_{end}" for name in SPANS for end in ("since", "to")), *EQUAL, *ANY_OF, *PAGING, "order_no",
         "search", "amount_from", "amount_to", "tag", "ignore"}  # fmt: skip
LONGEST_PAGE, USUAL_PAGE = 200, 50
SORTS = ("id", "created", "modified", "due", "invoice_no_formatted", "regular_count", "amount")


def index(world: SuperFaktura, request: Request) -> Response:
    """A bare array, or with listinfo:1 an object that counts; every row is a whole document."""
    asked = named(request)
    if slips := sorted(set(asked) - KNOWN):
        raise world.failure(1, f"Unknown parameters: {', '.join(slips)}")
    kinds = asked.get("type", "regular").split("|")
    found = [document for document in _candidates(world, asked) if document.live and document.kind in kinds
             and not world.hidden_by_lag(document.born, request) and _fits(world, document, asked)]  # fmt: skip
    found.sort(key=_key(asked.get("sort", "regular_count")), reverse=asked.get("direction", "DESC").upper() != "ASC")
    page, length = paging(world, asked, USUAL_PAGE)
    rows = [world.shown(document) for document in found[(page - 1) * length : page * length]]
    if asked.get("listinfo") != "1":
        return world.reply(rows)
    return world.reply({"itemCount": len(found), "page": page, "pageCount": -(-len(found) // length),
                        "perPage": length, "items": rows, "filtered": bool(set(asked) - set(PAGING))})  # fmt: skip


for path in ("/invoices/index.json", "/invoices/index.json/{rest*}"):
    ROUTES.add("GET", path)(index)


def span(constant: str, now: datetime, since: str, until: str) -> tuple[str, str]:
    """First and last moment of a time filter constant (value-lists.md), as text that compares."""
    today = now.date()
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    first, year = today.replace(day=1), today.replace(month=1, day=1)
    days: dict[str, tuple[date, date]] = {
        "1": (today, today), "2": (today - timedelta(1), today - timedelta(1)), "4": (first, _end(first, 1)),
        "5": (_back(first, 1), first - timedelta(1)), "6": (year, _end(year, 12)),
        "7": (_back(year, 12), year - timedelta(1)), "8": (quarter, _end(quarter, 3)),
        "9": (today - timedelta(today.weekday()), today + timedelta(6 - today.weekday())),
        "10": (_back(quarter, 3), quarter - timedelta(1)),
    }  # fmt: skip
    if constant in ("11", "12"):
        begin = now - timedelta(hours=1) if constant == "11" else now.replace(minute=0, second=0)
        return f"{begin:%Y-%m-%d %H:%M:%S}", "9999"
    if constant == "3":
        return since or "0000", f"{until or '9999'} 24"
    begin_day, end_day = days.get(constant, (date.min, date.max))
    return f"{begin_day}", f"{end_day} 24"


def paging(world: SuperFaktura, asked: dict[str, str], usual: int) -> tuple[int, int]:
    """Page and its length, 200 at most."""
    page, length = asked.get("page", "1"), asked.get("per_page", str(usual))
    if not (page.isdigit() and length.isdigit() and int(page) and int(length)):
        raise world.failure(1, "page and per_page must be numbers from 1 on")
    return int(page), min(int(length), LONGEST_PAGE)


def search_text(packed: str) -> str | None:
    """Base64 with - _ , in place of + / =; None for what is none."""
    try:
        return base64.b64decode(packed.translate(str.maketrans("-_,", "+/=")), validate=True).decode().lower()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _candidates(world: SuperFaktura, asked: dict[str, str]) -> list[Document]:
    """Whether order_no is compared whole is not known (section 6): setting order_no_match."""
    if "order_no" not in asked:
        return list(world.invoices.values())
    how, wanted = world.settings["order_no_match"], asked["order_no"]
    found = (world.invoices[str(ident)] for ident in world.by_order.find(wanted, how))
    return [document for document in found if MATCHES[how](document.reference, wanted)]


def _fits(world: SuperFaktura, document: Document, asked: dict[str, str]) -> bool:
    fields = document.invoice(world.today())
    return (
        all(name not in asked or str(fields[name] or "") == asked[name] for name in EQUAL)
        and all(name not in asked or str(fields[name] or "") in asked[name].split("|") for name in ANY_OF)
        and document.ident not in asked.get("ignore", "").split("|")
        and _within(world, fields, asked)
        and _has(document, fields, asked)
    )


def _within(world: SuperFaktura, fields: dict[str, Any], asked: dict[str, str]) -> bool:
    """Without `created` only this year is listed: the constant 6 stands by itself."""
    for name, constant in {"created": "6", **{span: asked[span] for span in SPANS if span in asked}}.items():
        since, until = span(constant, world.now(), asked.get(f"{name}_since", ""), asked.get(f"{name}_to", ""))
        if constant != "0" and not since <= str(fields[name] or "") <= until:
            return False
    return True


def _has(document: Document, fields: dict[str, Any], asked: dict[str, str]) -> bool:
    words = search_text(asked["search"]) if "search" in asked else ""
    searched = (fields["name"], fields["order_no"], fields["variable"], fields["invoice_no_formatted"],
                document.client["name"], document.client["email"])  # fmt: skip
    lowest, highest = (number(asked.get(name)) for name in ("amount_from", "amount_to"))
    return (
        words is not None
        and words in " ".join(str(part or "") for part in searched).lower()
        and (lowest is None or document.total >= lowest)
        and (highest is None or document.total <= highest)
        and ("tag" not in asked or asked["tag"] in document.tags)
    )


def _key(sort: str) -> Callable[[Document], Any]:
    if sort in SORTS and sort not in ("id", "regular_count", "amount"):
        return lambda document: (str(document.fields[sort] or ""), int(document.ident))
    return lambda document: int(document.ident)


def _end(first: date, months: int) -> date:
    return _back(first, -months) - timedelta(1)


def _back(first: date, months: int) -> date:
    """The first of the month so many months before."""
    index = first.year * 12 + first.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


MATCHES: dict[str, Callable[[str, str], bool]] = {
    "substring": lambda reference, wanted: wanted in reference,
    "prefix": lambda reference, wanted: reference.startswith(wanted),
    "exact": lambda reference, wanted: reference == wanted,
}
