"""The two buttons of a dead letter whose document is in doubt, pressed in the console, at a system without look-up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console.web import auth
from ledger import users
from schemas.event import State
from tests.systems.conftest import Office
from tests.systems.test_kontozz import blind, doubted, row_of, sends

pytestmark = pytest.mark.parametrize("system", ["kontozz"], indirect=True)
PASSWORD = "correct horse battery"


class Browser:
    """Somebody logged in, who presses what a page shows."""

    def __init__(self, office: Office) -> None:
        with office.console.ledger.write() as tx:
            users.add_user(tx, "ada", auth.hashed(PASSWORD), datetime.now(UTC))
        self.client: FlaskClient = office.console.app.test_client()
        answer = self._post("/console/login", "/console/login", {"name": "ada", "password": PASSWORD})
        assert answer.status_code == 303

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200
        return answer.text

    def press(self, path: str, button: str, form: Mapping[str, str] | None = None) -> TestResponse:
        """Fill in and send the form whose button says so."""
        (action,) = [f for f in re.findall(r"<form.*?</form>", self.page(path), re.S) if f">{button}</button>" in f]
        target = re.search(r'action="([^"]+)"', action)
        assert target
        return self._post(path, target[1], dict(form or {}))

    def _post(self, shown: str, path: str, form: Mapping[str, str]) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(shown).text)
        assert token
        return self.client.post(path, data={**form, "csrf_token": token[1]})


def test_it_exists_makes_it_the_orders_document_and_sends_nothing(office: Office) -> None:
    event_id = doubted(blind(office), "502_after")
    browser, before = Browser(office), sends(office)
    assert event_id in browser.page("/console/dead")
    path = f"/console/dead/{event_id}"
    assert browser.press(path, "It exists", {"number": " "}).status_code == 400
    assert row_of(office, event_id).state == "held"
    assert browser.press(path, "It exists", {"number": "KZ-7"}).status_code == 303
    assert "KZ-7 is this order&#39;s document." in browser.page(path)
    office.work([event_id])
    row = row_of(office, event_id)
    assert row.document
    assert (row.state, row.document.number, sends(office) - before, office.there()) == ("live", "KZ-7", 0, 1)
    assert "Nothing needs a person." in browser.page("/console/dead")


def test_it_does_not_exist_issues_it_once_however_often_it_is_pressed(office: Office) -> None:
    event_id = doubted(blind(office), "reset_before")
    browser, path = Browser(office), f"/console/dead/{event_id}"
    button = "It does not exist: issue it"
    assert browser.press(path, button).status_code == 303
    again = browser._post("/console/", f"{path}/missing", {})
    assert again.status_code == 409
    assert "in doubt" in again.text
    office.work([event_id, event_id])
    assert (row_of(office, event_id).state, office.there()) == ("live", 1)
    assert [event.id for event in office.events(State.DEAD)] == []


def test_nobody_decides_without_a_login_or_a_token(office: Office) -> None:
    event_id = doubted(blind(office), "502_after")
    browser, path = Browser(office), f"/console/dead/{event_id}/missing"
    assert office.console.app.test_client().post(path).status_code in (302, 303, 400, 401)
    assert browser.client.post(path).status_code == 400
    assert row_of(office, event_id).state == "held"


def test_an_event_that_is_unknown_is_404(office: Office) -> None:
    blind(office)
    assert Browser(office).client.get("/console/dead/nothing").status_code == 404
