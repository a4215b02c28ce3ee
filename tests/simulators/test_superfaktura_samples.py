"""The vendor's examples and its client's fixtures go first: same keys, same types, refusals word for word.

The samples are of public origin and no part of the project: they are read from ../shared beside the repository.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.conftest import SAMPLES
from tests.simulators.superfaktura import Ledger, item

FOLDER = SAMPLES / "superfaktura"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"recorded samples are not here: {FOLDER}")

# What stands in for pictures and settings of the interface, which Billhook neither sends nor reads.
ASIDE = ("Logo", "LogoRaw", "Signature", "SignatureRaw", "PaymentLink", "summary_bg_color", "AccountingDetail")
# The request of the vendor's long example (invoice.md, "Add invoice"), by its figures.
LONG = {
    "Invoice": {"name": "Test API", "bank_accounts": [{"bank_name": "New Bank", "iban": "SK00", "swift": "12345"}],
                "issued_by": "John Doe", "issued_by_email": "john@d.oe", "issued_by_phone": "+9999999",
                "issued_by_web": "https://superfaktura.sk", "discount": 10, "header_comment": "Header comment",
                "internal_comment": "Internal comment", "invoice_currency": "EUR", "rounding": "item_ext",
                "specific": "123456", "type": "proforma", "variable": "VS87654", "created": "2019-02-28"},
    "InvoiceItem": [{"description": "description of item 1", "name": "item 1", "tax": 20, "unit_price": 10,
                     "AccountingDetail": {"place": "Slovakia", "order": "PLA", "type": "item"}}],
    "Client": {"name": "Company name", "ico": "46655034", "comment": "Client comment", "update_addressbook": 1,
               "iban": "XX00000000001", "swift": "98765"},
    "InvoiceSetting": {"language": "eng", "signature": True, "payment_info": True, "bysquare": True, "paypal": True},
    "InvoiceExtra": {"pickup_point_id": 23},
    "MyData": {"city": "Prague", "company_name": "MyData Inc.", "country_id": 191},
}  # fmt: skip


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(), parse_float=Decimal)


def types(expected: Any, found: Any, place: str = "") -> list[str]:
    """Where keys are missing or a value is of another kind; a null on either side says nothing, numbers are alike."""
    if isinstance(expected, dict) and isinstance(found, dict):
        wanted = {name: value for name, value in expected.items() if name not in ASIDE}
        missing = [f"{place}.{name} is missing" for name in wanted if name not in found]
        deeper = [types(value, found[name], f"{place}.{name}") for name, value in wanted.items() if name in found]
        return missing + [problem for problems in deeper for problem in problems]
    if isinstance(expected, list) and isinstance(found, list):
        pairs = zip(expected[:1], found[:1], strict=False)
        return [problem for one, other in pairs for problem in types(one, other, f"{place}[]")]
    if expected is None or found is None or kind(expected) == kind(found):
        return []
    return [f"{place} is {kind(found)}, documented {kind(expected)}"]


def kind(value: Any) -> str:
    """A sum is written 12 or 10.8 as it comes: one kind."""
    counts = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return "number" if counts else type(value).__name__


def test_the_vendors_long_example_gets_the_documented_answer(slovak: Ledger) -> None:
    expected = read("docs-invoice__add-invoice--successful-addition")
    slovak.switch(today="2019-02-28")
    answer = slovak.form("/invoices/create", LONG).json()
    assert types(expected, answer) == []
    mine, theirs = answer["data"], expected["data"]
    same = ("amount", "vat", "paid", "discount", "rounding", "status", "type", "variable", "specific", "issued_by",
            "deposit", "home_currency", "invoice_currency", "exchange_rate", "header_comment", "demo")  # fmt: skip
    assert {name: mine["Invoice"][name] for name in same} == {name: theirs["Invoice"][name] for name in same}
    assert (mine["0"], json.dumps(mine["Summary"])) == (theirs["0"], json.dumps(in_order(theirs, mine)))
    prices = ("quantity", "tax", "unit_price", "unit_price_vat", "item_price", "item_price_vat", "discount", "sku")
    assert [mine["InvoiceItem"][0][name] for name in prices] == [theirs["InvoiceItem"][0][name] for name in prices]


def in_order(theirs: dict[str, Any], mine: dict[str, Any]) -> dict[str, Any]:
    return {name: json.loads(json.dumps(theirs["Summary"][name], default=float)) for name in mine["Summary"]}


@pytest.mark.parametrize(("name", "path"), [
    ("docs-invoice__get-invoice-detail--success", "/invoices/view/1.json"),
    ("docs-invoice__get-invoices-details--success", "/invoices/getInvoiceDetails/1"),
    ("docs-invoice__get-list-of-invoices", "/invoices/index.json/listinfo:1"),
    ("apiclient-invoice__list", "/invoices/index.json/listinfo:1/per_page:2"),
    ("apiclient-invoice__detail-multiple", "/invoices/getInvoiceDetails/1,2"),
    ("apiclient-invoice__detail-single", "/invoices/view/1.json"),
    ("docs-clients__get-client-list--with-info-listing", "/clients/index.json/listinfo:1"),
    ("docs-clients__get-client-list--get-all-the-clients", "/clients/index.json"),
    ("docs-clients__view-client-detail", "/clients/view/1"), ("apiclient-client__client", "/clients/view/1"),
    ("apiclient-client__clients", "/clients/index.json/listinfo:1"),
    ("docs-value-lists__country-list--advanced-example", "/countries/index/view_full:1"),
    ("apiclient-country__list", "/countries/index/view_full:1"), ("docs-value-lists__logos", "/users/logo"),
    ("apiclient-bankaccount__multiple-bank-accounts", "/bank_accounts/index"),
    ("docs-other__get-user-companies-data--successful-response", "/users/getUserCompaniesData"),
])  # fmt: skip
def test_a_documented_answer_to_a_read_has_its_keys_and_types(slovak: Ledger, name: str, path: str) -> None:
    for _ in "ab":
        slovak.created([item("10", tax=20, quantity=1)], rounding="item")
    answer = slovak.ask("GET", path)
    assert (answer.status_code, types(read(name), answer.json())) == (200, [])


def test_a_documented_invoice_has_its_figures(slovak: Ledger) -> None:
    expected = read("docs-invoice__get-invoice-detail--success")
    slovak.created([item("10", name="item 1", tax=20, quantity=1)], rounding="item", created="2050-01-01")
    answer = slovak.ask("GET", "/invoices/view/1.json").json()
    same = ("amount", "vat", "paid", "amount_paid", "status", "flag", "type", "rounding", "discount", "due")
    wanted = {name: expected["Invoice"][name] for name in same} | {"due": "2050-01-15"}
    assert {name: answer["Invoice"][name] for name in same} == wanted
    assert (answer["0"], answer["Summary"]) == (expected["0"], expected["Summary"])
    assert (answer["SummaryInvoice"], answer["InvoicePayment"]) == (expected["SummaryInvoice"], [])
    prices = [name for name in expected["InvoiceItem"][0] if "price" in name or name in ("quantity", "tax", "discount")]
    assert {name: answer["InvoiceItem"][0][name] for name in prices} == {
        name: expected["InvoiceItem"][0][name] for name in prices}  # fmt: skip


def test_number_series_are_told_by_type(slovak: Ledger) -> None:
    expected, answer = read("docs-value-lists__sequences"), slovak.ask("GET", "/sequences/index.json").json()
    for name in set(expected) - {"cash_register_in", "cash_register_out", "expense"}:
        assert types(expected[name], answer[name], name) == []
        assert (answer[name][0]["mask"], answer[name][0]["id"]) == (expected[name][0]["mask"], expected[name][0]["id"])


def test_a_payment_is_answered_as_documented(slovak: Ledger) -> None:
    slovak.created([item("10", tax=20)])
    payment = {"invoice_id": 1, "payment_type": "cash", "amount": 12, "created": "2050-01-01", "currency": "EUR"}
    answer = slovak.form("/invoice_payments/add/ajax:1/api:1", {"InvoicePayment": payment})
    assert answer.json() == read("docs-invoice__pay-invoice--successfully-added-payment")
    assert answer.json() == read("apiclient-payment__pay-success")
    again = slovak.form("/invoice_payments/add/ajax:1/api:1", {"InvoicePayment": {"invoice_id": 1}})
    expected = read("docs-invoice__pay-invoice--adding-payment-to-already-fully-paid-invoice")
    assert (again.status_code, again.json()) == (200, expected)
    gone = slovak.ask("GET", "/invoice_payments/delete/1").json()
    assert gone == read("docs-invoice__delete-invoice-payment--successful-deletion")


def test_a_mail_is_answered_as_documented(slovak: Ledger) -> None:
    slovak.created()
    email = {"bcc": ["foo@example.com"], "body": "api body", "cc": ["bar@example.com"], "invoice_id": 1,
             "pdf_language": "deu", "subject": "api subject", "to": "john.doe@example.com"}  # fmt: skip
    answer = slovak.ask("POST", "/invoices/send", {"Email": email}).json()
    assert answer == read("docs-invoice__send-invoice-via-mail--sent-with-cc")
    plain = slovak.ask("POST", "/invoices/send", {"Email": {"invoice_id": 1, "to": "john.doe@example.com"}}).json()
    assert types(read("docs-invoice__send-invoice-via-mail--successfully-sent"), plain) == []


def test_changes_are_answered_as_documented(slovak: Ledger) -> None:
    slovak.form("/invoices/create", LONG)
    made = [slovak.created() for _ in "ab"]
    edited = slovak.form("/invoices/edit", {"Invoice": {"id": 1, "discount": 5}}).json()
    expected = read("docs-invoice__edit-invoice--successfully-edited")
    assert types(expected, edited) == []
    assert (edited["data"]["0"], edited["data"]["Invoice"]["amount"]) == (expected["data"]["0"], "9.50")
    linked = slovak.form("/invoices/addRelatedItem", {"parent_id": 1, "parent_type": "invoice", "child_id": 2,
                                                      "child_type": "invoice"}).json()  # fmt: skip
    assert types(read("docs-invoice__add-related-item--successful-linking-of-documents"), linked) == []
    short = read("apiclient-relateddocument__link-success")["data"]["RelatedItem"]
    assert types(short, linked["data"]["RelatedItem"]) == []
    unlinked = slovak.ask("GET", f"/invoices/deleteRelatedItem/{linked['data']['RelatedItem']['id']}").json()
    assert unlinked == read("docs-invoice__delete-related-item--successful-removal")
    ident = made[1]["InvoiceItem"][0]["id"]
    gone = slovak.ask("GET", f"/invoice_items/delete/{ident}/invoice_id:3").json()
    emptied = read("docs-invoice__delete-invoice-item--successful-deletion")
    assert (types(emptied, gone), gone["data"]["Invoice"]["amount"]) == ([], emptied["data"]["Invoice"]["amount"])
    given_up = slovak.ask("GET", "/invoices/will_not_be_paid/3").json()
    assert types(read("docs-invoice__set-invoice-as-will-not-be-paid--successfully-marked"), given_up) == []


def test_contacts_and_tags_are_answered_as_documented(slovak: Ledger) -> None:
    made = slovak.ask("POST", "/clients/create", {"Client": {"name": "Jozef Mrkvicka", "ico": "12345678"}}).json()
    assert types(read("docs-clients__create-client--successful-addition__200"), made) == []
    assert types(read("apiclient-client__create")["Client"]["name"], made["data"]["Client"]["name"]) == []
    changed = slovak.ask("PATCH", "/clients/edit/1", {"Client": {"city": "Nitra"}}).json()
    assert changed == read("docs-clients__attributes--successful-update__200")
    assert slovak.ask("GET", "/clients/view/1").json()["Client"]["city"] == "Nitra"
    assert slovak.ask("GET", "/clients/delete/1").json() == read("docs-clients__attributes--successful-deletion__200")
    tag = slovak.form("/tags/add", {"name": "fizz"}).json()
    assert tag == read("apiclient-tag__save-success")
    assert slovak.ask("GET", "/tags/index.json").json() == {"1": "fizz"}


REFUSALS: dict[str, tuple[str, str, Any]] = {
    "docs-invoice__get-invoice-detail--wrong-invoice": ("GET", "/invoices/view/9.json", None),
    "docs-invoice__delete-invoice--wrong-id__404": ("GET", "/invoices/delete/9", None),
    "docs-invoice__delete-invoice--successful-deletion": ("GET", "/invoices/delete/1", None),
    "docs-invoice__edit-invoice--wrong-invoice": ("POST", "/invoices/edit", {"Invoice": {"id": 9}}),
    "docs-invoice__edit-invoice--wrong-id-format": ("POST", "/invoices/edit", {"Invoice": {"id": "x"}}),
    "docs-invoice__edit-invoice--bad-data": ("POST", "/invoices/edit", {}),
    "docs-invoice__add-invoice--missing-required-data": ("POST", "/invoices/create", {"Invoice": {"name": "x"}}),
    "apiclient-invoice__missing-client-data": ("POST", "/invoices/create", {"InvoiceItem": [{"name": "x"}]}),
    "apiclient-invoice__invalid-currency":
        ("POST", "/invoices/create", {"Invoice": {"invoice_currency": "XXX"}, "Client": {"name": "x"}}),
    "docs-invoice__pay-invoice--invalid-id":
        ("POST", "/invoice_payments/add/ajax:1/api:1", {"InvoicePayment": {"invoice_id": 9}}),
    "docs-invoice__pay-invoice--paying-invalid-invoice-type":
        ("POST", "/invoice_payments/add/ajax:1/api:1", {"InvoicePayment": {"invoice_id": 2}}),
    "docs-invoice__delete-invoice-payment--payment-not-found": ("GET", "/invoice_payments/delete/9", None),
    "docs-invoice__delete-invoice-payment--invalid-id": ("GET", "/invoice_payments/delete/x", None),
    "docs-invoice__delete-invoice-item--invalid-request": ("GET", "/invoice_items/delete/1/invoice_id:9", None),
    "docs-invoice__delete-invoice-item--error-while-deleting": ("GET", "/invoice_items/delete/9/invoice_id:1", None),
    "docs-invoice__send-invoice-via-mail--invoice-not-found":
        ("POST", "/invoices/send", {"Email": {"invoice_id": 9, "to": "a@example.test"}}),
    "docs-invoice__send-invoice-via-mail--invalid-recipient-email-address":
        ("POST", "/invoices/send", {"Email": {"invoice_id": 1, "to": "a@example"}}),
    "docs-invoice__mark-invoice-as-sent-via-email--successfully-marked":
        ("POST", "/invoices/mark_as_sent",
         {"InvoiceEmail": {"invoice_id": 1, "email": "user@example.com", "subject": "subject", "message": "hello"}}),
    "docs-invoice__mark-invoice-as-sent-via-email--invalid-data":
        ("POST", "/invoices/mark_as_sent", {"InvoiceEmail": {"invoice_id": 1}}),
    "docs-invoice__mark-invoice-as-sent-via-email--invalid-invoice-id":
        ("POST", "/invoices/mark_as_sent",
         {"InvoiceEmail": {"invoice_id": 9, "email": "user@example.com", "subject": "subject", "message": "hello"}}),
    "docs-invoice__mark-invoice-as-sent-via-email--wrong-http-method": ("GET", "/invoices/mark_as_sent", None),
    "docs-invoice__mark-invoice-as-sent--successfully-marked": ("GET", "/invoices/mark_sent/1", None),
    "docs-invoice__mark-invoice-as-sent--wrong-invoice": ("GET", "/invoices/mark_sent/9", None),
    "docs-invoice__set-invoice-language--successfully-changed-language":
        ("GET", "/invoices/setinvoicelanguage/1/lang:deu", None),
    "docs-invoice__set-invoice-language--invalid-language": ("GET", "/invoices/setinvoicelanguage/1/lang:xxx", None),
    "apiclient-invoice__change-language-insufficient-permissions":
        ("GET", "/invoices/setinvoicelanguage/9/lang:deu", None),
    "docs-invoice__set-invoice-as-will-not-be-paid--wrong-invoice": ("GET", "/invoices/will_not_be_paid/9", None),
    "docs-invoice__add-related-item--invalid-data": ("POST", "/invoices/addRelatedItem", {"parent_id": 1}),
    "docs-invoice__add-related-item--invalid-id":
        ("POST", "/invoices/addRelatedItem",
         {"parent_id": 9, "parent_type": "invoice", "child_id": 1, "child_type": "invoice"}),
    "docs-clients__create-client--bad-data-format__400": ("POST", "/clients/create", {"Client": 1}),
    "docs-clients__create-client--missing-required-data__200": ("POST", "/clients/create", {"Client": {"city": "x"}}),
    "docs-clients__view-client-detail--client-not-found__404": ("GET", "/clients/view/9", None),
    "docs-clients__attributes--bad-data-format__400": ("PATCH", "/clients/edit/1", {"Client": 1}),
    "docs-clients__attributes--client-not-found__404": ("PATCH", "/clients/edit/9", {"Client": {"city": "x"}}),
    "docs-clients__attributes--deleting-contact-with-issued-invoices__403": ("GET", "/clients/delete/1", None),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_a_documented_short_answer_is_given_word_for_word(slovak: Ledger, name: str) -> None:
    slovak.created()
    slovak.created(type="estimate")
    method, path, body = REFUSALS[name]
    answer = slovak.ask(method, path, body)
    status = name.rpartition("__")[2]
    assert (answer.status_code, answer.json()) == (int(status) if status.isdigit() else answer.status_code, read(name))
    if not status.isdigit() and "wrong-invoice" not in name:
        assert answer.status_code == 200


def test_wrong_dates_and_no_items_are_refused_as_recorded(slovak: Ledger) -> None:
    expected = read("apiclient-invoice__invalid-dates")
    answer = slovak.create(created="x", delivery="y").json()
    assert (answer["error"], answer["error_message"]) == (expected["error"], expected["error_message"])
    nothing, told = slovak.create([]).json(), read("apiclient-invoice__zero-invoice-items")
    assert (nothing["error"], nothing["error_message"]) == (told["error"], told["error_message"])
    assert nothing["error_data"]["Invoice"]["id"] == told["error_data"]["Invoice"]["id"] == 0


def test_who_may_not_create_is_told_so_word_for_word(slovak: Ledger) -> None:
    slovak.switch(role="no_create")
    answer = slovak.create()
    expected = read("docs-invoice__add-invoice--insufficient-privileges__403")
    assert (answer.status_code, answer.json()) == (403, expected)
    assert expected == read("apiclient-invoice__insufficient-permissions")


def test_every_sample_is_used_or_named_as_not_applicable() -> None:
    """Rights on single records and moves of bank accounts are not simulated; some samples are another's twin."""
    here = Path(__file__).read_text()
    aside = ("insufficient", "bank-account-moves", "get-list-of-your-accounts", "bankaccount__not-found",
             "error-during", "deleting-locked", "any-other-problem", "unsuccessful-deletion", "apiclient-client__",
             "missing-data", "not-found__404_2", "invoice__regular", "attributes--required", "tag__all",
             "simple-example")  # fmt: skip
    names = [path.stem for path in FOLDER.glob("*.json")]
    assert [name for name in names if name not in here and not any(part in name for part in aside)] == []
