"""The recordings and the vendor's examples go first: what was sent is accepted, what came back has the same shape.

The samples are of public origin and no part of the project: they are read from ../shared beside the repository.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.simulators.conftest import SAMPLES
from tests.simulators.fakturoid import API, Books, line

FOLDER = SAMPLES / "fakturoid"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"recorded samples are not here: {FOLDER}")

# Not compared: answers of API v1 and v2, which are switched off (rec-jarovo__account, _invoice_9, _subject*,
# ruby-fixture__invoice, ruby-fixture__subjects), and generators and stock, which Billhook does not use.
MONEY = ("subtotal", "total", "native_subtotal", "native_total", "remaining_amount", "remaining_native_amount")
RECORDED = FOLDER / "rec-jarovo__invoices.json"


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(), parse_float=Decimal)


def recorded() -> list[dict[str, Any]]:
    documents = list(json.loads(RECORDED.read_text())) if RECORDED.is_file() else []
    for document in documents:
        for rate in document["vat_rates_summary"]:
            rate["native_vat"] = rate["native_vat"] or "0.0"  # one recording of ten, the oldest, has a bare 0 there
    return documents


def as_sent(document: dict[str, Any], contact: int) -> dict[str, Any]:
    """The request that must have made a recorded document."""
    same = ("due", "issued_on", "payment_method", "currency", "exchange_rate", "language", "vat_price_mode", "note")
    given = {name: document[name] for name in same} | {"subject_id": contact}
    lines = [{name: entry[name] for name in ("name", "quantity", "unit_name", "unit_price", "vat_rate")}
             for entry in document["lines"]]  # fmt: skip
    return {**given, "document_type": document["document_type"], "lines": lines}


def types(expected: Any, found: Any, place: str = "") -> list[str]:
    """Where keys are missing or a value has another type; a null on either side says nothing."""
    if isinstance(expected, dict) and isinstance(found, dict):
        missing = [f"{place}.{name} is missing" for name in expected if name not in found]
        deeper = [types(value, found[name], f"{place}.{name}") for name, value in expected.items() if name in found]
        return missing + [problem for problems in deeper for problem in problems]
    if isinstance(expected, list) and isinstance(found, list):
        pairs = zip(expected[:1], found[:1], strict=False)
        return [problem for one, other in pairs for problem in types(one, other, f"{place}[]")]
    if expected is None or found is None or type(expected) is type(found):
        return []
    return [f"{place} is {type(found).__name__}, recorded {type(expected).__name__}"]


@pytest.mark.parametrize("document", recorded(), ids=lambda document: document["number"])
def test_a_recorded_document_comes_out_with_its_keys_types_and_figures(czech: Books, document: dict[str, Any]) -> None:
    if document["document_type"] == "final_invoice":
        pytest.skip("issued by Fakturoid itself: see the test of the recorded pair")
    czech.switch(today=document["issued_on"])
    answer = czech.created(**as_sent(document, czech.contact))
    assert types(document, answer) == []
    figures = (*MONEY, "vat_rates_summary", "due_on", "taxable_fulfillment_due", "exchange_rate", "eet_records")
    assert {name: answer[name] for name in figures} == {name: document[name] for name in figures}
    shown = ("unit_price", "unit_price_without_vat", "unit_price_with_vat", "total_price_without_vat", "total_vat",
             "native_total_price_without_vat", "native_total_vat", "vat_rate", "quantity", "inventory")  # fmt: skip
    for mine, theirs in zip(answer["lines"], document["lines"], strict=True):
        assert {name: mine[name] for name in shown} == {name: theirs[name] for name in shown}


def test_the_recorded_pair_of_a_paid_proforma_and_its_invoice(czech: Books) -> None:
    pair = {document["document_type"]: document for document in recorded() if document["related_id"]}
    invoice, proforma = pair["final_invoice"], pair["proforma"]
    czech.switch(today=proforma["issued_on"])
    sent = czech.created(**as_sent(proforma, czech.contact), custom_id="ours")
    czech.ask("POST", f"/invoices/{sent['id']}/payments.json", {})
    paid, made = czech.read(sent["id"]), czech.listed(document_type="regular")[0]
    assert (paid["related_id"], made["related_id"], made["custom_id"]) == (made["id"], sent["id"], None)
    assert types(invoice, made) == types(proforma, paid) == []
    same = (*MONEY, "status", "paid_on", "document_type", "show_already_paid_note_in_pdf", "variable_symbol",
            "proforma_followup_document")  # fmt: skip
    for mine, theirs in ((made, invoice), (paid, proforma)):
        expected = {name: theirs[name] for name in same} | {"variable_symbol": sent["variable_symbol"]}
        assert {name: mine[name] for name in same} == expected


def test_a_recorded_payment_leaves_the_remaining_amount_alone(czech: Books) -> None:
    document = next(document for document in recorded() if document["number"] == "2025-0006")
    czech.switch(today=document["paid_on"])
    made = czech.created(**as_sent(document, czech.contact))
    payment = czech.ask("POST", f"/invoices/{made['id']}/payments.json", {})
    paid = czech.read(made["id"])
    assert (payment.status_code, types(document["payments"][0], payment.json())) == (201, [])
    assert (payment.json()["amount"], payment.json()["native_amount"]) == ("155.0", "3402.25")
    assert (paid["status"], paid["remaining_amount"], len(paid["payments"])) == ("paid", "155.0", 1)


def test_the_recorded_list_is_in_the_same_order(czech: Books) -> None:
    wanted = [document for document in recorded() if document["document_type"] != "final_invoice"]
    for document in reversed(wanted):
        czech.created(**as_sent(document, czech.contact), number=document["number"])
    assert [document["number"] for document in czech.listed()] == [document["number"] for document in wanted]


def test_the_token_is_answered_as_recorded(czech: Books) -> None:
    expected = read("rec-jarovo__token.json")
    given = read("docs-authorization__client-credentials-flow.json")
    auth = ("simulator-id", "simulator-secret")
    for how in ({"json": given}, {"data": given}):
        answer = requests.post(f"{czech.base}{API}/oauth/token", auth=auth, timeout=5, **how)
        assert {**answer.json(), "access_token": "REDACTED"} == expected


def test_the_browsers_way_to_a_token_goes_as_documented(czech: Books) -> None:
    given = read("docs-authorization__authorization-code-flow.json")
    asked = {"client_id": "simulator-id", "response_type": "code", "state": "abcd1234",
             "redirect_uri": given["redirect_uri"]}  # fmt: skip
    back = czech.get(f"{czech.base}{API}/oauth", params=asked, allow_redirects=False, timeout=5).headers["Location"]
    code = back.split("code=")[1].split("&")[0]

    def ask(place: str, body: dict[str, Any]) -> requests.Response:
        return requests.post(f"{czech.base}{API}/oauth/{place}", json=body, auth=("simulator-id", "simulator-secret"),
                             timeout=5)  # fmt: skip

    first = ask("token", {**given, "code": code}).json()
    assert set(first) == set(read("docs-authorization__authorization-code-flow__200.json"))
    assert ask("token", {**given, "code": code}).json()["error"] == "invalid_grant"
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert set(ask("token", again).json()) == set(read("docs-authorization__authorization-code-flow__200_2.json"))
    assert ask("token", again).status_code == ask("revoke", {"token": first["refresh_token"]}).status_code == 200
    assert ask("token", again).json()["error"] == "invalid_grant"


REFUSALS = {
    "docs-invoices__create-invoice__422.json": ("POST", "/invoices.json", {"number": "invalid"}),
    "docs-invoices__update-invoice__422.json": ("PATCH", "/invoices/{id}.json", {"number": "invalid"}),
    "docs-invoice-payments__create-payment__422.json": ("POST", "/invoices/{id}/payments.json", {"amount": ""}),
    "docs-invoices__invoice-actions--response-if-action-cannot-be-fired__422.json":
        ("POST", "/invoices/{locked}/fire.json?event=lock", None),
    "docs-invoices__update-invoice--response-if-document-is-locked__403.json":
        ("PATCH", "/invoices/{locked}.json", {"note": "n"}),
    "docs-invoices__delete-invoice--response-if-invoice-cannot-be-deleted__422.json":
        ("DELETE", "/invoices/{locked}.json", None),
    "docs-invoice-payments__create-payment--response-if-invoice-is-already-paid__403.json":
        ("POST", "/invoices/{paid}/payments.json", {}),
    "docs-invoice-payments__create-tax-document--response-if-tax-document-cannot-be-created__422.json":
        ("POST", "/invoices/{paid}/payments/{payment}/create_tax_document.json", None),
    "docs-invoice-payments__delete-invoice-payment--response-if-payment-cannot-be-deleted__403.json":
        ("DELETE", "/invoices/{cancelled}/payments/1.json", None),
    "docs-invoice-messages__create-message__422.json":
        ("POST", "/invoices/{id}/message.json", {"email": "bad@email", "email_copy": "", "subject": "s"}),
    "docs-subjects__create-subject__422.json": ("POST", "/subjects.json", {"name": ""}),
    "docs-subjects__delete-subject--response-if-subject-cannot-be-deleted__422.json":
        ("DELETE", "/subjects/{contact}.json", None),
    "docs-webhooks__create-webhook__422.json":
        ("POST", "/webhooks.json", {"webhook_url": "https://example.com/webhook", "events": []}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS, ids=lambda name: name.removeprefix("docs-").removesuffix(".json")[:60])
def test_a_documented_refusal_is_given_word_for_word(czech: Books, name: str) -> None:
    here = {kind: czech.created()["id"] for kind in ("id", "locked", "paid", "cancelled")}
    payment = czech.ask("POST", f"/invoices/{here['paid']}/payments.json", {}).json()["id"]
    assert czech.ask("POST", f"/invoices/{here['locked']}/fire.json?event=lock").status_code == 204
    assert czech.ask("POST", f"/invoices/{here['cancelled']}/fire.json?event=cancel").status_code == 204
    method, path, body = REFUSALS[name]
    answer = czech.ask(method, path.format(**here, payment=payment, contact=czech.contact), body)
    assert (f"__{answer.status_code}.json" in name, answer.json()) == (True, read(name))


@pytest.mark.parametrize(("setting", "name"), [
    ("free_plan", "docs-invoice-messages__create-message--response-if-account-is-on-free-plan__403.json"),
    ("disabled", "docs-invoice-messages__create-message--response-if-sending-is-disabled-due-to-spam-__403.json"),
    ("quota_exhausted", "docs-invoice-messages__create-message--response-if-daily-delivery-quota-is-reached__403.json"),
])  # fmt: skip
def test_a_documented_refusal_to_mail_is_given_word_for_word(czech: Books, setting: str, name: str) -> None:
    czech.switch(email=setting)
    answer = czech.ask("POST", f"/invoices/{czech.created()['id']}/message.json", {})
    assert (answer.status_code, answer.json()) == (403, read(name))
    assert czech.admin("GET", "/summary")["emails"] == {}


def test_accounts_that_cannot_invoice_are_told_so_as_documented(czech: Books) -> None:
    czech.switch(bank_account=False)
    expected = read("docs-invoices__create-invoice--response-if-no-bank-account-is-present__403.json")
    told = czech.create()
    assert (told.status_code, types(expected, told.json())) == (403, [])
    assert told.json()["errors"]["bank_account"][0].startswith("Please set up a bank account in your Fakturoid account")
    czech.switch(blocked=True)
    blocked = czech.create()
    assert (blocked.status_code, types(read("ruby-fixture__blocked_account.json"), blocked.json())) == (402, [])


def test_the_documented_requests_are_accepted(czech: Books) -> None:
    invoice = read("docs-invoices__create-invoice.json")
    made = czech.created(**{**invoice, "subject_id": czech.contact})
    assert (made["custom_id"], made["due_on"], made["total"]) == ("1234", "2023-12-10", "48400.0")
    subject = czech.ask("POST", "/subjects.json", read("docs-subjects__create-subject.json"))
    assert (subject.status_code, "Location" in subject.headers) == (201, True)
    change = read("docs-subjects__update-subject.json")
    assert czech.ask("PATCH", f"/subjects/{subject.json()['id']}.json", change).json()["city"] == "Praha"
    assert czech.ask("POST", f"/invoices/{made['id']}/message.json",
                     read("docs-invoice-messages__create-message.json")).status_code == 204  # fmt: skip
    paid = czech.ask(
        "POST", f"/invoices/{made['id']}/payments.json", read("docs-invoice-payments__create-payment.json")
    )
    assert (paid.status_code, paid.json()["amount"]) == (201, "48400.0")
    assert types(read("docs-invoice-payments__create-payment__201.json"), paid.json()) == []


def test_the_documented_answers_have_their_keys(czech: Books) -> None:
    hook = czech.ask("POST", "/webhooks.json", read("docs-webhooks__create-webhook.json"))
    assert (hook.status_code, types(read("docs-webhooks__create-webhook__201.json"), hook.json())) == (201, [])
    changed = czech.ask("PATCH", f"/webhooks/{hook.json()['id']}.json", read("docs-webhooks__update-webhook.json"))
    assert (changed.json()["active"], types(read("docs-webhooks__update-webhook__200.json"), changed.json())) == (
        False,
        [],
    )
    account = czech.ask("GET", "/account.json").json()
    assert types(read("docs-account__account-detail__200.json"), account) == []
    user = czech.get(f"{czech.base}{API}/user.json", timeout=5).json()
    assert types(read("docs-users__current-user__200.json"), user) == []


def test_the_documented_line_is_answered(czech: Books) -> None:
    wanted = {name: value for name, value in read("docs-invoices__lines--line-example.json").items()
              if name not in ("id", "inventory")}  # fmt: skip
    sent = {"name": "Disk 2TB", "quantity": "2.0", "unit_name": "ks", "unit_price": "1000.0", "vat_rate": 21}
    answered = czech.created(lines=[sent])["lines"][0]
    assert {name: answered[name] for name in wanted} == wanted
    gross = czech.created(vat_price_mode="from_total_with_vat", lines=[{**sent, "unit_price": "1210.0"}])["lines"][0]
    assert {name: gross[name] for name in wanted} == wanted


def test_a_line_is_deleted_as_documented_and_one_without_an_id_is_added_again(czech: Books) -> None:
    made = czech.created(lines=[line("100"), line("200")])
    gone = {**read("docs-invoices__lines--delete-line.json"), "id": made["lines"][0]["id"]}
    assert czech.ask("PATCH", f"/invoices/{made['id']}.json", {"lines": [gone]}).json()["subtotal"] == "200.0"
    again = czech.ask("PATCH", f"/invoices/{made['id']}.json", {"lines": [line("200")]}).json()
    assert (again["subtotal"], len(again["lines"])) == ("400.0", 2)


def test_every_sample_is_used_or_named_as_not_applicable() -> None:
    here = Path(__file__).read_text()
    aside = ("generator", "inventory_items", "rec-jarovo__account", "rec-jarovo__invoice_9", "rec-jarovo__subject",
             "ruby-fixture__invoice", "ruby-fixture__subjects", "how-to-use-access-token", "body-attributes",
             "request-with-invalid-data", "error-handling", "update-webhook__422", "update-subject__422",
             "webhook-detail", "create-tax-document__201", "client-credentials-flow__200")  # fmt: skip
    names = [path.name for path in FOLDER.glob("*.json")]
    assert [name for name in names if name not in here and not any(part in name for part in aside)] == []
