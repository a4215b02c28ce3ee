"""The vendor's examples go first: every request is understood, both answers are given word for word.

The samples are of public origin and no part of the project: they are read from ../shared beside the repository.
"""

import json
from typing import Any

import pytest

from tests.simulators.conftest import SAMPLES
from tests.simulators.konto import Account

FILE = SAMPLES / "konto" / "doc_examples.json"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"recorded samples are not here: {FILE}")


def sample(name: str) -> Any:
    return json.loads(FILE.read_text())[name]


def registered(account: Account, sent: dict[str, Any], unit_price: str, tax: str) -> dict[str, Any]:
    """The example with this account's own item in place of the one it names by guid."""
    item = {"description": "Known", "uom": "C62", "tax": tax, "unit_price": unit_price}
    guid = account.made("create-item", item)
    return {**sent, "items": [{**line, "guid": guid} if "guid" in line else line for line in sent["items"]]}


def test_the_greeting_and_the_refusal_are_the_documented_ones(account: Account) -> None:
    assert account.ask("hello").json() == sample("hello_ok")
    wrong = account.ask("hello", api_key="wrong")
    documented = sample("error")
    assert (wrong.status_code, wrong.json()) == (documented["http_status"], documented["body"])


def test_the_documented_customer_and_item_are_kept_as_sent(account: Account) -> None:
    sent = sample("create_customer_data")
    kept = account.read("get-customer", guid=account.made("create-customer", sent))
    assert {name: kept[name] for name in sent} == {**sent, "output_select": str(sent["output_select"])}
    item = sample("create_item_data")
    stored = account.read("get-item", guid=account.made("create-item", item))
    assert {name: stored[name] for name in item} == item


def test_the_documented_invoice_is_accepted_with_a_guid_for_its_customer(account: Account) -> None:
    account.switch(claim_subscription=True, customer_by_guid=True)
    guid = account.made("create-customer", sample("create_customer_data"))
    sent = {**registered(account, sample("create_invoice_data"), "1", "Z"), "customer": {"guid": guid}}
    made = account.read("get-invoice", guid=account.made("create-invoice", sent))
    assert (made["amount"], made["currency"], made["issue_date"]) == (2, "USD", "2017-05-20")
    assert [entry["item_number"] for entry in made["items"]] == ["1", "1"]
    assert account.read("get-count-items") == 2, "add_new: 1 has put one line into the register"


def test_the_documented_amounts_are_gross_and_unit_prices_net(account: Account) -> None:
    """2095.6 is 1690 and 24 %: the example of a saved and of an order invoice."""
    saved = registered(account, sample("create_save_invoice_data"), "1690", "S")
    made = account.read("get-invoice", guid=account.made("create-save-invoice", saved))
    assert (made["amount"], made["status"]) == (2096, "Sent")
    order = registered(account, sample("create_order_invoice_data"), "1690", "S")
    assert account.read("get-invoices-from-order", guid=account.made("create-order-invoice", order)) == []


def test_the_documented_accounting_change_is_taken(account: Account) -> None:
    saved = registered(account, sample("create_save_invoice_data"), "1690", "S")
    guid, change = account.made("create-save-invoice", saved), sample("update_invoice_data")
    assert account.made("update-invoice", change, guid=guid) == guid
    after = account.read("get-invoice", guid=guid)
    assert {name: after[name] for name in change} == change
