"""The simulated Fortnox's OAuth server, scopes, licence and request limit."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import requests

from simulators.fortnox import errors
from tests.simulators.fortnox import Company


def test_a_refresh_token_is_good_once(swedish: Company) -> None:
    first = swedish.token(grant_type="refresh_token", refresh_token="simulator-refresh").json()
    again = swedish.token(grant_type="refresh_token", refresh_token="simulator-refresh")
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    second = swedish.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second.status_code == 200
    assert swedish.summary()["refused_refreshes"] == 1


def test_client_credentials_want_the_tenant_and_give_no_refresh_token(swedish: Company) -> None:
    good = swedish.token(grant_type="client_credentials").json()
    assert (good["expires_in"], good["token_type"], "refresh_token" in good) == (3600, "bearer", False)
    claims = good["access_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["tenantId"] == 1001
    assert swedish.token(grant_type="client_credentials", tenant="7").status_code == 400
    assert swedish.token(("simulator-client", "wrong"), grant_type="client_credentials").status_code == 401
    swedish.switch(service_account=False)
    assert swedish.token(grant_type="client_credentials").status_code == 400


def test_a_code_from_the_consent_page_is_good_once(swedish: Company) -> None:
    back = "http://127.0.0.1/back"
    asked = {"client_id": "simulator-client", "response_type": "code", "access_type": "offline", "state": "s",
             "redirect_uri": back}  # fmt: skip
    page = requests.get(f"{swedish.base}/oauth-v1/auth", asked, allow_redirects=False, timeout=10)
    told = parse_qs(urlsplit(page.headers["Location"]).query)
    assert told["state"] == ["s"]
    code = told["code"][0]
    good = swedish.token(grant_type="authorization_code", code=code, redirect_uri=back)
    assert good.json()["refresh_token"]
    assert swedish.token(grant_type="authorization_code", code=code, redirect_uri=back).status_code == 400


def test_an_expired_token_is_told_outside_the_envelope(swedish: Company) -> None:
    swedish.admin("POST", "expire")
    late = swedish.call("GET", "/companyinformation")
    assert (late.status_code, late.json()) == (401, {"message": "unauthorized"})


def test_a_company_without_licence_or_scope_is_refused(swedish: Company) -> None:
    swedish.switch(scopes="customer")
    assert swedish.refused("GET", "/invoices") == (403, errors.LICENCE)
    assert swedish.call("GET", "/customers").status_code == 200
    swedish.switch(licence=False)
    assert swedish.refused("GET", "/customers") == (403, errors.LICENCE)


def test_too_many_requests_are_429_without_a_time(swedish: Company) -> None:
    swedish.switch(rate_limit={"count": 25, "seconds": 60})
    answers = [swedish.call("GET", "/companyinformation") for _ in range(26)]
    assert [answer.status_code for answer in answers] == [200] * 25 + [429]
    assert "Retry-After" not in answers[-1].headers


def test_only_json_is_spoken(swedish: Company) -> None:
    answer = swedish.call("GET", "/invoices", headers={"Accept": "application/xml"})
    assert answer.json()["ErrorInformation"]["code"] == errors.ACCEPT


def test_a_404_has_capitals_and_a_400_has_not(swedish: Company) -> None:
    assert set(swedish.call("GET", "/orders/7").json()["ErrorInformation"]) == {"Error", "Message", "Code"}
    assert set(swedish.call("GET", "/orders?filter=x").json()["ErrorInformation"]) == {"error", "message", "code"}
