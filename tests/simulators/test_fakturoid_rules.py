"""Fakturoid lets in who may come in, refuses in its own words, counts and adds up by its own rules."""

from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.simulators.fakturoid import API, Books, errors, line

GROSS = {"vat_price_mode": "from_total_with_vat"}


@pytest.mark.parametrize(("fields", "place"), [
    ({"custom": "x"}, "custom"), ({"lines": [line(prize=1)]}, "lines[0].prize"), ({"lines": []}, "lines"),
    ({"issued_on": "20.11.2026"}, "issued_on"), ({"subject_id": None}, "subject_id"), ({"subject_id": 4}, "subject_id"),
    ({"document_type": "partial_proforma"}, "document_type"), ({"vat_price_mode": "with_vat"}, "vat_price_mode"),
    ({"lines": [{"name": "x"}]}, "lines[0].unit_price"), ({"lines": [line(None)]}, "lines[0].unit_price"),
    ({"lines": [line("1,5")]}, "lines[0].unit_price"), ({"lines": [line(vat_rate="zw")]}, "lines[0].vat_rate"),
    ({"currency": "EUR"}, "exchange_rate"), ({"number": "invalid"}, "number"), ({"language": "cs"}, "language"),
    ({"document_type": "correction"}, "correction_id"), ({"related_id": 404}, "related_id"),
    ({"payment_method": "custom", "custom_payment_method": "x" * 21}, "custom_payment_method"),
    ({"variable_symbol": "W-1"}, "variable_symbol"), ({"client_country": "Czechia"}, "client_country"),
])  # fmt: skip
def test_wrong_fields_are_refused_by_name(czech: Books, fields: dict[str, Any], place: str) -> None:
    assert place in errors(czech.create(**fields))
    assert czech.admin("GET", "/summary")["documents"] == 0


def test_without_a_user_agent_nothing_is_answered(czech: Books) -> None:
    answer = czech.ask("GET", "/invoices.json", headers={"User-Agent": ""})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_wrong_secret_gets_no_token_and_a_wrong_token_no_entry(czech: Books) -> None:
    wrong = requests.post(f"{czech.base}{API}/oauth/token", json={"grant_type": "client_credentials"}, timeout=5,
                          auth=("simulator-id", "wrong"))  # fmt: skip
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    refused = czech.ask("GET", "/invoices.json", headers={"Authorization": "Bearer wrong"})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")


def test_a_token_ends_with_its_life_and_the_next_one_is_good(czech: Books) -> None:
    czech.switch(token_lifetime=0.0)
    assert czech.renew().status_code == 200
    assert czech.ask("GET", "/account.json").status_code == 401
    czech.switch(token_lifetime=7200.0)
    assert czech.renew().json()["expires_in"] == 7200
    assert czech.ask("GET", "/account.json").status_code == 200


def test_gross_prices_keep_their_sum_and_vat_is_taken_out_of_each_rate(czech: Books) -> None:
    made = czech.created(**GROSS, lines=[line("0.03"), line("0.03"), line("0.03"), line("112", vat_rate=12)])
    assert (made["total"], made["subtotal"]) == ("112.09", "100.07")
    by_rate = {rate["vat_rate"]: (rate["base"], rate["vat"]) for rate in made["vat_rates_summary"]}
    assert by_rate == {21: ("0.07", "0.02"), 12: ("100.0", "12.0")}


def test_net_prices_get_vat_upon_the_sum_of_a_rate_or_by_setting_upon_each_line(czech: Books) -> None:
    lines = [line("0.03"), line("0.03"), line("0.03")]
    assert czech.created(lines=lines)["total"] == "0.11"
    czech.switch(vat_rounding="line")
    assert czech.created(lines=lines)["total"] == "0.12"


