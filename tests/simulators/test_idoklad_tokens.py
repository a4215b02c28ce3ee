"""Who may come in: two token addresses, codes, refresh tokens good for one use, plans, rights, quota."""

import requests

from tests.simulators.idoklad import APPLICATION, TOKEN, Agenda

OLD = "/server/connect/token"
CLIENT = {"client_id": "simulator-client", "client_secret": "simulator-secret"}


def renewed(agenda: Agenda, refresh: str) -> requests.Response:
    return agenda.token(OLD, grant_type="refresh_token", refresh_token=refresh, scope="idoklad_api offline_access",
                        **CLIENT)  # fmt: skip


def test_the_newer_address_wants_the_applications_id_and_the_older_does_not(agenda: Agenda) -> None:
    bare = {name: value for name, value in APPLICATION.items() if name != "application_id"}
    answers = [agenda.token(path, **bare) for path in (TOKEN, OLD)]
    assert [answer.status_code for answer in answers] == [400, 200]
    assert answers[0].json()["error"] == "invalid_request"
    assert set(answers[1].json()) == {"access_token", "expires_in", "token_type", "scope"}


def test_a_wrong_secret_is_an_invalid_client(agenda: Agenda) -> None:
    answer = agenda.token(**{**APPLICATION, "client_secret": "wrong"})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_a_body_that_is_no_form_is_refused(agenda: Agenda) -> None:
    assert requests.post(agenda.base + TOKEN, json=APPLICATION, timeout=5).status_code == 400


def test_a_refresh_token_is_good_once(agenda: Agenda) -> None:
    first = renewed(agenda, "simulator-refresh").json()
    assert first["refresh_token"] != "simulator-refresh"
    again = renewed(agenda, "simulator-refresh")
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert renewed(agenda, first["refresh_token"]).status_code == 200
    assert agenda.summary()["refused_refreshes"] == 1


def test_a_refresh_whose_answer_was_lost_has_used_up_the_token(agenda: Agenda) -> None:
    agenda.arm("502_after", path="/connect/token")
    assert renewed(agenda, "simulator-refresh").status_code == 502
    assert renewed(agenda, "simulator-refresh").status_code == 400


def test_consent_gives_a_code_that_is_good_once(agenda: Agenda) -> None:
    asked = {"client_id": CLIENT["client_id"], "response_type": "code", "redirect_uri": "https://shop.test/back",
             "state": "s", "scope": "idoklad_api offline_access"}  # fmt: skip
    sent = requests.get(f"{agenda.base}/server/connect/authorize", params=asked, allow_redirects=False, timeout=5)
    back = sent.headers["Location"]
    assert (sent.status_code, back.startswith("https://shop.test/back?code="), back.endswith("&state=s")) == (
        302,
        True,
        True,
    )
    code = back.split("code=")[1].split("&")[0]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"],
             "scope": asked["scope"], **CLIENT}  # fmt: skip
    answers = [agenda.token(OLD, **given) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[0].json()["refresh_token"]


def test_ended_tokens_are_refused_and_a_new_one_is_good(agenda: Agenda) -> None:
    assert agenda.call("GET", "/Account/CurrentAgenda").status_code == 200
    agenda.admin("POST", "expire")
    assert agenda.call("GET", "/Account/CurrentAgenda").status_code == 401
    agenda.headers["Authorization"] = f"Bearer {agenda.token(**APPLICATION).json()['access_token']}"
    assert agenda.data("GET", "/Account/CurrentAgenda")["Name"] == "Simulator s.r.o."


def test_a_withdrawn_consent_ends_refresh_tokens_too(agenda: Agenda) -> None:
    agenda.admin("POST", "revoke")
    assert renewed(agenda, "simulator-refresh").status_code == 400


def test_an_expired_plan_is_said_at_both_doors(agenda: Agenda) -> None:
    agenda.switch(plan="expired")
    assert agenda.token(**APPLICATION).json()["error_description"].startswith("AuthErrorCode(2)")
    assert agenda.refused("GET", "/Contacts")[:2] == (402, 600)
    agenda.switch(plan="free")
    assert agenda.refused("GET", "/Contacts")[:2] == (403, 126)


def test_the_monthly_quota_ends_in_402(agenda: Agenda) -> None:
    used = agenda.summary()["calls"]
    agenda.switch(quota=used + 1)
    assert agenda.call("GET", "/Contacts").status_code == 200
    assert agenda.refused("GET", "/Contacts")[:2] == (402, 600)


def test_a_user_without_rights_reads_but_does_not_write(agenda: Agenda) -> None:
    body = agenda.body()
    agenda.switch(rights="readonly")
    assert agenda.refused("POST", "/IssuedInvoices", body)[:2] == (403, 420)
    assert agenda.found("") == []


def test_the_limit_of_requests_a_minute_can_be_switched_on(agenda: Agenda) -> None:
    agenda.switch(rate_limit={"count": 2, "seconds": 60})
    answers = [agenda.call("GET", "/Contacts") for _ in "abc"]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Retry-After" not in answers[2].headers


def test_only_json_is_answered(agenda: Agenda) -> None:
    answer = agenda.call("GET", "/Contacts", headers={"Accept": "application/pdf"})
    assert answer.status_code == 406


def test_no_secret_is_in_the_log(agenda: Agenda) -> None:
    fresh = renewed(agenda, "simulator-refresh").json()
    log = agenda.get(f"{agenda.base}/_sim/state", timeout=5).text
    assert "/connect/token" in log
    hidden = ("simulator-secret", "simulator-refresh", fresh["access_token"], fresh["refresh_token"])
    assert [secret for secret in hidden if secret in log] == []
