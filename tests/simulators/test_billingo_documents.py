"""Documents of Billingo: what is made of a request, found again, corrected, paid, sent; and the oddities on the way."""

from decimal import Decimal

import pytest
import requests

from tests.simulators.billingo import Cabinet, document, fields_of, item, partner, sentence


def test_the_example_of_the_sheet_is_answered_as_there(cabinet: Cabinet) -> None:
    cabinet.switch(today="2026-11-20")
    made = cabinet.created(paid=True)
    assert (made["invoice_number"], made["type"], made["cancelled"]) == ("ABC / 2026-000001", "invoice", False)
    assert (made["gross_total"], made["currency"], made["payment_status"]) == (2540, "HUF", "paid")
    assert made["items"][0] == {
        "product_id": None, "name": "Bögre", "net_unit_amount": 1000, "quantity": 2, "unit": "db", "net_amount": 2000,
        "gross_amount": 2540, "vat": "27%", "vat_amount": 540, "entitlement": None, "comment": ""}  # fmt: skip
    assert "vendor_id" not in made
    assert cabinet.created(vendor_id="b")["invoice_number"] == "ABC / 2026-000002"


@pytest.mark.parametrize(("items", "gross", "vat"), [
    ([item("19.99")], None, None),
    ([item(19.99, quantity=3)], Decimal("59.97"), Decimal("12.75")),
    ([item(15.74, unit_price_type="net", quantity=3)], Decimal("59.97"), Decimal("12.75")),
    ([item(100, quantity=1, vat="9,5%"), item(-10, quantity=1, vat="9,5%")], Decimal("90"), Decimal("7.81")),
    ([item(100, quantity=1, vat="EU", entitlement="KBAET")], Decimal("100"), Decimal("0")),
])  # fmt: skip
def test_totals_come_of_each_item_net_or_gross(
    cabinet: Cabinet, items: list[object], gross: Decimal | None, vat: Decimal | None
) -> None:
    answer = cabinet.create(items=items, currency="EUR", conversion_rate=400)
    if gross is None:
        assert fields_of(answer) == ["items.0.unit_price"]  # a decimal string is no number
        return
    made = answer.json()
    assert Decimal(str(made["gross_total"])) == gross
    assert Decimal(str(made["summary"]["vat_amount"])) == vat


def test_the_vat_of_a_rate_may_be_made_of_the_sum(cabinet: Cabinet) -> None:
    items = [item(0.1, quantity=1, unit_price_type="net") for _ in "abc"]
    by_line = cabinet.created(items=items)["gross_total"]
    cabinet.switch(vat_rounding="rate")
    assert (by_line, cabinet.created(items=items)["gross_total"]) == (0.39, 0.38)


def test_whole_forints_and_a_discount_and_a_rounded_total(cabinet: Cabinet) -> None:
    cabinet.switch(huf_decimals=0, round_shown=True)
    made = cabinet.created(items=[item(333.4, quantity=1)], discount={"type": "percent", "value": 10},
                           settings={"round": "five"})  # fmt: skip
    assert (made["summary"]["net_amount"], made["gross_total"]) == (236, 300)


def test_what_is_missing_unknown_or_of_a_wrong_type_is_named_by_its_path(cabinet: Cabinet) -> None:
    body = {**document(partner_id=cabinet.buyer), "colour": "red", "paid": "yes", "items": [{**item(), "vat": "9.5%"}]}
    del body["block_id"]
    answer = cabinet.ask("POST", "/documents", body)
    assert sorted(fields_of(answer)) == ["block_id", "colour", "items.0.vat", "paid"]
    assert answer.json()["message"] == "Validation errors occured."
    assert fields_of(cabinet.create(partner_id=1, block_id=1003)) == ["partner_id", "block_id"]
    assert cabinet.summary()["documents"] == 0


def test_foreign_money_needs_its_rate_and_the_bank_of_the_vendor_tells_it(cabinet: Cabinet) -> None:
    assert fields_of(cabinet.create(currency="EUR")) == ["conversion_rate"]
    told = cabinet.read("/currencies", **{"from": "EUR", "to": "HUF", "date": "2026-11-20"})
    assert (told["conversation_rate"], told["date"]) == (400, "2026-11-20")
    made = cabinet.created(currency="EUR", conversion_rate=told["conversation_rate"], items=[item(10.5)])
    assert (made["gross_total"], made["summary"]["gross_amount_local"]) == (21, 8400)
    assert cabinet.summary()["totals"] == {"EUR": "21.00"}


