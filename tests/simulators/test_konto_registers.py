"""Customers, items, uploaded files, standing orders, drafts."""

import requests

from tests.simulators.konto import KENNITALA, Account, customer, invoice, line

ORDER = {"amount": 12400, "currency": "ISK", "settlement_date": 10, "booking": "monthly", "kennitala": KENNITALA,
         "items": [line()]}  # fmt: skip


def upload(account: Account, name: str = "file") -> requests.Response:
    return requests.post(f"{account.base}/api/v1/upload-file", params=account.credentials,
                         files={name: ("a.pdf", b"%PDF-1.4")}, timeout=5)  # fmt: skip


def test_customers_are_searched_by_name_only(account: Account) -> None:
    guid = account.made("create-customer", customer())
    account.made("create-customer", customer(name="Anna", registration_no="4101692549"))
    assert [one["guid"] for one in account.read("get-customers", search="jónsson")] == [guid]
    assert account.read("get-customers", search="jon@example.test") == []
    assert (account.read("get-count-customers"), account.read("get-count-customers", search="ann")) == (2, 1)
    assert len(account.read("get-customers", limit=1, page=2)) == 1


def test_a_customer_is_found_by_kennitala_where_that_is_there(account: Account) -> None:
    guid = account.made("create-customer", customer())
    assert [one["guid"] for one in account.read("get-customers-by-kennitala", kennitala=KENNITALA)] == [guid]
    account.switch(by_kennitala=False)
    assert account.ask("get-customers-by-kennitala", kennitala=KENNITALA).status_code == 404


def test_a_customer_is_changed_in_part(account: Account) -> None:
    guid = account.made("create-customer", customer())
    assert account.made("update-customer", {"city": "Akureyri"}, guid=guid) == guid
    after = account.read("get-customer", guid=guid)
    assert (after["city"], after["name"]) == ("Akureyri", "Jón Jónsson")
    assert account.refused(account.give("update-customer", {"lang": "de"}, guid=guid)).startswith("lang must be")
    assert account.refused(account.ask("get-customer", guid="x")) == "Customer not found"


def test_an_item_of_the_register_completes_a_line(account: Account) -> None:
    guid = account.made("create-item", {"description": "Mug", "uom": "C62", "tax": "S", "unit_price": "5000"})
    made = account.created(items=[{"guid": guid, "qty": 2}])
    assert (made["items"][0]["unit_price"], made["items"][0]["guid"]) == (5000, guid)
    account.made("update-item", {"unit_price": 6000}, guid=guid)
    assert account.created(amount=14880, items=[{"guid": guid, "qty": 2}])["amount"] == 14880
    priceless = account.give("create-item", {"description": "x", "uom": "C62", "tax": "S"})
    assert account.refused(priceless) == "unit_price is required"


def test_an_uploaded_file_has_a_number_that_an_invoice_may_name(account: Account) -> None:
    ident = upload(account).json()["result"]
    assert isinstance(ident, int)
    assert account.made("create-invoice", invoice(files=f"{ident}"))
    assert account.refused(upload(account, "document")) == "file is required"


def test_standing_orders_make_invoices_when_their_day_comes(account: Account) -> None:
    guid = account.made("create-order-invoice", ORDER)
    made = account.admin("POST", f"generate/{guid}")["guid"]
    rows = account.read("get-invoices-from-order", guid=guid)
    assert [(row["guid"], row["number"], row["amount"]) for row in rows] == [(made, "1001", 12400)]
    assert account.made("update-order-invoice", {"booking": "yearly"}, guid=guid) == guid
    account.admin("POST", f"generate/{guid}")
    assert [one["booking"] for one in account.read("get-invoices")] == ["monthly", "yearly"]
    assert account.give("delete-order-invoice", guid=guid).json()["status"] is True
    assert account.refused(account.ask("get-invoices-from-order", guid=guid)) == "Order not found"


def test_a_standing_order_wants_days_and_not_a_date(account: Account) -> None:
    wrong = account.give("create-order-invoice", {**ORDER, "settlement_date": "2026-11-30"})
    assert account.refused(wrong) == "settlement_date must be an integer"


def test_a_draft_is_saved_and_stays_so(account: Account) -> None:
    guid = account.made("create-draft-invoice", invoice())
    assert account.read("get-invoice", guid=guid)["status"] == "Saved"
    assert account.summary()["emails"] == {}
    account.switch(drafts=False)
    assert account.give("create-draft-invoice", invoice()).status_code == 404


def test_an_invoice_mailed_for_choice_answers_no_guid(account: Account) -> None:
    sale = {name: value for name, value in invoice().items() if name not in ("customer", "save")}
    answer = account.give("create-save-invoice", {**sale, "create_type": "email", "email": "a@example.test"}).json()
    assert (answer["status"], answer["result"]) == (True, None)
    assert account.read("get-count-invoices") == 1
    unnamed = account.give("create-save-invoice", {**sale, "create_type": "user"})
    assert account.refused(unnamed) == "kennitala is required"


def test_nothing_but_accounting_changes_in_an_invoice(account: Account) -> None:
    guid = account.created()["guid"]
    account.made("update-invoice", {"accounting_status": "Posted"}, guid=guid)
    assert account.read("get-invoices", accounting_status="Created,Error") == []
    assert account.read("get-count-invoices", accounting_status="Posted") == 1
    assert account.refused(account.give("update-invoice", {"amount": 1}, guid=guid)) == "amount unknown field"
