"""The console's page of dead letters: what needs a person, why, and the buttons that end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from console.web import requeue
from ledger import documents, events
from ledger.documents import DocumentRow
from schemas.errors import BillhookError
from schemas.event import Event, State
from schemas.problem import Problem
from workers import settle
from workers.house import House
from workers.services import Services

log = structlog.get_logger(__name__)

PAGE = 50
#: Longer is no document's number or id.
_LONGEST = 200


@dataclass(frozen=True)
class DeadLetters:
    """The pages of one house."""

    house: House

    def register(self, pages: Blueprint) -> None:
        """Hang them among the console's pages, which see to login and CSRF."""
        pages.add_url_rule("/dead", "dead", self.listed, methods=["GET"])
        pages.add_url_rule("/dead/<event_id>", "dead_letter", self.one, methods=["GET"])
        pages.add_url_rule("/dead/<event_id>/replay", "dead_replay", self.replay, methods=["POST"])
        pages.add_url_rule("/dead/<event_id>/exists", "dead_exists", self.exists, methods=["POST"])
        pages.add_url_rule("/dead/<event_id>/missing", "dead_missing", self.missing, methods=["POST"])

    def listed(self) -> ResponseReturnValue:
        """Newest first, page by page."""
        with self.house.ledger.read() as tx:
            found = events.page(tx, state=State.DEAD, after=request.args.get("after"), limit=PAGE)
        more = found[-1].id if len(found) == PAGE else ""
        return render_template("console/dead.html", events=found, more=more)

    def one(self, event_id: str) -> ResponseReturnValue:
        """Cause and remedy of one event, with a document in doubt if it has one; also when it went on meanwhile."""
        return self._page(event_id, 200)

    def replay(self, event_id: str) -> ResponseReturnValue:
        """The event is decided on anew, by today's rules and connections."""
        bell = self.house.bell()
        try:
            requeue.replay_one(self.house, bell, event_id)
        finally:
            bell.close()
        return _back(event_id, "It is replayed.")

    def exists(self, event_id: str) -> ResponseReturnValue:
        """It exists, number …: looked up, compared and adopted."""
        number, system_id = _typed("number"), _typed("id")
        if not number:
            return self._page(event_id, 400, "Give the number that the document has over there.")
        return self._word(event_id, lambda services: settle.exists(services, event_id, number, system_id))

    def missing(self, event_id: str) -> ResponseReturnValue:
        """It does not exist: it is issued after all."""
        return self._word(event_id, lambda services: settle.missing(services, event_id))

    def _word(self, event_id: str, act: Callable[[Services], tuple[DocumentRow, settle.Bells]]) -> ResponseReturnValue:
        services = self.house.services()
        try:
            row, bells = act(services)
            requeue.tell(services.bell.ring, bells)
        except BillhookError as error:
            return self._page(event_id, 409, f"{error.detail} {error.remedy}")
        finally:
            services.bell.close()
        log.info("a_persons_word", event_id=event_id, document=row.id, state=row.state, by=current_user.name)
        told = f"{row.document.number} is this order's document." if row.document else "It is issued after all."
        return _back(event_id, told)

    def _page(self, event_id: str, status: int, wrong: str = "") -> Response:
        event = self._load(event_id)
        with self.house.ledger.read() as tx:
            open_rows = documents.open_rows(tx, event.shop_id, event.order_id)
        doubt = next((row for row in open_rows if row.state == "held"), None) if event.state is State.DEAD else None
        more: dict[str, Any] = {"wrong": wrong, "typed": request.form}
        return make_response(render_template("console/dead_letter.html", event=event, doubt=doubt, **more), status)

    def _load(self, event_id: str) -> Event:
        with self.house.ledger.read() as tx:
            found = events.load(tx, event_id)
        if found is None:
            raise Problem(404, "NO_EVENT", "The ledger has no such event.", remedy="Reload the list of dead letters.")
        return found


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:_LONGEST]


def _back(event_id: str, told: str) -> ResponseReturnValue:
    flash(told)
    return redirect(url_for("console.dead_letter", event_id=event_id), 303)
