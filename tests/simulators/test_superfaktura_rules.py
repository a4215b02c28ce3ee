"""SuperFaktura answers 200 with an error inside, rounds in three ways, forgets last year, and falls silent."""

import base64
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from tests.simulators.superfaktura import Ledger, draft, header, item


def summary(made: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(made["Summary"][name] for name in ("vat_base_total", "vat_total", "invoice_total"))


@pytest.mark.parametrize(("invoice", "items", "place"), [
    ({"orderno": "x"}, None, "orderno"), ({"type": "invoice"}, None, "type"), ({"due": "15/08/2026"}, None, "due"),
    ({"created": "20.11.2026"}, None, "created"), ({"rounding": "total"}, None, "rounding"), ({}, [], "type"),
    ({}, [item(prize=1)], "prize"), ({}, [item("1,5")], "unit_price"), ({}, [{"tax": 23}], "name"),
    ({"parent_id": 404}, None, "parent_id"), ({"proforma_id": "404"}, None, "proforma_id"),
    ({"sequence_id": 404}, None, "sequence_id"), ({"payment_type": "stripe"}, None, "payment_type"),
    ({"created": "2026-11-20", "due": "2026-11-19"}, None, "due"),
])  # fmt: skip
def test_wrong_fields_are_refused_by_name_with_a_200(
    slovak: Ledger, invoice: dict[str, Any], items: list[dict[str, Any]] | None, place: str
) -> None:
    answer = slovak.create(items, **invoice)
    assert (answer.status_code, answer.json()["error"], answer.json()["error_data"]["Invoice"]["id"]) == (200, 5, 0)
    assert place in answer.json()["error_message"]
    assert slovak.admin("GET", "/summary")["ever"] == 0


def test_currency_client_and_right_have_errors_of_their_own(slovak: Ledger) -> None:
    assert slovak.create(invoice_currency="EURO").json() == {"error": 1, "error_message": "Incorrect currency"}
    nobody = slovak.create(beside={"Client": {"ico": "44981082"}}).json()
    assert (nobody["error"], nobody["error_message"]) == (4, {"data_bad_format": "Missing required client data."})
    slovak.switch(role="no_create")
    assert (slovak.create().status_code, slovak.create().json()["error"]) == (403, 1)


@pytest.mark.parametrize(
    "wrong", [{"apikey": "wrong"}, {"email": "a@example.test"}, {"company_id": "2"}, {"module": ""}]
)
def test_a_wrong_or_missing_part_of_the_header_is_a_401(slovak: Ledger, wrong: dict[str, str]) -> None:
    settings = slovak.world.settings
    answer = requests.get(f"{slovak.base}/sequences/index.json", timeout=5,
                          headers={"Authorization": header(settings, **wrong)})  # fmt: skip
    assert (answer.status_code, answer.json()["error"]) == (401, 1)


def test_values_in_the_header_must_be_url_encoded(slovak: Ledger) -> None:
    plain = unquote(header(slovak.world.settings))
    answer = requests.get(f"{slovak.base}/sequences/index.json", headers={"Authorization": plain}, timeout=5)
    assert answer.status_code == 401
    assert slovak.ask("GET", "/sequences/index.json").status_code == 200


def test_a_form_with_data_and_a_body_of_json_are_both_read(slovak: Ledger) -> None:
    assert slovak.form("/invoices/create", draft(None, None, order_no="A")).json()["error"] == 0
    assert slovak.created(order_no="B")["Invoice"]["order_no"] == "B"
    assert slovak.ask("POST", "/invoices/create", data="nothing").json()["error"] == 4
    assert slovak.admin("GET", "/summary")["per_oid"] == {"A": 1, "B": 1}


@pytest.mark.parametrize(("rounding", "many", "three"), [
    ("item_ext", (40.08, 9.12, 49.2), (0.09, 0.03, 0.12)), ("item", (40.08, 9.22, 49.3), (0.09, 0.03, 0.12)),
    ("document", (40.08, 9.22, 49.3), (0.09, 0.02, 0.11)),
])  # fmt: skip
def test_each_way_of_rounding_has_sums_of_its_own(
    slovak: Ledger, rounding: str, many: tuple[float, ...], three: tuple[float, ...]
) -> None:
    """120 x 0.334: only item_ext counts 120 x 0.41. Three lines of 0.03: only document adds before it rounds."""
    assert summary(slovak.created([item("0.334", quantity=120)], rounding=rounding)) == many
    assert summary(slovak.created([item("0.03", tax=21)] * 3, rounding=rounding)) == three


def test_the_worked_example_of_the_sheet(slovak: Ledger) -> None:
    made = slovak.created([item("16.2602", quantity=2)], rounding="item_ext")
    assert summary(made) == (32.52, 7.48, 40)
    assert (made["Invoice"]["amount"], made["Invoice"]["vat"], made["0"]["total"]) == ("32.52", "7.48", "40.00")


def test_rates_are_kept_apart_and_without_a_rounding_the_account_decides(slovak: Ledger) -> None:
    made = slovak.created([item("81.30"), item("10", tax=5), item("1", tax=0)])
    assert made["Summary"]["vat_base_separate"] == {"23": 81.3, "5": 10, "0": 1}
    assert made["Summary"]["vat_separate"] == {"23": 18.7, "5": 0.5, "0": 0}
    assert made["Invoice"]["rounding"] == "item_ext"
    slovak.switch(rounding="document")
    assert slovak.created()["Invoice"]["rounding"] == "document"


def test_a_discount_lowers_the_whole_and_a_nominal_one_counts_only_alone(slovak: Ledger) -> None:
    """As in the vendor's example: 10 at 20 %, less 10 %, is 9 and 1.80, a discount of 1.20."""
    made = slovak.created([item("10", tax=20)], discount=10, discount_total=5)
    assert (*summary(made), made["Summary"]["discount"]) == (9, 1.8, 10.8, 1.2)
    assert summary(slovak.created([item("10", tax=20)], discount_total="1.20")) == (9, 1.8, 10.8)
    assert summary(slovak.created([item("10", tax=20, discount=50)])) == (5, 1, 6)


def test_who_pays_no_vat_and_reverse_charge_leave_the_price_alone(slovak: Ledger) -> None:
    assert summary(slovak.created(vat_transfer=1)) == (100, 0, 100)
    slovak.switch(tax_payer=False)
    assert summary(slovak.created()) == (100, 0, 100)


def test_a_rounding_item_fills_up_to_five_cents_or_a_crown(slovak: Ledger) -> None:
    euro = slovak.created([item("10.01", tax=0)], add_rounding_item=1)
    crown = slovak.created([item("10.60", tax=0)], add_rounding_item=1, invoice_currency="CZK")
    assert [(made["Summary"]["invoice_total"], len(made["InvoiceItem"])) for made in (euro, crown)] == [
        (10, 2),
        (11, 2),
    ]


def test_numbers_count_per_sequence_and_year_and_a_draft_has_none(slovak: Ledger) -> None:
    days = ("2026-11-20", "2026-11-20", "2025-12-31")
    numbers = [slovak.created(created=day)["Invoice"]["invoice_no_formatted"] for day in days]
    assert numbers == ["2026001", "2026002", "2025001"]
    proforma = slovak.created(type="proforma", created="2026-11-20")["Invoice"]
    assert (proforma["invoice_no_formatted"], proforma["variable"]) == ("ZAL12026001", "12026001")
    drafted = slovak.created(type="draft")["Invoice"]
    assert (drafted["invoice_no_formatted"], drafted["status"]) == (None, "0")


def test_an_answer_that_was_lost_is_replayed_by_its_checksum(slovak: Ledger) -> None:
    slovak.admin("POST", "/faults", {"name": "reset_after"})
    with pytest.raises(requests.ConnectionError):
        slovak.create(beside={"checksum": "C-1"}, order_no="A")
    lost = slovak.ask("GET", "/api_logs/getResponseByChecksum/C-1").json()
    assert (lost["error"], lost["data"]["Invoice"]["order_no"]) == (0, "A")
    assert slovak.ask("GET", "/api_logs/getResponseByChecksum/C-2").json() == []


def test_a_refusal_is_replayed_too_and_must_be_looked_into(slovak: Ledger) -> None:
    slovak.create([], beside={"checksum": "C-1"})
    assert slovak.ask("GET", "/api_logs/getResponseByChecksum/C-1").json()["error"] == 5


def test_the_log_of_answers_may_lag_and_forgets_after_three_months(slovak: Ledger) -> None:
    slovak.switch(checksum_lag=60.0, today="2026-11-20")
    slovak.created(beside={"checksum": "C-1"})
    path = "/api_logs/getResponseByChecksum/C-1"
    assert slovak.ask("GET", path).json() == []
    slovak.switch(checksum_lag=0.0)
    assert slovak.ask("GET", path).json()["error"] == 0
    slovak.switch(today="2027-03-01")
    assert slovak.ask("GET", path).json() == []


@pytest.mark.parametrize(("how", "made"), [("accept", 2), ("refuse", 1), ("replay", 1)])
def test_a_checksum_used_twice_does_as_the_setting_says(slovak: Ledger, how: str, made: int) -> None:
    slovak.switch(checksum_repeat=how)
    answers = [slovak.create(beside={"checksum": "C-1"}).json() for _ in "ab"]
    idents = [answer["data"]["Invoice"]["id"] for answer in answers if not answer["error"]]
    assert (slovak.admin("GET", "/summary")["documents"], len(set(idents))) == (made, made)
    assert (how == "refuse") == bool(answers[1]["error"])


def test_the_list_shows_invoices_of_this_year_only_unless_it_is_asked_for_more(slovak: Ledger) -> None:
    slovak.switch(today="2026-11-20")
    for kind, day in (("regular", "2026-11-20"), ("regular", "2025-12-31"), ("proforma", "2026-01-01"),
                      ("cancel", "2024-02-29")):  # fmt: skip
        slovak.created(type=kind, order_no="W-1", created=day)
    counts = {"": len(slovak.listed(order_no="W-1")), "all": len(slovak.listed(order_no="W-1", created=0)),
              "kinds": len(slovak.listed(order_no="W-1", created=0, type="regular|proforma|cancel"))}  # fmt: skip
    assert counts == {"": 1, "all": 2, "kinds": 4}


def test_an_order_number_matches_by_part_so_the_client_must_compare(slovak: Ledger) -> None:
    for reference in ("W-1", "W-10", "XW-1"):
        slovak.created(order_no=reference)
    found = {how: len(_switched(slovak, how).listed(order_no="W-1")) for how in ("substring", "prefix", "exact")}
    assert found == {"substring": 3, "prefix": 2, "exact": 1}


def _switched(slovak: Ledger, how: str) -> Ledger:
    slovak.switch(order_no_match=how)
    return slovak


def test_time_constants_pages_and_searches_narrow_the_list(slovak: Ledger) -> None:
    slovak.switch(today="2026-11-20")
    for day in ("2026-11-20", "2026-11-19", "2026-10-31", "2026-07-01", "2025-01-01"):
        slovak.created(created=day, variable=day.replace("-", ""))
    told = {constant: len(slovak.listed(created=constant)) for constant in (0, 1, 2, 4, 5, 6, 7, 8, 9, 10)}
    assert told == {0: 5, 1: 1, 2: 1, 4: 2, 5: 1, 6: 4, 7: 1, 8: 3, 9: 2, 10: 1}
    assert len(slovak.listed(created=3, created_since="2026-10-31", created_to="2026-11-19")) == 2
    assert (len(slovak.listed(modified=11)), len(slovak.listed(variable="20261031"))) == (4, 1)
    page = slovak.ask("GET", "/invoices/index.json/created:0/listinfo:1/per_page:2/page:3").json()
    assert (page["itemCount"], page["pageCount"], page["perPage"], len(page["items"])) == (5, 3, 2, 1)
    packed = base64.b64encode("ján vzor".encode()).decode().translate(str.maketrans("+/=", "-_,"))
    assert len(slovak.listed(search=packed)) == 4
    assert slovak.ask("GET", "/invoices/index.json/order:1").json()["error"] == 1
    assert slovak.ask("GET", "/invoices/index.json/order_no:A%2FB").status_code == 404


def test_young_documents_stay_out_of_look_ups_while_they_lag(slovak: Ledger) -> None:
    slovak.switch(lag=60.0)
    ident = slovak.created(order_no="A")["Invoice"]["id"]
    assert slovak.listed(order_no="A") == []
    assert slovak.ask("GET", f"/invoices/view/{ident}.json").json()["Invoice"]["order_no"] == "A"


def test_the_quota_is_told_and_renewed_with_the_day_and_the_month(slovak: Ledger) -> None:
    slovak.switch(today="2026-11-30", daily_limit=2, monthly_limit=4)
    first = slovak.ask("GET", "/sequences/index.json").headers
    assert (first["X-RateLimit-DailyLimit"], first["X-RateLimit-DailyRemaining"]) == ("2", "1")
    assert (first["X-RateLimit-DailyReset"], first["X-RateLimit-MonthlyReset"]) == ("01.12.2026 00:00:00",) * 2
    slovak.switch(today="2026-12-01")
    second = slovak.ask("GET", "/sequences/index.json").headers
    assert (second["X-RateLimit-DailyRemaining"], second["X-RateLimit-MonthlyRemaining"]) == ("1", "3")


@pytest.mark.parametrize("over", ["silence", "empty", "html", "429"])
def test_over_the_quota_reads_get_no_useful_answer_while_creates_pass(slovak: Ledger, over: str) -> None:
    slovak.switch(quota="reads", daily_limit=1, over_quota=over, today="2026-11-20")
    assert slovak.ask("GET", "/sequences/index.json").status_code == 200
    answer = _asked(slovak)
    assert answer is None if over == "silence" else answer is not None and not answer.content.startswith((b"{", b"["))
    assert slovak.create().json()["error"] == 0
    slovak.switch(today="2026-11-21")
    assert slovak.ask("GET", "/sequences/index.json").status_code == 200


def test_over_the_quota_writes_may_be_silent_too_and_nothing_is_made(slovak: Ledger) -> None:
    slovak.switch(quota="all", daily_limit=1, over_quota="empty", today="2026-11-20")
    assert [slovak.create().content == b"" for _ in "ab"] == [False, True]
    assert slovak.admin("GET", "/summary")["documents"] == 1


@pytest.mark.parametrize("body", [
    [], 1, "x", {"Invoice": []}, {"Client": [], "InvoiceItem": {}}, {"Client": {"name": []}, "InvoiceItem": [1]},
    {"Client": {"name": "x"}, "InvoiceItem": [{"name": 1, "tax": {}}], "Invoice": {"invoice_currency": ["EUR"]}},
    {"Client": {"name": "x"}, "InvoiceItem": [{"name": "x"}], "Tag": [], "checksum": 5, "InvoiceSetting": "slo"},
])  # fmt: skip
def test_whatever_is_sent_is_answered_and_nothing_is_made(slovak: Ledger, body: object) -> None:
    for path in ("/invoices/create", "/invoices/edit", "/invoice_payments/add/ajax:1/api:1", "/invoices/send",
                 "/invoices/mark_as_sent", "/clients/create", "/invoices/addRelatedItem"):  # fmt: skip
        answers = [slovak.ask("POST", path, body), slovak.form(path, body)]
        assert [bool(answer.json()["error"]) for answer in answers] == [True, True], path
    for path in ("page:x", "per_page:0", "search:%25", "page:0"):
        assert slovak.ask("GET", f"/invoices/index.json/{path}").status_code == 200
    assert slovak.admin("GET", "/summary")["ever"] == 0


def _asked(slovak: Ledger) -> requests.Response | None:
    try:
        return slovak.ask("GET", "/sequences/index.json")
    except requests.ConnectionError:
        return None
