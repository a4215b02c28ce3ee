"""The imagined profile as its docstring says it, everything that can be called otherwise, and the key that ends."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators import kontozz
from simulators.server import Simulator

TODAY, MARK = "2026-11-20", "Shop/10023/i1"
BASE = "/api/v1"


class Company(requests.Session):
    """Speaks to one simulator with its key."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.headers["X-API-KEY"] = simulator.world.settings["token"]

    def call(self, method: str, path: str, body: object = None, **asked: Any) -> requests.Response:
        return self.request(method, self.base + path, json=body, params=asked, timeout=10)

    def good(self, method: str, path: str, body: object = None, status: int = 200, **asked: Any) -> Any:
        answer = self.call(method, path, body, **asked)
        assert (answer.status_code, answer.json()["success"]) == (status, True), answer.text
        return answer.json()["data"]

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str, list[str]]:
        """Status, code and the places that are wrong."""
        answer = self.call(method, path, body)
        assert answer.json()["success"] is False
        error = answer.json()["error"]
        return answer.status_code, error["code"], sorted(error["fields"])

    def created(self, kind: str = "invoices", **fields: Any) -> dict[str, Any]:
        return dict(self.good("POST", f"{BASE}/{kind}", body(**fields), 201))

    def found(self, mark: str = MARK, **asked: Any) -> list[dict[str, Any]]:
        return list(self.good("GET", f"{BASE}/documents", order_id=mark, **asked))

    def switch(self, **settings: Any) -> requests.Response:
        return self.call("POST", "/_sim/settings", settings)

    def summary(self) -> Any:
        return self.call("GET", "/_sim/summary").json()


def item(**fields: Any) -> dict[str, Any]:
    return {"name": "Bögre", "quantity": 2, "unit": "db", "unit_price": 1270, "vat": "27", "sku": "MUG", **fields}


def customer(**fields: Any) -> dict[str, Any]:
    return {"type": "private", "name": "Kovács Ágnes", "country": "HU", "postcode": "1011", "city": "Budapest",
            "address": "Fő utca 1.", "email": "agnes@example.test", **fields}  # fmt: skip


def body(**fields: Any) -> dict[str, Any]:
    """2,540 forints."""
    return {"block_id": 11, "order_id": MARK, "order_number": "10023", "fulfilment_date": TODAY, "due_date": TODAY,
            "currency": "HUF", "payment_method": "credit_card", "language": "hu", "price_mode": "gross",
            "customer": customer(), "items": [item()], **fields}  # fmt: skip


@pytest.fixture
def company() -> Iterator[Company]:
    with kontozz.start(today=TODAY) as simulator, Company(simulator) as client:
        yield client
        assert not simulator.world.crashes, simulator.world.crashes


def test_an_invoice_is_numbered_in_its_block_added_up_and_read_again(company: Company) -> None:
    made = company.created(total=2540, paid=True)
    assert (made["number"], made["status"], made["block_id"]) == ("KZ2026-000001", "paid", 11)
    assert (made["net"], made["vat_amount"], made["gross"]) == (2000, 540, 2540)
    assert made["vat_summary"] == [{"vat": "27", "net": 2000, "vat_amount": 540, "gross": 2540}]
    assert company.good("GET", f"{BASE}/documents/{made['id']}") == made
    assert company.summary()["totals"] == {"HUF": "2540.00"}


def test_a_second_identical_request_makes_a_second_document_unless_refused(company: Company) -> None:
    assert [company.created()["number"][-1] for _ in "ab"] == ["1", "2"]
    assert company.summary()["per_oid"] == {MARK: 2}
    company.switch(duplicates="refused")
    assert company.refused("POST", f"{BASE}/invoices", body())[:2] == (409, "ORDER_EXISTS")
    company.created("proformas", block_id=12)
    assert company.summary()["per_kind"] == {"invoice": 2, "proforma": 1}


