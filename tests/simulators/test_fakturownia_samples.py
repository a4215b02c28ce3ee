"""The vendor's examples and the live recordings go first: what was sent is accepted, what came back has the same keys.

The samples are of public origin and no part of the project: they are read from ../shared beside the repository.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.simulators.conftest import SAMPLES, Client, line

FOLDER = SAMPLES / "fakturownia"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"recorded samples are not here: {FOLDER}")

# Requests the sheet does not cover, and why (beginning of the name after the marker -> reason).
NOT_APPLICABLE = {
    "przyk-ady-wywo-ania_12": "recurring invoices: not in the sheet, Billhook makes none",
    "przyk-ady-wywo-ania_13": "recurring invoices: not in the sheet, Billhook makes none",
    "wystawcy": "list of issuers: not in the sheet, issuers come with the document",
    "wystawcy_2": "list of issuers: not in the sheet, issuers come with the document",
}
# Answers that are not compared: rec-wooyek__*webhook (sent by the system; deliveries are not simulated),
# docs-api_rachunki_bankowe__* (bank accounts, not in the sheet), docs-readme__konta-systemowe__* (partners' accounts).
# Examples of a document's own lists:
LIST_KEYS = {
    "docs-readme__uwagi-na-fakturze-descriptions--pobieranie-uwag.json": "descriptions",
    "docs-readme__rozliczenia-na-fakturze-settlement-positions--pobieranie-rozlicze.json": "settlement_positions",
}
KSEF_BUYERS = sorted(FOLDER.glob("docs-ksef__*nabywca*.json")) + sorted(FOLDER.glob("docs-ksef__*tax-no.json"))


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(), parse_float=Decimal)


def requests_recorded() -> list[Path]:
    return sorted(FOLDER.glob("docs-readme__req__*.json"))


def short(path: Path) -> str:
    return path.stem.removeprefix("docs-readme__req__")


@pytest.fixture
def stocked(shop: Client) -> Client:
    """What the examples speak of by number: a client, a product, a document with its lists, a payment."""
    shop.call("POST", "/clients.json", {"client": {"name": "First"}})
    shop.call("POST", "/products.json", {"product": {"name": "First", "price_net": "100", "tax": "23"}})
    shop.created(descriptions=[{"kind": "a", "content": "b"}], recipients=[{"name": "r"}], issuers=[{"name": "i"}],
                 settlement_positions=[{"kind": "charge", "amount": "1.00", "reason": "r"}])  # fmt: skip
    shop.call("POST", "/banking/payments.json", {"banking_payment": {"name": "p", "price": 1}})
    return shop


@pytest.mark.parametrize("path", requests_recorded(), ids=short)
def test_every_documented_request_is_accepted(stocked: Client, path: Path) -> None:
    if short(path) in NOT_APPLICABLE:
        pytest.skip(NOT_APPLICABLE[short(path)])
    sample = json.loads(path.read_text())
    answer = replay(stocked, sample)
    made = sample["method"] == "POST" and "login" not in sample["url"]
    assert answer.status_code == (201 if made else 200), answer.text
    if made:
        assert_totals(sample["body"], answer.json())


def replay(shop: Client, sample: Mapping[str, Any]) -> requests.Response:
    """The recorded body with this account's token and ids in place of the example's."""
    path = "/" + sample["url"].split("/", 3)[3]
    body = localized(shop, dict(sample["body"]))
    if path == "/login.json":
        return requests.post(shop.base + path, json={**body, "login": "demo", "password": "demo"}, timeout=5)
    return requests.request(sample["method"], shop.base + local_path(shop, path), json=body, timeout=5)


def local_path(shop: Client, path: str) -> str:
    """/invoices/111.json -> the document, payment, client ... that is here."""
    parts = path.split("/")
    if not re.fullmatch(r"(INVOICE_ID|\d+)\.json", parts[-1]):
        return path
    ident = shop.listed()[0]["id"] if parts[1] == "invoices" else 1
    return "/".join([*parts[:-1], f"{ident}.json"])


def localized(shop: Client, body: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(body)
    document = shop.call("GET", f"/invoices/{shop.listed()[0]['id']}.json").json()
    for example in ('"2432393"', "555", "666"):
        text = text.replace(example, str(document["id"]))
    text = text.replace("32649087", str(document["positions"][0]["id"])).replace('"376237"', "1")
    return {**json.loads(text), "api_token": shop.world.settings["token"]}


def assert_totals(body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Where every line of a new document has its gross, the total is their sum (none hides an unreachable grosz)."""
    lines = body.get("invoice", {}).get("positions", [])
    if lines and all("total_price_gross" in entry for entry in lines):
        assert Decimal(answer["price_gross"]) == sum(Decimal(str(entry["total_price_gross"])) for entry in lines)


@pytest.mark.parametrize("path", KSEF_BUYERS, ids=lambda path: path.stem[-40:])
@pytest.mark.parametrize("ksef", ["off", "on"])
def test_every_documented_kind_of_buyer_is_accepted(shop: Client, path: Path, ksef: str) -> None:
    shop.switch(ksef=ksef)
    buyer = json.loads(path.read_text())["invoice"]
    answer = shop.call("POST", "/invoices.json", {"invoice": {"kind": "vat", "positions": [line()], **buyer}})
    assert answer.status_code == 201, answer.text


def test_the_documented_export_is_accepted_under_ksef(shop: Client) -> None:
    shop.switch(ksef="on")
    sample = read("docs-ksef__zmiany-w-api-przy-tworzeniu-faktur--pola-warunkowe.json")
    assert shop.post(f"{shop.base}/invoices.json", data=json.dumps(sample, default=float), timeout=5,
                     headers={"Content-Type": "application/json"}).status_code == 201  # fmt: skip


