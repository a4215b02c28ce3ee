"""Jortt's two pure halves: what is sent (goldens) and what is read (recordings)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.jortt import MANIFEST, to_changes, to_document, to_payload
from adapters.payloads import jortt as say
from adapters.payloads import jortt_customers as customers
from adapters.payloads import jortt_told as told
from schemas.connection import Account
from schemas.document import Draft, Kind
from schemas.errors import Permanent
from tests.adapters.drafts import PERSON, at, credit_of, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.organisation import NETHERLANDS, credentials
from tests.adapters.ten import GERMAN, TEN

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "jortt"
CUSTOMER = "6f1c8a10-7a4e-4a50-9d3e-1f1d6d0f0001"
ACCOUNT = Account(1, "main", "jortt", "Main", NETHERLANDS.seller, credentials("https://api.jortt.nl"), {})


def said_of(wanted: Draft) -> dict[str, Any]:
    """The buyer as a new customer, with our key."""
    return say.customer(wanted, {}, customers.key(wanted, {}))


def made(topic: str) -> Draft:
    with at(NETHERLANDS):
        return TEN[topic]()


@pytest.mark.parametrize("topic", [topic for topic in TEN if topic not in ("proforma", "refund")])
def test_each_order_is_said_as_in_its_golden(topic: str) -> None:
    agrees("jortt", topic, to_payload(made(topic), ACCOUNT, CUSTOMER))


def test_a_refund_of_a_part_changes_the_draft_as_in_its_golden() -> None:
    """Before Jortt's own sign is put to the lines."""
    agrees("jortt", "refund", to_changes(made("refund"), ACCOUNT))


def test_a_proforma_is_none_of_its_kinds() -> None:
    assert made("proforma").kind not in MANIFEST.kinds


@pytest.mark.parametrize("topic", ["domestic", "b2b_intra_eu", "export", "oss", "long_names"])
def test_a_customer_is_said_as_in_its_golden(topic: str) -> None:
    wanted = made(topic)
    agrees("jortt", f"customer_{topic}", said_of(wanted))


def test_with_one_customer_for_all_the_buyer_stands_above_the_lines() -> None:
    account = replace(ACCOUNT, options={"customer": "default", "default_customer_id": CUSTOMER})
    assert to_payload(made("domestic"), account, CUSTOMER)["introduction"].splitlines() == [
        "Order W-1001", "Zofia Kanarek", "ul. Kanarkowa 7", "00-001 Kanarkowo PL",
    ]  # fmt: skip


def test_options_of_a_shop_go_into_the_invoice() -> None:
    options = {"tradename_id": "t", "ledger_account_id": "g", "label_id": "l"}
    said = to_payload(made("mixed_rates"), replace(ACCOUNT, options=options), CUSTOMER)
    assert (said["tradename_id"], said["label_ids"]) == ("t", ["l"])
    assert {entry["ledger_account_id"] for entry in said["line_items"]} == {"g"}


@pytest.mark.parametrize(("category", "rate", "value", "why"), [
    ("S", "21", "0.21", None), ("S", "25.5", "0.255", None), ("S", "9", "0.09", None), ("Z", "0", "0", None),
    ("E", "0", "0", "exempt"), ("O", None, "0", "exempt"), ("K", "0", "0", None), ("AE", "0", "0", None),
    ("G", "0", "0", None),
])  # fmt: skip
def test_rates_are_fractions_and_only_exemption_has_a_category(
    category: str, rate: str | None, value: str, why: str | None
) -> None:
    assert say.vat(category, Decimal(rate) if rate else None) == {"value": value, "category": why}


def test_reverse_charge_is_said_of_the_customer_and_of_firms_alone() -> None:
    with at(NETHERLANDS):
        shifted = draft(buyer=GERMAN, lines=[line("Filter", "1", "97.80", "0", "K")])
        taxed = draft(buyer=GERMAN, lines=[line("Filter", "1", "97.80", "23")])
    assert said_of(shifted)["shift_vat"] is True
    assert "shift_vat" not in said_of(taxed)
    assert said_of(shifted)["reference"] != said_of(taxed)["reference"]
    assert "vat_number" not in said_of(taxed), "it belongs to reverse charge alone"
    private = replace(shifted, buyer=PERSON)
    assert said_of(private)["is_private"] is True
    assert not {"shift_vat", "vat_number", "coc_number"} & set(said_of(private))


