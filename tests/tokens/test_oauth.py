"""What every OAuth adapter shares: which request asks for tokens, when, and what a refusal means."""

from __future__ import annotations

import base64

import pytest

from adapters.oauth import InMemory
from schemas.errors import AdapterError, Auth, Transient
from schemas.ports import TokenSet
from tests.tokens.endpoint import CLIENT, SECRET, Endpoint
from tests.tokens.speaking import Clock, login, oauth_for, speaker


def test_client_credentials_go_in_the_header_and_give_a_bearer(endpoint: Endpoint) -> None:
    oauth = oauth_for(endpoint, refresh="", scope="a b")
    assert speaker(endpoint, oauth).call("GET", "/api", writes=False).data == {"ok": True}
    assert endpoint.asked == [{"grant_type": "client_credentials", "scope": "a b"}]
    encoded = base64.b64encode(b"client-1:s e:cret/1").decode()
    assert endpoint.heads[0]["authorization"] == f"Basic {encoded}"
    assert endpoint.heads[0]["content-type"] == "application/x-www-form-urlencoded"


def test_client_id_and_secret_can_go_in_the_body_as_json_with_fields_and_headers_of_the_system(
    endpoint: Endpoint,
) -> None:
    oauth = oauth_for(
        endpoint, refresh="", basic=False, json=True, form={"application_id": "app"}, headers={"TenantId": "12"}
    )
    assert oauth()["Authorization"] == "Bearer access-1"
    assert endpoint.asked[0] == {
        "grant_type": "client_credentials", "application_id": "app", "client_id": CLIENT, "client_secret": SECRET,
    }  # fmt: skip
    assert endpoint.heads[0]["tenantid"] == "12"
    assert "authorization" not in endpoint.heads[0]


def test_a_token_is_asked_for_once_and_then_used(endpoint: Endpoint) -> None:
    api = speaker(endpoint, oauth_for(endpoint))
    for _ in range(3):
        api.call("GET", "/api", writes=False)
    assert len(endpoint.asked) == 1
    assert endpoint.uses == ["access-1"] * 3


def test_a_rotating_refresh_token_is_used_once_and_its_successor_after_it(endpoint: Endpoint) -> None:
    clock = Clock()
    oauth = oauth_for(endpoint, clock=clock)
    for _ in range(3):
        oauth()
        clock.forward(hours=2)
    assert [said["refresh_token"] for said in endpoint.asked] == ["refresh-0", "refresh-1", "refresh-2"]
    assert endpoint.refused == []


def test_a_refresh_token_that_is_not_repeated_stays_good(endpoint: Endpoint) -> None:
    endpoint.repeats, clock = True, Clock()
    oauth = oauth_for(endpoint, clock=clock)
    for _ in range(2):
        assert oauth.tokens().refresh == "refresh-0"
        clock.forward(hours=2)
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize(("life", "early", "late"), [(7200, 6899, 6901), (60, 53, 55)])
def test_an_access_token_is_renewed_some_minutes_before_it_expires(
    endpoint: Endpoint, life: int, early: int, late: int
) -> None:
    endpoint.life, clock = life, Clock()
    oauth = oauth_for(endpoint, clock=clock)
    oauth()
    clock.forward(seconds=early)
    assert oauth()["Authorization"] == "Bearer access-1"
    clock.forward(seconds=late - early)
    assert oauth()["Authorization"] == "Bearer access-2"


def test_what_stands_against_an_early_renewal_leaves_the_token_in_use_until_its_end(endpoint: Endpoint) -> None:
    clock = Clock()
    oauth = oauth_for(endpoint, clock=clock)
    oauth()
    endpoint.answer = 400, {"error": "invalid_grant"}
    clock.forward(minutes=57)
    assert oauth()["Authorization"] == "Bearer access-1"
    clock.forward(minutes=4)
    with pytest.raises(Auth):
        oauth()


@pytest.mark.parametrize("writes", [False, True])
def test_a_401_renews_once_and_repeats_the_call(endpoint: Endpoint, writes: bool) -> None:
    guarded: list[int] = []
    api = speaker(endpoint, oauth_for(endpoint), guard=lambda: guarded.append(1))
    api.call("GET", "/api", writes=writes)
    endpoint.kill()
    assert api.call("POST", "/api", writes=writes, json={}).data == {"ok": True}
    assert endpoint.uses == ["access-1", "access-2"]
    assert len(guarded) == (3 if writes else 0)