def test_the_vendor_id_finds_the_newest_of_equal_documents_and_404_is_none(cabinet: Cabinet) -> None:
    assert sentence(cabinet.ask("GET", "/documents/vendor/wc1-10023-invoice")) == (404, "Document not found.")
    first, second = cabinet.created(), cabinet.created()
    assert cabinet.read("/documents/vendor/wc1-10023-invoice")["id"] == second["id"]
    cabinet.switch(vendor_lookup="oldest")
    assert cabinet.read("/documents/vendor/wc1-10023-invoice")["id"] == first["id"]
    assert cabinet.summary()["per_oid"] == {"wc1-10023-invoice": 2}
    cabinet.switch(vendor_none="empty", vendor_unique=True)
    assert cabinet.read("/documents/vendor/other") == {}
    assert fields_of(cabinet.create()) == ["vendor_id"]


def test_a_young_document_may_stay_out_of_every_look_up(cabinet: Cabinet) -> None:
    cabinet.created()
    cabinet.arm("lag", times=2)
    assert cabinet.ask("GET", "/documents/vendor/wc1-10023-invoice").status_code == 404
    assert cabinet.read("/documents")["total"] == 0
    assert cabinet.read("/documents")["total"] == 1


def test_a_list_comes_in_pages_newest_first_and_knows_two_types_only(cabinet: Cabinet) -> None:
    numbers = [cabinet.created(vendor_id=f"v{index}")["invoice_number"] for index in range(3)]
    page = cabinet.read("/documents", per_page=2)
    assert [one["invoice_number"] for one in page["data"]] == [numbers[2], numbers[1]]
    assert {name: page[name] for name in ("total", "per_page", "current_page", "last_page")} == {
        "total": 3, "per_page": 2, "current_page": 1, "last_page": 2}  # fmt: skip
    assert page["prev_page_url"] is None
    rest = cabinet.get(f"{page['next_page_url']}&per_page=2", timeout=5).json()
    assert [one["invoice_number"] for one in rest["data"]] == [numbers[0]]
    assert fields_of(cabinet.ask("GET", "/documents?type=proforma")) == ["type"]
    assert fields_of(cabinet.ask("GET", "/documents?start_number=1")) == ["start_year"]
    assert fields_of(cabinet.ask("GET", "/documents?perpage=9")) == ["perpage"]


def test_filters_narrow_the_list(cabinet: Cabinet) -> None:
    cabinet.switch(today="2026-11-20")
    one = cabinet.created()
    cabinet.switch(today="2026-11-21")
    other = cabinet.created(type="proforma", comment="más", settings={})
    found = {text: [entry["id"] for entry in cabinet.ask("GET", f"/documents?{text}").json()["data"]]
             for text in ("end_date=2026-11-20", "start_date=2026-11-21", "query=RENDEL", "type=invoice",
                          f"partner_id={cabinet.buyer}", "start_number=1&start_year=2027")}  # fmt: skip
    assert found == {"end_date=2026-11-20": [one["id"]], "start_date=2026-11-21": [other["id"]],
                     "query=RENDEL": [one["id"]], "type=invoice": [one["id"]],
                     f"partner_id={cabinet.buyer}": [other["id"], one["id"]],
                     "start_number=1&start_year=2027": []}  # fmt: skip


def test_a_cancellation_has_its_own_number_and_a_second_call_makes_a_second(cabinet: Cabinet) -> None:
    made = cabinet.created()
    first = cabinet.ask("POST", f"/documents/{made['id']}/cancel", {"cancellation_reason": "vissza"})
    assert (first.status_code, first.json()["type"], first.json()["gross_total"]) == (200, "cancellation", -2540)
    read = cabinet.read(f"/documents/{made['id']}")
    assert (read["cancelled"], read["correction_type"]) == (True, "canceled")
    assert [one["id"] for one in read["related_documents"]] == [first.json()["id"]]
    assert cabinet.ask("POST", f"/documents/{made['id']}/cancel").json()["id"] != first.json()["id"]
    assert cabinet.summary()["per_kind"] == {"invoice": 1, "cancellation": 2}
    cabinet.switch(second_cancel="refuse")
    assert cabinet.ask("POST", f"/documents/{made['id']}/cancel").status_code == 400


