"""Who may come in, what a customer may be invoiced with, and how Jortt says no."""

from typing import Any

import requests

from tests.simulators.jortt import CLIENT, SCOPE, TOKEN, Office, line

COMPANY = {"is_private": False, "address_street": "Rue 1", "address_postal_code": "1000", "address_city": "Brussel",
           "address_country_code": "BE"}  # fmt: skip


def renewed(office: Office, refresh: str) -> requests.Response:
    return office.token(grant_type="refresh_token", refresh_token=refresh)


def test_client_credentials_give_no_refresh_token(office: Office) -> None:
    told = office.token().json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 7200, SCOPE)
    assert "refresh_token" not in told


def test_scopes_beyond_the_registered_ones_are_refused(office: Office) -> None:
    answer = office.token(grant_type="client_credentials", scope="invoices:read payroll:read")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_wrong_secret_is_an_invalid_client(office: Office) -> None:
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    answer = requests.post(office.base + TOKEN, data=form, auth=(CLIENT[0], "wrong"), timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_refresh_token_is_good_once(office: Office) -> None:
    asked = {"client_id": CLIENT[0], "response_type": "code", "redirect_uri": "https://shop.test/back", "state": "s",
             "scope": "invoices:read"}  # fmt: skip
    back = requests.get(f"{office.base}/oauth-provider/oauth/authorize", params=asked, allow_redirects=False, timeout=5)
    code = back.headers["Location"].split("code=")[1].split("&")[0]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://shop.test/back"}
    first, again = office.token(**given), office.token(**given)
    assert (first.status_code, again.status_code) == (200, 400)
    second = renewed(office, first.json()["refresh_token"])
    assert (second.status_code, second.json()["scope"]) == (200, "invoices:read")
    assert renewed(office, first.json()["refresh_token"]).json()["error"] == "invalid_grant"
    assert renewed(office, second.json()["refresh_token"]).status_code == 200
    assert office.summary()["refused_refreshes"] == 1


def test_a_missing_scope_is_a_401_and_not_a_403(office: Office) -> None:
    token = office.token(grant_type="client_credentials", scope="invoices:read").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert office.refused("GET", "/v1/customers", headers=headers)[:2] == (401, "scopes.insufficient")
    assert office.call("GET", "/v2/invoices", headers=headers).status_code == 200


def test_a_token_that_ended_is_told_from_one_never_given(office: Office) -> None:
    assert office.data("GET", "/organizations/me")["company_name"] == "Simulator B.V."
    office.admin("POST", "expire")
    assert office.refused("GET", "/organizations/me")[:2] == (401, "access_token.expired")
    office.headers["Authorization"] = "Bearer never"
    assert office.refused("GET", "/organizations/me")[:2] == (401, "access_token.invalid")


def test_a_cheap_plan_is_a_401(office: Office) -> None:
    office.switch(plan="free")
    assert office.refused("GET", "/v1/organizations/me")[:2] == (401, "organization.requires_mkb_plan")


def test_an_id_that_is_no_uuid_is_a_422(office: Office) -> None:
    assert office.refused("GET", "/v1/customers/999") == (422, "params.invalid", ["customer_id"])
    assert office.refused("GET", "/v2/invoices/999") == (422, "params.invalid", ["id"])
    assert office.refused("GET", "/v1/nowhere")[:2] == (404, "endpoint.not_found")
    assert office.refused("PATCH", "/v1/customers")[:2] == (405, "resource.method_not_allowed")


def test_a_gateway_answers_in_html_and_a_throttle_without_headers(office: Office) -> None:
    office.switch(outage="502")
    answer = office.call("GET", "/v2/invoices")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (502, "text/html")
    office.switch(outage="off", rate_limit={"count": 1, "seconds": 60})
    answers = [office.call("GET", "/v2/invoices") for _ in "abc"]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["key"] == "request.throttled"
    assert "Retry-After" not in answers[-1].headers


def test_a_company_has_an_address_and_a_shifted_one_its_vat_number(office: Office) -> None:
    bare = {"is_private": False, "customer_name": "Firma"}
    told = office.refused("POST", "/v1/customers", bare)
    assert told == (422, "params.invalid", ["address_street", "address_postal_code", "address_city"])
    shifted: dict[str, Any] = {**COMPANY, "customer_name": "Firma", "shift_vat": True}
    assert office.refused("POST", "/v1/customers", shifted)[2] == ["vat_number"]
    assert office.customer(**shifted, vat_number="BE0123456749")


def test_rates_follow_the_customer(office: Office) -> None:
    office.switch(one_stop_shop=True)
    people = {"NL": ["0.21", "0.09", "0.0"], "DE": ["0.19", "0.07", "0.0"], "US": ["0.21", "0.09", "0.0"]}
    for country, wanted in people.items():
        ident = office.customer(address_country_code=country)
        told = office.data("GET", f"/v2/customers/{ident}/vat-percentages")["vats"]
        assert [one["value"] for one in told if one["category"] is None] == wanted
    firm = office.customer(**COMPANY, shift_vat=True, vat_number="BE0123456749")
    assert office.refused("POST", "/v3/invoices", office.body(customer_id=firm))[2] == ["line_items[0][vat]"]
    shown = office.read(office.made(customer_id=firm, line_items=[line("100.00", "0.0")]))
    assert (shown["invoice_total_incl_vat"]["amount"], shown["customer_vat_shifted"]) == ("100.00", True)


def test_a_sent_invoice_keeps_the_customers_picture(office: Office) -> None:
    customer = office.customer()
    sent, draft = office.sent(customer_id=customer), office.made(customer_id=customer)
    assert office.call("PUT", f"/v1/customers/{customer}", {"customer_name": "Piet"}).status_code == 204
    assert [office.read(one)["customer_company_name"] for one in (sent, draft)] == ["Jan Jansen", "Piet"]


def test_a_closed_year_and_an_incomplete_administration_refuse(office: Office) -> None:
    office.switch(closed_year=2025)
    told = office.refused("POST", "/v3/invoices", office.body(invoice_date="2025-12-31"))
    assert told[:2] == (422, "operation.year_closed")
    office.switch(complete=False)
    assert office.refused("POST", "/v3/invoices", office.body(send_method="self"))[:2] == (422, "operation.invalid")
    assert office.made()
    assert office.summary()["ever"] == 1


def test_two_changes_at_once_are_a_conflict(office: Office) -> None:
    ident = office.made()
    office.switch(conflicts=1)
    assert office.refused("PUT", f"/v2/invoices/{ident}", {"remarks": "x"})[:2] == (409, "resource.conflict")
    assert office.call("PUT", f"/v2/invoices/{ident}", {"remarks": "x"}).status_code == 200


def test_a_lost_answer_after_the_write_leaves_the_draft_there(office: Office) -> None:
    body = office.body(reference="A/1-lost")
    office.admin("POST", "faults", {"name": "502_after", "path": "/invoices"})
    assert office.call("POST", "/v3/invoices", body).status_code == 502
    assert [one["reference"] for one in office.found("A/1-lost")] == ["A/1-lost"]