def test_a_401_after_the_renewal_is_auth_and_asks_no_third_time(endpoint: Endpoint) -> None:
    api = speaker(endpoint, oauth_for(endpoint))
    endpoint.dead = {f"access-{number}" for number in range(9)}
    with pytest.raises(Auth):
        api.call("GET", "/api", writes=False)
    assert len(endpoint.asked) == 2


def test_a_401_of_a_token_that_another_has_renewed_asks_for_none(endpoint: Endpoint) -> None:
    store = InMemory()
    oauth, other = oauth_for(endpoint, store), oauth_for(endpoint, store)
    key = oauth()
    endpoint.kill()
    assert other.refused(key)
    assert oauth.refused(key)
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize(
    ("status", "told", "remedy"),
    [
        (400, {"error": "invalid_grant"}, "connect the account anew"),
        (401, {"error": "invalid_client"}, "Client id or secret is wrong"),
        (400, {"error": "invalid_grant", "error_description": "AuthErrorCode(0) x"}, "Buy a plan"),
        (403, {"message": "no"}, "Connect the account anew"),
        (404, {"message": "no"}, "Give the account a valid key"),
    ],
)
def test_a_refused_login_is_auth_with_a_remedy(endpoint: Endpoint, status: int, told: object, remedy: str) -> None:
    endpoint.answer = status, told
    with pytest.raises(Auth) as caught:
        oauth_for(endpoint, remedies={"AuthErrorCode(0)": "Buy a plan."})()
    assert remedy in caught.value.remedy
    assert caught.value.code == "TOKEN_REFUSED"


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (200, {}), (200, {"access_token": ""}), (200, []), (200, {"access_token": "x", "expires_in": "?"})],
)  # fmt: skip
def test_an_unclear_answer_is_transient_since_no_document_was_at_stake(
    endpoint: Endpoint, answer: tuple[int, object]
) -> None:
    endpoint.answer = answer
    with pytest.raises(Transient):
        oauth_for(endpoint)()


def test_a_token_address_that_is_down_is_transient(endpoint: Endpoint) -> None:
    with pytest.raises(Transient):
        oauth_for(endpoint, url="http://127.0.0.1:9/token")()


def test_no_secret_and_no_token_is_in_an_error(endpoint: Endpoint) -> None:
    endpoint.answer = 400, {"error": "invalid_grant", "error_description": f"{SECRET} refresh-0"}
    with pytest.raises(AdapterError) as caught:
        oauth_for(endpoint)()
    shown = f"{caught.value.detail} {caught.value.exchange}"
    assert SECRET not in shown and "refresh-0" not in shown
    assert "grant_type" in shown


def test_another_first_refresh_token_or_secret_is_another_origin(endpoint: Endpoint) -> None:
    own = login(endpoint).origin
    assert own != login(endpoint, refresh="refresh-new").origin
    assert own == login(endpoint, client_secret="renewed").origin
    assert login(endpoint, refresh="").origin != login(endpoint, refresh="", client_secret="renewed").origin


def test_a_consent_changes_its_code_for_tokens_that_replace_the_stored_ones(endpoint: Endpoint) -> None:
    clock = Clock()
    oauth = oauth_for(endpoint, clock=clock, refresh="", authorize="https://app.example/auth", scope="x y")
    with pytest.raises(Auth) as caught:
        oauth()
    assert "flask account connect books" in caught.value.remedy
    assert oauth.consent_url("https://me.example/done", "abc") == (
        "https://app.example/auth?client_id=client-1&redirect_uri=https%3A%2F%2Fme.example%2Fdone"
        "&response_type=code&state=abc&scope=x+y"
    )
    oauth.connect("code-9", "https://me.example/done")
    assert endpoint.asked[0] == {
        "grant_type": "authorization_code", "code": "code-9", "redirect_uri": "https://me.example/done",
    }  # fmt: skip
    clock.forward(hours=3)
    assert oauth()["Authorization"] == "Bearer access-2"
    assert endpoint.asked[1]["refresh_token"] == "refresh-code-9-1"


def test_named_fields_of_the_answer_are_kept(endpoint: Endpoint) -> None:
    assert oauth_for(endpoint, kept=("tenant", "missing")).tokens().extra == {"tenant": "7"}


def test_tokens_are_not_printed() -> None:
    assert "secret" not in repr(TokenSet("secret-access", "secret-refresh", extra={"a": "secret"}))
