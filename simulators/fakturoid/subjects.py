"""Contacts: /subjects.json; one custom_id belongs to one of them (section 6)."""

from collections.abc import Mapping
from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturoid.accepted import SUBJECT
from simulators.fakturoid.lookup import instant
from simulators.fakturoid.routes import ACCOUNT, ROUTES
from simulators.fakturoid.rules import TAKEN
from simulators.fakturoid.world import Fakturoid
from simulators.fields import Faults, on

SEARCHED = ("name", "full_name", "email", "email_copy", "registration_no", "vat_no", "private_note")
READ_ONLY = ("id", "user_id", "unreliable", "unreliable_checked_at", "html_url", "url", "created_at", "updated_at")
SETTINGS = ("setting_update_from_ares", "setting_invoice_pdf_attachments", "setting_estimate_pdf_attachments",
            "setting_invoice_send_reminders")  # fmt: skip
BLANK = {**dict.fromkeys((*SUBJECT, *READ_ONLY)), **dict.fromkeys(SETTINGS, "inherit"), "type": "customer",
         "has_delivery_address": False, "ares_update": True, "suggestion_enabled": True, "user_id": 5,
         "country": "CZ"}  # fmt: skip
TIMES = {"since": "created_at", "updated_since": "updated_at"}
FLAGS = ("has_delivery_address", "ares_update", "suggestion_enabled")
REQUIRED = ("je povinná položka", "je příliš krátký/á/é (min. 2 znaků)")


@ROUTES.add("POST", f"{ACCOUNT}/subjects.json")
def create(world: Fakturoid, request: Request) -> Response:
    given = world.body(request, SUBJECT)
    world.demand(_faults(world, {**BLANK, **given}, None))
    limit = world.settings["subject_limit"]
    if limit and len(world.subjects) >= limit:
        raise Refusal(world.refuse(403, "The limit of contacts is reached"))
    ident, now = world.next_id("subjects"), world.stamp()
    html = f"{world.base}/{world.settings['slug']}/subjects/{ident}"
    subject = {**BLANK, **_typed(given), "id": ident, "html_url": html, "url": world.url(f"subjects/{ident}.json"),
               "created_at": now, "updated_at": now}  # fmt: skip
    world.subjects[ident] = subject
    return world.reply(subject, 201, {"Location": subject["url"]})


@ROUTES.add("GET", f"{ACCOUNT}/subjects.json")
def index(world: Fakturoid, request: Request) -> Response:
    asked = request.query
    world.lookup(asked, ("page", "custom_id", "since", "updated_since"))
    times = {part: instant(world, asked[name]) for name, part in TIMES.items() if name in asked}
    found = [subject for subject in world.subjects.values()
             if ("custom_id" not in asked or subject["custom_id"] == asked["custom_id"])
             and all(instant(world, subject[part]) >= limit for part, limit in times.items())]  # fmt: skip
    return world.reply(world.page(found, asked))


@ROUTES.add("GET", f"{ACCOUNT}/subjects/search.json")
def search(world: Fakturoid, request: Request) -> Response:
    """Full text over several fields, so that the client must compare."""
    asked = request.query
    world.lookup(asked, ("page", "query"))
    words = asked.get("query", "").lower().split()
    found = [subject for subject in world.subjects.values() if all(word in _text(subject) for word in words)]
    return world.reply(world.page(found, asked))


@ROUTES.add("GET", f"{ACCOUNT}/subjects/{{id}}.json")
def show(world: Fakturoid, request: Request) -> Response:
    return world.reply(_subject(world, request))


@ROUTES.add("PATCH", f"{ACCOUNT}/subjects/{{id}}.json")
def update(world: Fakturoid, request: Request) -> Response:
    """Documents made before keep the data they were made with."""
    subject, given = _subject(world, request), world.body(request, SUBJECT)
    world.demand(_faults(world, {**subject, **given}, subject))
    subject.update(_typed(given), updated_at=world.stamp())
    return world.reply(subject)


@ROUTES.add("DELETE", f"{ACCOUNT}/subjects/{{id}}.json")
def destroy(world: Fakturoid, request: Request) -> Response:
    subject = _subject(world, request)
    if any(document.fields["subject_id"] == subject["id"] and not document.deleted
           for document in world.invoices.values()):  # fmt: skip
        raise world.invalid({"document": ["Document cannot be deleted"]})
    del world.subjects[subject["id"]]
    return Response(204)


def _text(subject: Mapping[str, Any]) -> str:
    return " ".join(str(subject[name] or "") for name in SEARCHED).lower()


def _subject(world: Fakturoid, request: Request) -> dict[str, Any]:
    ident = request.params["id"]
    if not ident.isdigit() or int(ident) not in world.subjects:
        raise Refusal(world.refuse(404, "The requested contact does not exist"))
    return world.subjects[int(ident)]


def _faults(world: Fakturoid, subject: Mapping[str, Any], itself: Mapping[str, Any] | None) -> Faults:
    name, reference = subject["name"] or "", subject["custom_id"]
    if not name:
        yield "name", REQUIRED[0]
    if len(name) < 2:
        yield "name", REQUIRED[1]
    same = [other for other in world.subjects.values() if other is not itself and reference not in (None, "")
            and other["custom_id"] == str(reference)]  # fmt: skip
    if same and world.settings["subject_custom_id_unique"]:
        yield "custom_id", TAKEN


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    typed = {name: on(value) if name in FLAGS else value for name, value in given.items()}
    if typed.get("custom_id") is not None:
        typed["custom_id"] = str(typed["custom_id"])
    if typed.get("due") is not None:
        typed["due"] = int(typed["due"])
    return typed