@pytest.mark.parametrize(("match", "hits"), [("part", 3), ("prefix", 2), ("exact", 1)])
def test_the_look_up_matches_parts_unless_told_otherwise(company: Company, match: str, hits: int) -> None:
    for mark in ("A/1", "A/12", "BA/1"):
        company.created(order_id=mark)
    company.switch(order_match=match)
    assert len(company.found("A/1")) == hits


def test_the_list_comes_newest_first_in_pages(company: Company) -> None:
    made = [company.created()["id"] for _ in range(5)]
    first = company.call("GET", f"{BASE}/documents", order_id=MARK, per_page=2).json()
    assert [one["id"] for one in first["data"]] == made[:2:-1]
    assert (first["meta"]["page"], first["meta"]["last_page"], first["meta"]["total"]) == (1, 3, 5)
    second = company.get(first["meta"]["next"], timeout=5).json()
    assert [one["id"] for one in second["data"]] == made[2:0:-1]
    last = company.call("GET", f"{BASE}/documents", order_id=MARK, per_page=2, page=3).json()
    assert (len(last["data"]), last["meta"]["next"]) == (1, None)
    assert company.refused("GET", f"{BASE}/documents?page=0")[:2] == (422, "VALIDATION")
    assert company.refused("GET", f"{BASE}/documents?q=x")[:2] == (422, "VALIDATION")


def test_without_a_look_up_there_is_no_such_path(company: Company) -> None:
    company.switch(look_up=False)
    assert company.refused("GET", f"{BASE}/documents")[:2] == (404, "NOT_FOUND")
    made = company.created()
    assert company.good("GET", f"{BASE}/documents/{made['id']}")["order_id"] == MARK


def test_the_look_up_may_lag(company: Company) -> None:
    company.created()
    company.switch(lag=60.0)
    assert company.found() == []
    company.switch(lag=0.0)
    assert len(company.found()) == 1


@pytest.mark.parametrize(("fields", "place"), [
    ({"block_id": None}, "block_id"), ({"block_id": 99}, "block_id"), ({"block_id": 10}, "block_id"),
    ({"block_id": 12}, "block_id"), ({"company_id": 8}, "company_id"), ({"order": "x"}, "order"),
    ({"issue_date": "2026-11-19"}, "issue_date"), ({"due_date": "20.11.2026"}, "due_date"),
    ({"total": 2541}, "total"), ({"total": "2540.001"}, "total"), ({"payment_method": "paypal"}, "payment_method"),
    ({"items": []}, "items"), ({"items": [item(vat="21")]}, "items[0].vat"), ({"related_id": 1}, "related_id"),
    ({"items": [item(unit_price=-1)]}, "items[0].unit_price"), ({"items": [item(quantity=0)]}, "items[0].quantity"),
    ({"items": [item(unit_price="1.2345678")]}, "items[0].unit_price"), ({"paid": 1}, "paid"),
    ({"items": [item(unit="")]}, "items[0].unit"), ({"customer": customer(city=None)}, "customer.city"),
    ({"customer": customer(type="vat_payer")}, "customer.tax_number"),
    ({"customer": customer(country="Magyarország")}, "customer.country"), ({"exchange_rate": "x"}, "exchange_rate"),
])  # fmt: skip
def test_what_is_wrong_is_refused_at_its_place(company: Company, fields: dict[str, Any], place: str) -> None:
    assert company.refused("POST", f"{BASE}/invoices", body(**fields)) == (422, "VALIDATION", [place])
    assert company.summary()["ever"] == 0


def test_net_prices_codes_without_vat_and_foreign_rates_add_up(company: Company) -> None:
    lines = [item(unit_price="7.87", quantity="1"), item(unit_price=10, quantity=1, vat="AAM")]
    made = company.created(price_mode="net", currency="EUR", items=lines, total="19.99")
    assert (made["net"], made["vat_amount"], made["gross"]) == (17.87, 2.12, 19.99)
    assert company.created(oss=True, items=[item(vat="21", unit_price=121)])["vat_amount"] == 42