def test_a_custom_id_is_found_whole_in_the_list_and_never_by_search(czech: Books) -> None:
    for reference in ("W-1:invoice", "W-10:invoice", 7):
        czech.created(custom_id=reference, order_number="W-1")
    assert [found["custom_id"] for found in czech.listed(custom_id="W-1:invoice")] == ["W-1:invoice"]
    assert [found["custom_id"] for found in czech.listed(custom_id="7")] == ["7"]
    assert czech.listed(custom_id="W-1") == []
    searched = czech.ask("GET", "/invoices/search.json", params={"query": "W-1"})
    assert (searched.status_code, searched.json()) == (200, [])


def test_a_custom_id_may_be_used_twice_unless_the_account_forbids_it(czech: Books) -> None:
    assert [czech.create(custom_id="A").status_code for _ in "ab"] == [201, 201]
    czech.switch(custom_id_unique="account")
    assert errors(czech.create(custom_id="A")) == {"custom_id": ["has already been taken"]}
    assert czech.admin("GET", "/summary")["per_oid"] == {"A": 2}


def test_a_busy_search_is_503_and_no_empty_list(czech: Books) -> None:
    czech.created(custom_id="A")
    czech.switch(busy_lookups=1)
    assert czech.ask("GET", "/invoices.json", params={"custom_id": "A"}).status_code == 503
    assert len(czech.listed(custom_id="A")) == 1


def test_a_correction_lowers_and_is_pointed_back_at(czech: Books) -> None:
    invoice = czech.created(**GROSS)
    credit = czech.created(**GROSS, document_type="correction", correction_id=invoice["id"], lines=[line("-21.00")])
    assert (credit["total"], credit["correction_id"]) == ("-21.0", invoice["id"])
    assert czech.read(invoice["id"])["correction_id"] == credit["id"]


def test_numbers_count_per_series_and_year(czech: Books) -> None:
    days = ("2026-11-20", "2026-11-20", "2025-12-31")
    assert [czech.created(issued_on=day)["number"] for day in days] == ["2026-0001", "2026-0002", "2025-0001"]
    proforma = czech.created(document_type="proforma", issued_on="2026-11-20")
    assert (proforma["number"], proforma["variable_symbol"]) == ("1-2026-0001", "120260001")
    assert Decimal(proforma["remaining_amount"]) == Decimal(proforma["total"])


def test_every_answer_tells_what_is_left_and_too_much_says_when_to_come_back(czech: Books) -> None:
    answers = [czech.ask("GET", "/account.json") for _ in "ab"]
    assert answers[0].headers["X-RateLimit-Policy"] == "default;q=400;w=60"
    left = [int(answer.headers["X-RateLimit"].split("r=")[1].split(";")[0]) for answer in answers]
    assert left[0] == left[1] + 1
    czech.switch(rate_limit={"count": 1, "seconds": 30})
    over = czech.ask("GET", "/account.json")
    policy, rest = over.headers["X-RateLimit-Policy"], over.headers["X-RateLimit"]
    assert (over.status_code, policy, "Retry-After" in over.headers) == (429, "default;q=1;w=30", False)
    assert rest.startswith("default;r=0;t=") and 0 < int(rest.split("t=")[1]) <= 30


def test_a_429_on_demand_says_when_to_come_back_in_fakturoids_way(czech: Books) -> None:
    czech.admin("POST", "/faults", {"name": "429", "params": {"retry_after": 7}})
    answer = czech.create()
    assert (answer.status_code, answer.headers["X-RateLimit"]) == (429, "default;r=0;t=7")


def test_a_fault_waits_for_the_write_and_does_not_fall_on_the_token(czech: Books) -> None:
    czech.admin("POST", "/faults", {"name": "expired_token"})
    assert czech.renew().status_code == 200
    assert [czech.create().status_code for _ in "ab"] == [401, 201]


def test_maintenance_is_a_503_for_writes_or_for_all(czech: Books) -> None:
    codes = {}
    for state in ("writes", "all"):
        czech.switch(maintenance=state)
        codes[state] = (czech.create().status_code, czech.ask("GET", "/invoices.json").status_code)
    assert codes == {"writes": (503, 200), "all": (503, 503)}