def test_a_buyer_who_moved_is_another_customer() -> None:
    wanted = made("domestic")
    moved = replace(wanted, buyer=replace(PERSON, address=replace(PERSON.address, street="Nowa 1")))
    assert said_of(wanted)["reference"] != said_of(moved)["reference"]
    row = {**said_of(wanted), "reference": "theirs", "id": CUSTOMER, "archived": False}
    assert customers.known(wanted, said_of(wanted), lambda word: iter([row])) == CUSTOMER
    assert customers.known(moved, said_of(moved), lambda word: iter([row])) == ""
    assert customers.known(wanted, said_of(wanted), lambda word: iter([{**row, "archived": True}])) == ""


def test_a_rate_that_is_not_offered_is_refused_before_anything_is_made() -> None:
    home = say.offered([{"value": "0.21", "category": None}, {"value": "0.0", "category": "exempt"}])
    say.check_rates(made("domestic"), home)
    with pytest.raises(Permanent) as caught:
        say.check_rates(made("oss"), home)
    assert caught.value.code == "VAT_NOT_OFFERED"
    assert "25.5 %" in caught.value.detail


@pytest.mark.parametrize(("quantity", "amount", "said"), [
    ("-2", "61.50", ("-1", "61.50")), ("2", "-61.50", ("1", "-61.50")), ("2", "61.50", ("1", "61.50")),
])  # fmt: skip
def test_a_part_is_signed_as_jortt_signed_the_whole(quantity: str, amount: str, said: tuple[str, str]) -> None:
    def row(count: str, price: str) -> dict[str, Any]:
        return {"line_items": [{"quantity": count, "amount": {"amount": price, "currency": "EUR"}}]}

    with at(NETHERLANDS):
        part = say.lines(credit_of(draft(), [line("Cup", "1", "61.50")]), {})
    (signed,) = told.signed(part, row("2", "61.50"), row(quantity, amount)) or []
    assert (signed["quantity"], signed["amount"]["amount"]) == said
    assert told.signed(part, row("2", "61.50"), row("3", "7")) is None


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    wrong = {"client_id": "short", "client_secret": "short", "url": "api"}
    problems = MANIFEST.problems(wrong)
    assert set(problems) == set(wrong)
    assert not any(value in sentence for value in ("short",) for sentence in problems.values())
    assert MANIFEST.problems(dict(ACCOUNT.credentials)) == {}


def recording(name: str) -> Any:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recordings are not here ({SAMPLES}); they are of public origin and not part of the project")
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


def test_recorded_invoices_keep_their_sums() -> None:
    entries = recording("Jortt_Client_Invoices___show__returns_the_invoice")
    rows = [entry["response"]["body"]["data"] for entry in entries if "/invoices/" in entry["request"]["uri"]]
    assert rows
    for row in rows:
        document = to_document(row)
        assert (document.gross, document.net) == (Decimal("2415.16"), Decimal("1996.00"))
        assert document.vat_by_rate == {"21": Decimal("419.16")}
        assert (document.number, document.state) == (row["invoice_number"], "issued")
        assert document.paid == 0
        assert document.kind is Kind.INVOICE


def test_a_recorded_refusal_is_told_with_its_details() -> None:
    answers = [entry["response"] for entry in recording("Jortt_Client_Error__raises_Jortt_Client_JorttError")]
    body = next(json.dumps(one["body"]) for one in answers if one["status"]["code"] == 422)
    assert told.sentence(body) == "customer_id: is invalid"
    assert told.key(body) == "params.invalid"
    assert (told.sentence("<html>"), told.key("[]")) == ("", "")


def test_every_field_we_send_is_named_by_the_vendors_description() -> None:
    described = recording("swagger-2026-05-05")["definitions"]
    for topic in TEN:
        assert set(to_payload(made(topic), ACCOUNT, CUSTOMER)) <= set(described["CreateInvoiceV3"]["properties"])
        assert set(said_of(made(topic))) <= set(described["CreateCustomer"]["properties"])
    lines = described["CreateInvoiceV3"]["properties"]["line_items"]["items"]["properties"]
    assert set(say.lines(made("domestic"), {"ledger_account_id": "x"})[0]) <= set(lines)
