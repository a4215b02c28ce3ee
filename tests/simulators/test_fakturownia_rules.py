"""Fakturownia refuses what the sheet says it refuses, counts, settles, mails, prints and waits for KSeF."""

from typing import Any

import pytest
import requests

from tests.simulators.conftest import Client, invoice, line


def message(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["code"] == "error"
    return dict(body["message"])


@pytest.mark.parametrize(("fields", "place"), [
    ({"buyer_nam": "x"}, "buyer_nam"), ({"positions": [line(prize=1)]}, "positions[0].prize"),
    ({"issue_date": "20.11.2026"}, "issue_date"), ({"paid": "a lot"}, "paid"), ({"kind": "invoice"}, "kind"),
    ({"status": "draft"}, "status"), ({"lang": "pl/xx"}, "lang"), ({"currency": "zloty"}, "currency"),
    ({"positions": [line(tax="23%")]}, "positions[0].tax"), ({"positions": [line(tax="-1")]}, "positions[0].tax"),
    ({"positions": [line(True)]}, "positions[0].total_price_gross"), ({"positions": []}, "positions"),
    ({"positions": [{"name": "x", "price_gross": "1", "quantity": 1}]}, "positions[0].total_price_gross"),
    ({"buyer_name": None}, "buyer_name"), ({"client_id": 404}, "client_id"), ({"department_id": 404}, "department_id"),
    ({"buyer_country": "Poland"}, "buyer_country"), ({"payment_to_kind": "other_date"}, "payment_to"),
    ({"exchange_kind": "own"}, "exchange_currency_rate"), ({"from_invoice_id": 404}, "from_invoice_id"),
    ({"kind": "correction"}, "correction_reason"), ({"number": 5}, "number"),
    ({"descriptions": [{"content": "\N{PARTY POPPER}"}]}, "descriptions[0].content"),
])  # fmt: skip
def test_wrong_fields_are_refused_by_name(shop: Client, fields: dict[str, Any], place: str) -> None:
    assert place in message(shop.create(**fields))
    assert shop.documents() == 0


def test_a_companion_inside_the_wrapper_or_a_stranger_beside_it_is_refused(shop: Client) -> None:
    assert "gov_save_and_send" in message(shop.create(gov_save_and_send=True))
    assert "kind" in message(shop.call("POST", "/invoices.json", {"invoice": invoice(), "kind": "vat"}))


def test_the_message_can_be_one_string(shop: Client) -> None:
    shop.switch(message_style="string")
    answer = shop.create(buyer_name="")
    assert (answer.status_code, answer.json()["message"]) == (422, "buyer_name - nie może być puste")


def test_the_token_is_taken_in_header_query_and_body_and_nowhere_else(shop: Client) -> None:
    token, url = shop.world.settings["token"], f"{shop.base}/invoices.json"
    assert requests.post(url, json={"invoice": invoice(), "api_token": token}, timeout=5).status_code == 201
    assert requests.get(url, params={"api_token": token}, timeout=5).status_code == 200
    refused = requests.get(url, headers={"Authorization": "Bearer wrong"}, timeout=5)
    assert (refused.status_code, refused.json()["code"]) == (401, "error")


def test_a_read_only_role_answers_200_and_makes_nothing(shop: Client) -> None:
    shop.switch(role="readonly")
    assert (shop.create().status_code, shop.documents()) == (200, 0)


def test_oid_unique_looks_within_the_kind_the_account_or_not_at_all(shop: Client) -> None:
    shop.created(oid="A")
    made = {}
    for scope in ("kind", "account", "off"):
        shop.switch(oid_unique=scope)
        made[scope] = [shop.create(oid="A", oid_unique="yes", kind=kind).status_code for kind in ("vat", "estimate")]
    assert made == {"kind": [422, 201], "account": [422, 422], "off": [201, 201]}


def test_oid_unique_may_overlook_documents_made_without_the_flag(shop: Client) -> None:
    shop.created(oid="A")
    shop.switch(oid_unique_counts_unflagged=False)
    assert [shop.create(oid="A", oid_unique="yes").status_code for _ in "ab"] == [201, 422]


def test_a_deleted_document_frees_its_oid(shop: Client) -> None:
    ident = shop.created(oid="A", oid_unique="yes")["id"]
    shop.call("DELETE", f"/invoices/{ident}.json")
    assert shop.create(oid="A", oid_unique="yes").status_code == 201
    assert shop.call("GET", f"/invoices/{ident}.json").status_code == 404


def test_numbers_count_per_department_and_kind_and_month(shop: Client) -> None:
    other = shop.call("POST", "/departments.json", {"department": {"name": "Second"}}).json()["id"]
    day = {"issue_date": "2026-11-20"}
    numbers = [shop.created(**day, **more)["number"] for more in (
        {}, {"kind": "proforma"}, {}, {"department_id": other}, {"department_id": str(other)})]  # fmt: skip
    assert numbers == ["1/11/2026", "P1/11/2026", "2/11/2026", "1/11/2026", "2/11/2026"]
    assert shop.created(issue_date="2026-12-01")["number"] == "1/12/2026"
    assert "number" in message(shop.create(number="1/12/2026"))


def test_paid_and_status_follow_each_other(shop: Client) -> None:
    made = shop.created(status="paid")
    assert (made["paid"], made["paid_date"] is not None) == ("12.3", True)
    ident = shop.created()["id"]
    part = shop.call("PUT", f"/invoices/{ident}.json", {"invoice": {"paid": "2.30"}}).json()
    whole = shop.call("PUT", f"/invoices/{ident}.json", {"invoice": {"paid": "12.30"}}).json()
    assert (part["status"], whole["status"]) == ("partial", "paid")


def test_a_proforma_is_not_paid_by_status_but_by_amount(shop: Client) -> None:
    path = f"/invoices/{shop.created(kind='proforma')['id']}.json"
    assert "status" in message(shop.call("PUT", path, {"invoice": {"status": "paid"}}))
    assert shop.call("PUT", path, {"invoice": {"paid": "12.30"}}).json()["paid"] == "12.3"


def test_change_status_settles_and_refuses_strange_words(shop: Client) -> None:
    path = f"/invoices/{shop.created()['id']}"
    assert shop.call("POST", f"{path}/change_status.json?status=paid").status_code == 200
    assert shop.call("GET", f"{path}.json").json()["paid"] == "12.3"
    assert "status" in message(shop.call("POST", f"{path}/change_status.json?status=lost"))


def test_payments_settle_invoices_in_the_order_given(shop: Client) -> None:
    first, second = shop.created()["id"], shop.created()["id"]
    given = {"name": "Card", "price": 20.0, "invoice_ids": [second, first], "paid": True, "kind": "api"}
    made = shop.call("POST", "/banking/payments.json", {"banking_payment": given})
    paid = [shop.call("GET", f"/invoices/{ident}.json").json()["paid"] for ident in (first, second)]
    assert (made.status_code, paid) == (201, ["7.7", "12.3"])
    path = f"/banking/payments/{made.json()['id']}.json"
    assert shop.call("PATCH", path, {"banking_payment": {"price": 10}}).status_code == 200
    assert shop.call("GET", f"/invoices/{first}.json").json()["status"] == "issued"
    assert shop.call("GET", path.replace("payments", "payment")).status_code == 404


def test_a_correction_needs_its_reason_its_document_and_true_differences(shop: Client) -> None:
    base = shop.created(positions=[line("123.00", quantity="2")])["id"]
    good = shop.created(**correction(base))
    assert (good["price_gross"], good["number"][0], good["from_invoice_id"]) == ("-61.5", "K", base)
    read = shop.call("GET", f"/invoices/{good['id']}.json?correction_positions=full").json()
    assert read["positions"][0]["correction_after_attributes"]["total_price_gross"] == "61.50"
    assert "positions[0].total_price_gross" in message(shop.create(**correction(base, total_price_gross="-60.00")))
    assert "positions[0].quantity" in message(shop.create(**correction(base, quantity="1")))
    assert "correction_reason" in message(shop.create(**{**correction(base), "correction_reason": ""}))
    assert [found["id"] for found in shop.listed(from_invoice_id=base)] == [good["id"]]


def test_a_full_credit_leaves_nothing_after(shop: Client) -> None:
    base = shop.created(positions=[line("123.00", quantity="2")])["id"]
    nothing = line("0.00", quantity="0", kind="correction_after")
    full = correction(base, quantity="-2", total_price_gross="-123.00", correction_after_attributes=nothing)
    assert shop.created(**full)["price_gross"] == "-123.0"


def test_the_minimal_invoice_of_the_sheet_is_accepted_and_paid(shop: Client) -> None:
    made = shop.created(
        oid="W-10057:vat", oid_unique="yes", issue_date="2026-11-20", sell_date="2026-11-20", payment_type="card",
        payment_to_kind="off", status="paid", paid="135.30", buyer_company="1", buyer_tax_no="5252445767",
        buyer_country="PL", currency="PLN", lang="pl", positions=[line("123.00", quantity="2"), line("12.30")],
        calculating_strategy={"position": "keep_gross", "sum": "sum", "invoice_form_price_kind": "gross"},
    )  # fmt: skip
    assert (made["price_gross"], made["price_tax"]) == ("135.3", "25.3")
    assert (made["paid"], made["payment_to"]) == ("135.3", None)


def test_from_invoice_id_only_links_but_copy_invoice_from_copies(shop: Client) -> None:
    source = shop.created(kind="proforma", oid="A:proforma", buyer_email="a@example.test")["id"]
    bare = {"kind": "vat", "from_invoice_id": source}
    assert set(message(shop.call("POST", "/invoices.json", {"invoice": bare}))) == {"buyer_name", "positions"}
    copied = shop.call("POST", "/invoices.json", {"invoice": {"kind": "vat", "copy_invoice_from": source}}).json()
    assert (copied["price_gross"], copied["buyer_email"], copied["oid"]) == ("12.3", "a@example.test", None)


def test_positions_change_add_and_go_by_id_and_totals_follow(shop: Client) -> None:
    path = f"/invoices/{shop.created()['id']}.json"
    ident = shop.call("GET", path).json()["positions"][0]["id"]
    sent = {"positions": [{"id": ident, "name": "Mug"}, line("7.70")]}
    assert shop.call("PUT", path, {"invoice": sent}).json()["price_gross"] == "20.0"
    gone = {"positions": [{"id": ident, "_destroy": 1}]}
    assert shop.call("PUT", path, {"invoice": gone}).json()["price_gross"] == "7.7"
    assert "positions[0].id" in message(shop.call("PUT", path, {"invoice": gone}))


def test_a_known_client_gives_the_buyer_unless_overridden(shop: Client) -> None:
    client = shop.call("POST", "/clients.json", {"client": {"name": "Firm", "city": "Lublin"}}).json()["id"]
    kept = shop.created(client_id=client, buyer_city="Gdynia")
    given = shop.created(client_id=client, buyer_city="Gdynia", buyer_override=True)
    assert (kept["buyer_name"], kept["buyer_city"], given["buyer_city"]) == ("Firm", "Lublin", "Gdynia")


def test_the_buyer_is_matched_or_made_and_minus_one_forces_a_new_one(shop: Client) -> None:
    first, again = shop.created(), shop.created()
    forced = shop.created(client_id=-1)
    assert first["client_id"] == again["client_id"] != forced["client_id"]


def test_every_mail_is_counted_and_refusals_are_200(shop: Client) -> None:
    path = f"/invoices/{shop.created()['id']}/send_by_email.json"
    refused = shop.call("POST", path)
    assert (refused.status_code, refused.json()["status"]) == (200, "error")
    assert shop.call("POST", f"{path}?email_to=a@example.test&email_pdf=true").json()["status"] == "ok"
    mails = shop.call("GET", "/_sim/state").json()["emails"]
    assert [(mail["to"], mail["pdf"]) for mail in mails] == [(["a@example.test"], True)]


def test_the_pdf_is_422_for_the_first_reads(shop: Client) -> None:
    shop.switch(pdf_pending_reads=2)
    path = f"/invoices/{shop.created()['id']}.pdf"
    answers = [shop.call("GET", path) for _ in "abc"]
    assert [answer.status_code for answer in answers] == [422, 422, 200]
    assert answers[2].content.startswith(b"%PDF") and answers[2].headers["Content-Type"] == "application/pdf"


def test_a_firms_document_waits_for_its_ksef_number(shop: Client) -> None:
    shop.switch(ksef="on", ksef_outcome="processing")
    firm = {"buyer_company": "1", "buyer_tax_no": "5252445767", "buyer_email": "a@example.test"}
    made = shop.created(**firm)
    path = f"/invoices/{made['id']}"
    held = shop.call("POST", f"{path}/send_by_email.json").json()
    shop.switch(ksef_outcome="ok")
    read = shop.call("GET", f"{path}.json").json()
    assert (made["gov_status"], held["status"], read["gov_status"]) == ("processing", "error", "ok")
    assert read["gov_id"] and shop.call("POST", f"{path}/send_by_email.json").json()["status"] == "ok"
    assert shop.call("DELETE", f"{path}.json").status_code == 422
    assert "buyer_name" in message(shop.call("PUT", f"{path}.json", {"invoice": {"buyer_name": "Other"}}))


def test_ksef_checks_firms_beforehand_and_leaves_persons_alone(shop: Client) -> None:
    shop.switch(ksef="demo")
    wrong = shop.create(buyer_company=True, buyer_phone="+48 600 100 200 300", positions=[line(tax="zw")])
    assert set(message(wrong)) == {"buyer_tax_no", "buyer_phone", "exempt_tax_kind"}
    person = shop.created(buyer_company=False, buyer_first_name="Jan", buyer_last_name="K")
    assert person["gov_status"] == "not_applicable"


def test_cancelling_keeps_the_document_but_out_of_the_live_ones(shop: Client) -> None:
    ident = shop.created(kind="proforma")["id"]
    shop.call("POST", "/invoices/cancel.json", {"cancel_invoice_id": ident, "cancel_reason": "x"})
    assert shop.call("GET", f"/invoices/{ident}.json").json()["cancelled"] is True
    assert shop.documents() == 0


def test_the_log_in_hands_out_the_token_and_public_links_need_none(shop: Client) -> None:
    given = {"login": "demo", "password": "demo", "integration_token": ""}
    assert requests.post(f"{shop.base}/login.json", json=given, timeout=5).json()["api_token"] == "simulator/demo"
    link = shop.created()["view_url"]
    assert requests.get(f"{link}.pdf?inline=yes", timeout=5).content.startswith(b"%PDF")


def correction(base: int, **changes: Any) -> dict[str, Any]:
    difference = line("-61.50", quantity="-1", kind="correction",
                      correction_before_attributes=line("123.00", quantity="2", kind="correction_before"),
                      correction_after_attributes=line("61.50", quantity="1", kind="correction_after"))  # fmt: skip
    return {"kind": "correction", "correction_reason": "Return", "invoice_id": base, "from_invoice_id": base,
            "positions": [{**difference, **changes}]}  # fmt: skip