def test_the_documented_refusal_under_ksef_has_the_same_shape(shop: Client) -> None:
    shop.switch(ksef="on")
    answer = shop.create(buyer_company=True, buyer_phone="0" * 17, positions=[line(tax="zw")])
    refusal = read("docs-ksef__ustawienie-validate-invoices-for-gov--zachowanie-gdy-w-czone-domy-lnie.json")
    assert answer.json() == refusal


def test_the_documented_refusal_to_mail_is_given_word_for_word(shop: Client) -> None:
    shop.switch(ksef="on", ksef_outcome="processing")
    made = shop.created(buyer_tax_no="5252445767", buyer_email="a@example.test")
    answer = shop.call("POST", f"/invoices/{made['id']}/send_by_email.json")
    assert (answer.status_code, answer.json()) == (200, read("docs-ksef__wysy-anie-faktur-emailem-do-klient-w.json"))


def test_the_documented_ksef_fields_are_answered(shop: Client) -> None:
    shop.switch(ksef="on")
    made = shop.created(buyer_tax_no="5252445767")
    answer = shop.call("GET", f"/invoices/{made['id']}.json").json()
    assert set(read("docs-ksef__sprawdzanie-statusu-wysy-ki--pola-statusu-w-odpowiedzi-api.json")) <= set(answer)
    assert set(read("docs-ksef__przyk-ady-curl--sprawdzenie-statusu-faktury.json")) <= set(answer)


@pytest.mark.parametrize(("name", "field"), LIST_KEYS.items())
def test_the_documented_lists_of_a_document_have_their_keys(stocked: Client, name: str, field: str) -> None:
    answer = stocked.call("GET", f"/invoices/{stocked.listed()[0]['id']}.json").json()
    assert set(read(name)[field][0]) - {"row_number", "position_index"} <= set(answer[field][0])


def test_the_recorded_create_gets_the_recorded_answer(shop: Client) -> None:
    sent = json.loads((FOLDER / "rec-wooyek__invoice_create.json").read_text())
    recorded = read("rec-wooyek__invoice_created.json")
    answer = shop.call("POST", "/invoices.json", {"invoice": sent}).json()
    assert set(recorded) <= set(answer)
    same = ("number", "price_net", "price_tax", "price_gross", "currency", "status", "kind", "lang", "paid",
            "payment_to", "payment_to_kind", "pattern", "pattern_nr_m", "issue_year", "sell_date", "delivery_date",
            "income", "discount_kind", "oid", "cancelled", "product_cache", "exchange_rate",
            "exchange_kind")  # fmt: skip
    assert {name: answer[name] for name in same} == {name: recorded[name] for name in same}
    assert types(recorded, answer) == []


@pytest.mark.parametrize("name", ["rec-wooyek__invoice_get.json", "rec-wooyek__invoice_get2.json"])
def test_a_document_read_by_id_has_every_recorded_key_and_figure(shop: Client, name: str) -> None:
    recorded = read(name)
    ident = shop.created(**as_sent(recorded))["id"]
    answer = shop.call("GET", f"/invoices/{ident}.json").json()
    assert set(recorded) <= set(answer)
    assert set(recorded["positions"][0]) <= set(answer["positions"][0])
    money = ("price_net", "price_tax", "price_gross")
    assert [answer[part] for part in money] == [recorded[part] for part in money]
    units = ("price_net", "price_gross", "price_tax", "total_price_net", "total_price_tax", "total_price_gross", "tax",
             "quantity")  # fmt: skip
    for mine, theirs in zip(answer["positions"], recorded["positions"], strict=True):
        assert {part: mine[part] for part in units} == {part: theirs[part] for part in units}


def test_a_status_change_by_put_answers_as_recorded(shop: Client) -> None:
    recorded = read("rec-wooyek__invoice_put_status_response.json")
    ident = shop.created(positions=[line(recorded["price_gross"], tax=0)])["id"]
    answer = shop.call("PUT", f"/invoices/{ident}.json", {"invoice": {"status": "paid"}}).json()
    assert set(recorded) <= set(answer)
    assert (answer["status"], answer["paid"]) == (recorded["status"], recorded["paid"])


def test_the_request_of_2026_is_accepted(shop: Client) -> None:
    sample = read("cieplik-issue-vat__request.json")
    answer = shop.call("POST", "/invoices.json", localized_department(sample["body"]))
    assert (answer.status_code, answer.json()["oid"]) == (201, sample["body"]["invoice"]["oid"])
    expected = read("cieplik-issue-vat__response.json")
    assert Decimal(answer.json()["price_gross"]) == Decimal(expected["price_gross"])


@pytest.mark.parametrize("name", ["rec-wooyek__client_created.json", "rec-wooyek__client_get.json"])
def test_a_client_has_every_recorded_key(shop: Client, name: str) -> None:
    sent = read("rec-wooyek__client_create.json")
    made = shop.call("POST", "/clients.json", {"client": sent})
    assert (made.status_code, set(read(name)) - set(made.json())) == (201, set())


def as_sent(recorded: Mapping[str, Any]) -> dict[str, Any]:
    lines = [line(entry["total_price_gross"], quantity=entry["quantity"], tax=entry["tax"])
             for entry in recorded["positions"]]  # fmt: skip
    return {"kind": recorded["kind"], "currency": recorded["currency"], "positions": lines}


def localized_department(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"invoice": {**body["invoice"], "department_id": "1"}}


def types(recorded: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """Keys answered in another type than recorded; a null on either side says nothing."""
    return [name for name, value in recorded.items()
            if value is not None and answer[name] is not None and type(value) is not type(answer[name])]  # fmt: skip