def test_a_modification_takes_differences_or_by_setting_only_full_content(cabinet: Cabinet) -> None:
    made = cabinet.created()
    body = {"comment": "vissza [wc1/10023/refund-1]", "items": [item(quantity=-1)]}
    answer = cabinet.ask("POST", f"/documents/{made['id']}/create-modification-document", body)
    assert (answer.status_code, answer.json()["type"], answer.json()["gross_total"]) == (201, "modification", -1270)
    assert cabinet.read(f"/documents/{made['id']}")["correction_type"] == "modified"
    assert cabinet.summary()["per_oid"]["wc1/10023/refund-1"] == 1
    cabinet.switch(modification_items="full")
    again = cabinet.ask("POST", f"/documents/{made['id']}/create-modification-document", body)
    assert fields_of(again) == ["items.0.quantity"]


def test_a_proforma_becomes_invoices_without_a_vendor_id_as_often_as_asked(cabinet: Cabinet) -> None:
    proforma = cabinet.created(type="proforma")
    assert proforma["invoice_number"].startswith("D-ABC / ")
    path = f"/documents/{proforma['id']}/create-from-proforma"
    first, second = (cabinet.ask("POST", path, {"comment": "a"}).json() for _ in "ab")
    assert (first["type"], first["gross_total"], second["id"] != first["id"]) == ("invoice", 2540, True)
    related = [one["id"] for one in cabinet.read(f"/documents/{proforma['id']}")["related_documents"]]
    assert related == [first["id"], second["id"]]
    assert cabinet.read("/documents/vendor/wc1-10023-invoice")["id"] == proforma["id"]
    assert cabinet.ask("POST", f"/documents/{proforma['id']}/cancel").status_code == 400


def test_an_archived_proforma_is_gone_from_the_books(cabinet: Cabinet) -> None:
    proforma = cabinet.created(type="proforma")
    assert cabinet.ask("PUT", f"/documents/{proforma['id']}/archive").status_code == 204
    assert (cabinet.summary()["documents"], cabinet.read("/documents")["total"]) == (0, 0)
    assert cabinet.ask("POST", f"/documents/{proforma['id']}/create-from-proforma").status_code == 400
    assert cabinet.ask("PUT", f"/documents/{cabinet.created()['id']}/archive").status_code == 400


def test_a_draft_has_no_number_until_it_is_replaced_whole(cabinet: Cabinet) -> None:
    draft = cabinet.created(type="draft")
    assert (draft["invoice_number"], draft["payment_status"]) == ("", "none")
    assert "partner_id" in fields_of(cabinet.ask("PUT", f"/documents/{draft['id']}", {}))
    final = cabinet.ask("PUT", f"/documents/{draft['id']}", document(partner_id=cabinet.buyer)).json()
    assert (final["id"], final["type"], final["invoice_number"][:6]) == (draft["id"], "invoice", "ABC / ")
    assert sentence(cabinet.ask("DELETE", f"/documents/{draft['id']}")) == (403, "Only drafts can be deleted.")
    other = cabinet.created(type="draft")
    assert cabinet.ask("DELETE", f"/documents/{other['id']}").status_code == 204
    assert cabinet.ask("GET", f"/documents/{other['id']}").status_code == 404


def test_payments_are_replaced_whole_and_paid_date_tells_nothing(cabinet: Cabinet) -> None:
    cabinet.switch(today="2026-11-20")
    made = cabinet.created()
    assert (made["payment_status"], made["paid_date"]) == ("outstanding", "2026-11-20")
    path, part = f"/documents/{made['id']}/payments", {"date": "2026-11-19", "price": 540, "payment_method": "cash"}
    assert cabinet.ask("PUT", path, [part]).json() == [{**part, "voucher_number": None, "conversion_rate": None}]
    assert cabinet.read(f"/documents/{made['id']}")["payment_status"] == "partially_paid"
    for _ in "ab":
        cabinet.ask("PUT", path, [part, {**part, "price": 2000}])
    read = cabinet.read(f"/documents/{made['id']}")
    assert (read["payment_status"], read["paid_date"], len(cabinet.read(path))) == ("paid", "2026-11-19", 2)
    assert fields_of(cabinet.ask("PUT", path, [{"date": "x"}])) == ["0.price", "0.payment_method", "0.date"]
    assert cabinet.ask("DELETE", path).json() == []
    cabinet.switch(today="2031-01-01")
    assert cabinet.read(f"/documents/{made['id']}")["payment_status"] == "expired"