def test_vat_may_be_rounded_line_by_line_and_forints_be_whole(company: Company) -> None:
    lines = [item(unit_price="0.99", quantity=1)] * 3
    assert company.created(currency="EUR", items=lines)["vat_amount"] == 0.63
    company.switch(vat_rounding="line")
    assert company.created(currency="EUR", items=lines)["vat_amount"] == 0.63
    assert company.created(currency="EUR", items=[item(unit_price="0.10", quantity=1)] * 3)["vat_amount"] == 0.06
    company.switch(vat_rounding="rate", forint_decimals=0)
    assert company.created(items=[item(unit_price=990, quantity=1)])["vat_amount"] == 210


def test_a_storno_takes_the_whole_invoice_back_once(company: Company) -> None:
    made = company.created()
    path = f"{BASE}/documents/{made['id']}/storno"
    storno = company.good("POST", path, {"order_id": "Shop/10023/c1"}, 201)
    assert (storno["type"], storno["gross"], storno["related_id"]) == ("storno", -2540, made["id"])
    now = company.good("GET", f"{BASE}/documents/{made['id']}")
    assert (now["status"], now["cancelled_by"]) == ("cancelled", storno["id"])
    assert company.refused("POST", path)[:2] == (409, "ALREADY_CANCELLED")
    assert company.summary()["per_oid"] == {MARK: 1, "Shop/10023/c1": 1}


def test_corrections_take_back_parts_until_nothing_is_left(company: Company) -> None:
    path = f"{BASE}/documents/{company.created()['id']}"
    part = {"items": [item(quantity=-1)], "total": -1270, "order_id": "c"}
    assert [company.good("POST", f"{path}/correct", part, 201)["gross"] for _ in "ab"] == [-1270, -1270]
    assert company.refused("POST", f"{path}/correct", part) == (422, "VALIDATION", ["items"])
    assert company.refused("POST", f"{path}/storno")[:2] == (422, "VALIDATION")


def test_a_proforma_has_its_own_block_is_followed_or_cancelled(company: Company) -> None:
    proforma = company.created("proformas", block_id=12, order_id="p")
    assert proforma["number"] == "DB2026-000001"
    assert company.created(related_id=proforma["id"])["related_id"] == proforma["id"]
    gone = company.good("POST", f"{BASE}/documents/{proforma['id']}/storno")
    assert (gone["status"], company.summary()["per_kind"]) == ("cancelled", {"invoice": 1})


def test_each_mail_is_sent_and_counted(company: Company) -> None:
    made = company.created()
    path = f"{BASE}/documents/{made['id']}/email"
    assert company.good("POST", path)["sent_to"] == "agnes@example.test"
    assert company.good("POST", path, {"email": "b@example.test"})["sent_to"] == "b@example.test"
    assert company.summary()["emails"] == {str(made["id"]): 2}
    bare = company.created(customer=customer(email=None))
    assert company.refused("POST", f"{BASE}/documents/{bare['id']}/email") == (422, "VALIDATION", ["email"])


def test_a_pdf_may_take_its_time(company: Company) -> None:
    path = f"{BASE}/documents/{company.created()['id']}/pdf"
    company.switch(pdf_delay=60.0)
    assert company.good("GET", path, None, 202) == {"ready": False}
    company.switch(pdf_delay=0.0)
    assert company.call("GET", path).content.startswith(b"%PDF-")


def test_a_key_ends_on_its_day_and_only_a_new_one_helps(company: Company) -> None:
    company.switch(key_expires_on=TODAY)
    assert company.good("GET", f"{BASE}/company")["key_expires_on"] == TODAY
    company.switch(key_expires_on="2026-11-19")
    assert company.refused("GET", f"{BASE}/company")[:2] == (401, "KEY_EXPIRED")
    assert company.refused("POST", f"{BASE}/invoices", body())[:2] == (401, "KEY_EXPIRED")
    company.switch(token="kz-new", key_expires_on="2027-11-19")
    assert company.refused("GET", f"{BASE}/company")[:2] == (401, "KEY_INVALID")
    company.headers["X-API-KEY"] = "kz-new"
    assert company.good("GET", f"{BASE}/company")["id"] == 7


