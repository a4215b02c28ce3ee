"""Who comes in, who does not, and how long it takes to guess."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from console.web import auth
from ledger import users
from tests.console_web.conftest import PASSWORD, Web, open_web, settings_in


def _flask(web: Web, *arguments: str, typed: str = "") -> tuple[int, str]:
    with web.app.app_context():
        done = web.app.test_cli_runner().invoke(args=["user", *arguments], input=typed)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.output


def test_a_user_is_added_listed_given_a_new_password_and_removed(web: Web) -> None:
    assert _flask(web, "add", "bob", typed=f"{PASSWORD}\n{PASSWORD}\n")[0] == 0
    assert web.login("bob").status_code == 303
    assert "bob" in _flask(web, "list")[1] and '"name": "bob"' in _flask(web, "list", "--json")[1]
    assert _flask(web, "password", "bob", "--password-stdin", typed="another long one\n")[0] == 0
    assert web.get("/console/").status_code == 302, "a new password ends open sessions"
    assert web.login("bob").status_code == 401
    assert web.login("bob", "another long one").status_code == 303
    assert _flask(web, "remove", "bob")[0] == 0
    assert web.get("/console/").status_code == 302, "so does removing"
    assert _flask(web, "remove", "bob")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (["add", "ada", "--password-stdin"], "long enough it is\n"),
        (["add", "eve", "--password-stdin"], "short\n"),
        (["add", "eve"], "one long password\nanother password\n"),
        (["add", "  ", "--password-stdin"], "long enough it is\n"),
        (["password", "nobody", "--password-stdin"], "long enough it is\n"),
    ],
)
def test_what_cannot_be_is_said(web: Web, arguments: list[str], typed: str) -> None:
    code, output = _flask(web, *arguments, typed=typed)
    assert code != 0 and "Traceback" not in output
    with web.ledger.read() as tx:
        assert [user.name for user in users.list_users(tx)] == ["ada"]


def test_a_password_is_kept_as_argon2_and_never_shown(web: Web) -> None:
    with web.ledger.read() as tx:
        found = users.user_by_name(tx, "ada")
    assert found and found.password_hash.startswith("$argon2id$") and "argon2" not in repr(found)


def test_name_and_password_are_refused_in_the_same_words(web: Web) -> None:
    first, second = web.login("ada", "wrong"), web.login("nobody", "wrong")
    assert first.status_code == second.status_code == 401
    assert "Name or password is wrong." in first.text and "Name or password is wrong." in second.text
    assert web.get("/console/").status_code == 302


def test_an_inactive_user_stays_out(web: Web) -> None:
    with web.ledger.read() as tx:
        found = users.user_by_name(tx, "ada")
    assert found
    gate = auth.Gate(web.house, web.app.extensions["limiter"])
    person = auth.Person(found)
    assert gate.load(person.get_id()) is not None
    other = auth.Person(dataclasses.replace(found, password_hash="x"))
    assert gate.load(other.get_id()) is None and gate.load("none:x") is None


def test_guesses_are_slowed_down_by_name_from_any_address(web: Web) -> None:
    web.app.config["PROPAGATE_EXCEPTIONS"] = False
    answers = [web.login("ada", f"guess {n}").status_code for n in range(5)]
    late = web.login("ada")
    assert answers == [401] * 5 and late.status_code == 429 and late.headers["Retry-After"] == "60"
    assert "Too many attempts" in late.text
    assert web.login("bob", "x").status_code == 401, "another name is not locked"


def test_guesses_are_slowed_down_by_address_for_any_name(web: Web) -> None:
    answers = [web.login(f"name {n}", "guess").status_code for n in range(11)]
    assert answers == [401] * 10 + [429]


def test_right_passwords_are_not_counted(web: Web) -> None:
    for _ in range(12):
        web.logged_in()
        web.client.post("/console/logout", data={"csrf_token": web_token(web)})


def web_token(web: Web) -> str:
    page = web.get("/console/").text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


@pytest.mark.parametrize("path", ["/console/login", "/console/logout"])
def test_a_form_without_its_token_does_nothing(web: Web, path: str) -> None:
    web.logged_in()
    assert web.client.post(path, data={"name": "ada", "password": PASSWORD}).status_code == 400
    assert web.get("/console/").status_code == 200, "nobody was logged out by another site's form"


def test_logout_is_a_post_and_ends_the_session(web: Web) -> None:
    web.logged_in()
    assert web.get("/console/logout").status_code == 405
    assert web.client.post("/console/logout", data={"csrf_token": web_token(web)}).status_code == 303
    assert web.get("/console/").status_code == 302


def test_an_answer_under_way_at_the_logout_does_not_bring_the_session_back(web: Web) -> None:
    web.logged_in()
    assert "Set-Cookie" not in web.get("/rq/0/data/queues.json").headers


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "http:evil.example",
        "///evil.example",
        "evil",
    ],
)
def test_nobody_is_sent_to_another_site(web: Web, target: str) -> None:
    assert web.login(target=target).headers["Location"] == "/console/"


def test_after_the_login_one_goes_where_one_wanted_to(web: Web) -> None:
    assert web.login(target="/rq/0/view/jobs?x=1").headers["Location"] == "/rq/0/view/jobs?x=1"


@pytest.mark.parametrize(("public", "secure"), [("https://billhook.example", True), ("http://127.0.0.1:8080", False)])
def test_the_cookie_is_as_closed_as_the_address_allows(
    tmp_path: Path, valkey_url: str, public: str, secure: bool
) -> None:
    web = open_web(settings_in(tmp_path, valkey_url, public_url=public))
    cookie = web.get("/console/login").headers["Set-Cookie"]
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    web.ledger.close()


def test_the_start_page_counts_and_links(web: Web) -> None:
    web.dead()
    web.event(2)
    page = web.logged_in().get("/console/")
    assert page.headers["Cache-Control"] == "no-store"
    assert 'data-count="waiting">1<' in page.text and 'data-count="dead">1<' in page.text
    assert 'href="/rq/"' in page.text and 'href="/docs/errors.md"' in page.text


def test_every_field_of_the_login_has_its_label(web: Web) -> None:
    page = web.get("/console/login").text
    assert 'label for="name"' in page and 'label for="password"' in page
    assert "http" not in page.split("<body>")[1], "nothing comes from elsewhere"


def test_a_name_that_nobody_has_is_compared_at_todays_cost() -> None:
    assert not auth._hasher.check_needs_rehash(auth._NOBODY)
    assert not auth.verify(auth._NOBODY, "a guess")
