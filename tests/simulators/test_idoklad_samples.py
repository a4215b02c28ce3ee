"""The help page's sample bodies and the SDK's live vectors go first: same keys and types, same figures.

The samples are of public origin and no part of the project: they are read from ../shared beside the repository.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.simulators.conftest import SAMPLES
from tests.simulators.idoklad import Agenda, item

FOLDER = SAMPLES / "idoklad"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"recorded samples are not here: {FOLDER}")


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def vectors(endpoint: str) -> list[dict[str, Any]]:
    kept = read("sdk-recount-and-flow-vectors.json")["vectors"]
    found = [vector for vector in kept if vector["endpoint"].startswith(endpoint)]
    assert found, endpoint
    return found


def differing(sample: Any, answer: Any, place: str = "") -> list[str]:
    """Keys missing or of another type; a null on either side says nothing, and all numbers are one type."""
    if sample is None or answer is None:
        return []
    if isinstance(sample, dict):
        if not isinstance(answer, dict):
            return [f"{place}: no object"]
        gone = [f"{place}.{name}: missing" for name in sample if name not in answer]
        return gone + [told for name in sample if name in answer
                       for told in differing(sample[name], answer[name], f"{place}.{name}")]  # fmt: skip
    if isinstance(sample, list):
        if not isinstance(answer, list) or not answer:
            return [f"{place}: no list, or an empty one"]
        return differing(sample[0], answer[0], f"{place}[0]")
    return [] if kind(sample) is kind(answer) else [f"{place}: {answer!r}"]


def kind(value: Any) -> type:
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)


@pytest.fixture
def attached(agenda: Agenda) -> int:
    """An invoice with all a sample shows: attachment, discount, symbol."""
    made = agenda.created(Items=[item(DiscountPercentage=10, DiscountName="Sale", Unit="ks")])
    agenda.data("PUT", f"/Attachments/{made['Id']}/0", {"FileName": "a.txt", "FileBytes": "QQ=="})
    return int(made["Id"])


def test_an_invoice_has_every_documented_key(agenda: Agenda, attached: int) -> None:
    sample = read("coderocket_IssuedInvoice.json")
    answer = agenda.call("GET", f"/IssuedInvoices/{attached}").json()
    assert differing(sample, answer) == []
    listed = agenda.call("GET", "/IssuedInvoices").json()
    assert differing(read("coderocket_IssuedInvoices.json"), listed) == []
    assert differing(sample["Data"], listed["Data"]["Items"][0]) == []


def test_a_contact_a_currency_and_a_series_have_every_documented_key(agenda: Agenda) -> None:
    partner = agenda.partner(DefaultInvoiceMaturity=14, BankId=1)
    pairs = {f"/Contacts/{partner}": "Contact", "/Contacts": "Contacts", "/Currencies": "Currencies",
             "/NumericSequences/607899": "NumericSequence"}  # fmt: skip
    for path, name in pairs.items():
        assert differing(read(f"coderocket_{name}.json"), agenda.call("GET", path).json()) == [], path


@pytest.mark.parametrize("index", [0, 1])
def test_a_recount_comes_to_the_figures_of_the_sdks_tests(agenda: Agenda, index: int) -> None:
    vector = vectors("POST /IssuedInvoices/Recount")[index]
    answer = agenda.data("POST", "/IssuedInvoices/Recount", {**vector["request"], "DateOfTaxing": "2026-11-20"})
    for name, wanted in vector["expect"].items():
        got = answer["Items"][0]["Prices"] if name.startswith("Items") else answer[name]
        assert agrees(wanted, got), (name, got)


def test_the_rounding_line_appears_by_itself_as_in_the_sdks_test(agenda: Agenda) -> None:
    agenda.switch(rounding=1)
    vector = vectors("POST /CreditNotes/Recount")[0]
    answer = agenda.data("POST", "/CreditNotes/Recount", {**vector["request"], "DateOfTaxing": "2026-11-20"})
    wanted, rows = vector["expect"], answer["Prices"]["VatRateSummary"]
    assert agrees(wanted["Items[0].Prices"], answer["Items"][0]["Prices"])
    assert agrees(wanted["Prices"], answer["Prices"])
    assert (len(rows), agrees(wanted["VatRateSummary"]["first"], rows[0])) == (wanted["VatRateSummary"]["count"], True)
    assert (answer["Items"][1]["ItemType"], answer["Items"][1]["Prices"]["TotalWithVat"]) == (1, 0.2)


def test_accounting_a_proforma_answers_as_in_the_sdks_tests(agenda: Agenda) -> None:
    unpaid, accounted, paid = vectors("GET /ProformaInvoices/")
    ident = agenda.created("ProformaInvoices", Items=[item(100)])["Id"]
    path = f"/ProformaInvoices/{ident}/Account"
    assert agenda.refused("GET", path)[:2] == (unpaid["expect"]["StatusCode"], unpaid["expect"]["ErrorCode"])
    agenda.data("PUT", f"/IssuedDocumentPayments/FullyPay/{ident}")
    body = agenda.data("GET", path)
    assert body["ProformaInvoices"] == [ident]
    assert [line["UnitPrice"] for line in body["Items"] if line["ItemType"] == 2] == [
        paid["expect"]["an item"]["UnitPrice"]
    ]
    agenda.data("PUT", path)
    assert agenda.refused("GET", path)[:2] == (accounted["expect"]["StatusCode"], accounted["expect"]["ErrorCode"])


def test_the_same_proforma_body_succeeds_twice_as_in_the_sdks_tests(agenda: Agenda) -> None:
    assert vectors("POST /ProformaInvoices twice")
    body = agenda.body("ProformaInvoices")
    made = [agenda.data("POST", "/ProformaInvoices", body) for _ in "ab"]
    assert made[0]["Id"] != made[1]["Id"]


def test_a_format_that_equals_another_sequences_is_refused(agenda: Agenda) -> None:
    wanted = vectors("PATCH /NumericSequences")[0]["expect"]
    told = agenda.refused("PATCH", "/NumericSequences", {"Id": 607_902, "NumberFormat": "RRRRCCCC"})
    assert told[:2] == (wanted["StatusCode"], wanted["ErrorCode"])


def test_a_credit_notes_default_is_as_in_the_sdks_tests(agenda: Agenda) -> None:
    wanted = vectors("GET /CreditNotes/Default")[0]["expect"]
    ident = agenda.created()["Id"]
    body = agenda.data("GET", f"/CreditNotes/Default/{ident}")
    exact = {name: value for name, value in wanted.items() if not isinstance(value, str) or value == ""}
    assert {name: body[name] for name in exact} == exact
    assert body["CreditedInvoiceId"] == ident
    assert min(body["DocumentSerialNumber"], body["NumericSequenceId"]) > 0
    assert body["VariableSymbol"]
    assert all(line["DiscountName"] and line["Name"] for line in body["Items"])


def agrees(wanted: Any, got: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return Decimal(str(wanted)) == Decimal(str(got))
    return all(agrees(value, got[name]) for name, value in wanted.items())