def test_rights_slug_and_content_type_are_looked_at(czech: Books) -> None:
    assert czech.get(f"{czech.base}{API}/accounts/other/account.json", timeout=5).status_code == 404
    plain = czech.post(f"{czech.base}{API}/accounts/simulator/invoices.json", data="{}", timeout=5)
    assert plain.status_code == 415
    czech.switch(permission="read_only")
    assert (czech.create().status_code, czech.ask("GET", "/invoices.json").status_code) == (403, 200)


def test_contacts_are_found_by_their_custom_id_and_are_unique_by_it(czech: Books) -> None:
    body = {"name": "Eva", "custom_id": 7, "vat_no": "CZ12345678"}
    made = czech.ask("POST", "/subjects.json", body).json()
    assert czech.ask("GET", "/subjects.json?custom_id=7").json() == [made]
    assert czech.ask("GET", "/subjects.json?custom_id=70").json() == []
    assert [found["id"] for found in czech.ask("GET", "/subjects/search.json?query=cz1234").json()] == [made["id"]]
    assert errors(czech.ask("POST", "/subjects.json", body)) == {"custom_id": ["has already been taken"]}


def test_pages_hold_forty_and_say_no_total(czech: Books) -> None:
    for _ in range(41):
        czech.created()
    assert [len(czech.listed(page=page)) for page in (1, 2, 3)] == [40, 1, 0]


def test_young_documents_stay_out_of_look_ups_while_they_lag(czech: Books) -> None:
    czech.switch(lag=60.0)
    ident = czech.created(custom_id="A")["id"]
    assert (czech.listed(custom_id="A"), czech.read(ident)["custom_id"]) == ([], "A")
    czech.switch(lag=0.0)
    assert len(czech.listed(custom_id="A")) == 1


def test_the_list_is_narrowed_by_what_is_asked_and_a_slip_is_refused(czech: Books) -> None:
    invoice, proforma = czech.created(), czech.created(document_type="proforma")
    kinds = {kind: [found["id"] for found in czech.listed(document_type=kind)] for kind in ("regular", "proforma")}
    assert kinds == {"regular": [invoice["id"]], "proforma": [proforma["id"]]}
    assert [found["id"] for found in czech.listed(number=invoice["number"])] == [invoice["id"]]
    assert len(czech.listed(since="2020-01-01T00:00:00+01:00", status="open")) == 2
    assert czech.listed(until="2020-01-01T00:00:00+01:00") == czech.listed(status="paid") == []
    for slip in ("custom=1", "since=yesterday", "status=new", "document_type=invoice", "page=0"):
        assert czech.ask("GET", f"/invoices.json?{slip}").status_code == 400


def test_neither_secret_nor_token_is_in_the_log(czech: Books) -> None:
    czech.created()
    log = czech.admin("GET", "/requests")
    assert str(czech.headers["Authorization"]).removeprefix("Bearer ") not in str(log)
    assert "simulator-secret" not in str(log)
    assert len(log) >= 3


@pytest.mark.parametrize("body", [
    [], 1, "x", {"lines": {}}, {"lines": [1]}, {"lines": [{"name": 1, "unit_price": {}}], "subject_id": []},
    {"subject_id": "x", "currency": ["CZK"], "custom_id": {}}, {"number": 5, "tags": "a", "attachments": [1]},
    {"related_id": "x", "correction_id": True, "tax_document_ids": ["x"], "document_type": ["invoice"]},
])  # fmt: skip
def test_whatever_is_sent_is_answered_and_nothing_is_made(czech: Books, body: object) -> None:
    ident = czech.created()["id"]
    for method, path in (("POST", "/invoices.json"), ("PATCH", f"/invoices/{ident}.json"), ("POST", "/subjects.json"),
                         ("POST", f"/invoices/{ident}/payments.json"), ("POST", f"/invoices/{ident}/message.json"),
                         ("POST", "/webhooks.json")):  # fmt: skip
        assert czech.ask(method, path, body).status_code in (400, 422), path
    assert (czech.admin("GET", "/summary")["ever"], czech.read(ident)["status"]) == (1, "open")