def test_the_key_may_be_carried_otherwise(company: Company) -> None:
    key = str(company.world.settings["token"])
    del company.headers["X-API-KEY"]
    company.switch(auth_name="Authorization", auth_scheme="Bearer")
    company.headers["Authorization"] = f"Bearer {key}"
    assert company.good("GET", f"{BASE}/company")["id"] == 7
    company.switch(auth="query", auth_name="api_key", auth_scheme="")
    assert company.refused("GET", f"{BASE}/company")[:2] == (401, "KEY_INVALID")
    assert company.good("GET", f"{BASE}/documents", api_key=key) == []


def test_paths_fields_parameters_and_envelope_may_be_called_otherwise(company: Company) -> None:
    company.switch(paths={"invoice": "PUT /v2/szamla", "find": "GET /v2/szamlak", "storno": ""},
                   fields={"order_id": "reference", "customer": "partner", "customer.name": "nev", "number": "szam"},
                   parameters={"order_id": "ref"},
                   envelope={"success": "ok", "data": "result", "error": "hiba"})  # fmt: skip
    given = body(partner={**customer(), "nev": "Kis Béla"}, reference=MARK)
    for old in ("customer", "order_id"):
        del given[old]
    wrong = company.call("PUT", "/v2/szamla", given).json()["hiba"]["fields"]
    assert wrong == {"customer.name (renamed)": ["unknown field"]}
    del given["partner"]["name"]
    made = company.call("PUT", "/v2/szamla", given).json()
    assert (made["ok"], made["result"]["szam"], made["result"]["partner"]["nev"]) == (True, "KZ2026-000001", "Kis Béla")
    rows = company.call("GET", "/v2/szamlak", ref=MARK).json()["result"]
    assert [row["reference"] for row in rows] == [MARK]
    assert company.call("POST", f"{BASE}/documents/{made['result']['id']}/storno").status_code == 404
    assert company.call("POST", f"{BASE}/invoices", given).status_code == 404


def test_an_answer_may_come_bare_and_a_refusal_inside_a_200(company: Company) -> None:
    company.switch(envelope={"data": ""}, error_status="200")
    assert company.call("POST", f"{BASE}/invoices", body()).json()["number"] == "KZ2026-000001"
    assert company.refused("POST", f"{BASE}/invoices", body(total=1)) == (200, "VALIDATION", ["total"])
    assert company.summary()["ever"] == 1


def test_settings_that_cannot_be_meant_change_nothing(company: Company) -> None:
    for wrong in ({"paths": {"issue": "POST /x"}}, {"paths": {"invoice": "/x"}}, {"envelope": {"x": "y"}}):
        assert company.switch(**wrong).status_code == 422
    assert company.created()["number"] == "KZ2026-000001"


def test_faults_meet_it_as_every_system(company: Company) -> None:
    for name, status in (("429", 429), ("expired_token", 401), ("502_after", 502)):
        company.call("POST", "/_sim/faults", {"name": name})
        assert company.call("POST", f"{BASE}/invoices", body()).status_code == status
    assert company.summary()["per_oid"] == {MARK: 1}
    assert company.refused("DELETE", f"{BASE}/invoices")[:2] == (405, "NOT_ALLOWED")


def test_the_log_does_not_show_the_key_and_a_change_by_hand_is_seen(company: Company) -> None:
    made = company.created()
    company.call("POST", f"/_sim/documents/{made['id']}", {"number": "X-1"})
    assert company.found()[0]["number"] == "X-1"
    assert company.world.settings["token"] not in company.call("GET", "/_sim/state").text