def test_paid_at_once_leaves_a_payment_unless_there_was_no_financial_fulfilment(cabinet: Cabinet) -> None:
    with_money = cabinet.created(paid=True)
    without = cabinet.created(paid=True, settings={"without_financial_fulfillment": True})
    assert (with_money["payment_status"], without["payment_status"]) == ("paid", "paid")
    assert [len(cabinet.read(f"/documents/{one['id']}/payments")) for one in (with_money, without)] == [1, 0]


def test_a_block_may_invoice_a_paid_proforma_by_itself(cabinet: Cabinet) -> None:
    cabinet.switch(create_invoice_from_paid_proforma=True)
    assert cabinet.read("/document-blocks?type=invoice")["data"][0]["create_invoice_from_paid_proforma"] is True
    proforma = cabinet.created(type="proforma")
    money = [{"date": "2026-11-20", "price": 2540, "payment_method": "wire_transfer"}]
    cabinet.ask("PUT", f"/documents/{proforma['id']}/payments", money)
    assert cabinet.summary()["per_kind"] == {"proforma": 1, "invoice": 1}


def test_a_pdf_is_not_there_at_first(cabinet: Cabinet) -> None:
    path = f"/documents/{cabinet.created()['id']}/download"
    first, second = cabinet.ask("GET", path), cabinet.ask("GET", path)
    assert (first.status_code, list(first.json())) == (202, ["message"])
    assert (second.status_code, second.content[:4], second.headers["Content-Type"]) == (200, b"%PDF", "application/pdf")


def test_mail_goes_out_when_asked_and_every_time(cabinet: Cabinet) -> None:
    made = cabinet.created()
    path = f"/documents/{made['id']}/send"
    assert cabinet.ask("POST", path, {}).json() == {"emails": ["vevo@example.test"]}
    assert cabinet.ask("POST", path, {"emails": ["a@example.test"]}).json() == {"emails": ["a@example.test"]}
    by_itself = cabinet.created(settings={"should_send_email": True})
    assert cabinet.summary()["emails"] == {str(made["id"]): 2, str(by_itself["id"]): 1}
    nobody = cabinet.ask("POST", "/partners", partner(emails=[])).json()["id"]
    assert fields_of(cabinet.ask("POST", f"/documents/{cabinet.created(partner_id=nobody)['id']}/send", {})) == [
        "emails"]  # fmt: skip


def test_the_tax_office_notices_a_code_without_its_reason(cabinet: Cabinet) -> None:
    bare = cabinet.created(items=[item(vat="EUK")])["online_szamla_status"]
    good = cabinet.created(items=[item(vat="EUK", entitlement="EAM")])
    unsent = cabinet.created(settings={"dont_send_to_nav_reason": "dont_send_oss"})["online_szamla_status"]
    assert (bare, good["online_szamla_status"], unsent) == ("invalid_vat_data", "done", "no_send_by_user")
    assert cabinet.read(f"/documents/{good['id']}/online-szamla")["status"] == "done"


def test_a_lost_answer_leaves_a_document_that_the_vendor_id_finds(cabinet: Cabinet) -> None:
    cabinet.arm("reset_after", path=r"/documents$")
    with pytest.raises(requests.ConnectionError):
        cabinet.create()
    assert cabinet.read("/documents/vendor/wc1-10023-invoice")["gross_total"] == 2540


def test_a_document_can_be_changed_behind_the_api(cabinet: Cabinet) -> None:
    made = cabinet.created()
    cabinet.admin("POST", f"documents/{made['id']}", {"gross_total": "1.5", "vendor_id": "B", "cancelled": True})
    read = cabinet.read("/documents/vendor/B")
    assert (read["gross_total"], read["cancelled"]) == (1.5, True)
    cabinet.admin("POST", f"documents/{made['id']}", {"deleted": True})
    assert cabinet.ask("GET", "/documents/vendor/B").status_code == 404
