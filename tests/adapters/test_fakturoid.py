"""Fakturoid's two pure halves: what is sent (goldens) and what is read (recordings)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.fakturoid import MANIFEST, to_document, to_payload
from adapters.payloads import fakturoid as say
from schemas.connection import Account
from schemas.document import Kind
from schemas.errors import Permanent
from tests.adapters.drafts import FIRM, PERSON, SELLER, UNPAID, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.ten import TEN, invoice_of

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "fakturoid"
ACCOUNT = Account(
    1, "main", "fakturoid", "Main", SELLER,
    {"slug": "applecorp", "client_id": "client-id", "client_secret": "client-secret", "contact": "a@example.test"},
    {"currency": "PLN", "exchange_rates": "EUR 4.25, HUF 0.0107"},
)  # fmt: skip
SUBJECT, INVOICE = 16, invoice_of("fakturoid", "901", subject_id="16")


@pytest.mark.parametrize("topic", TEN)
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    wanted = TEN[topic]()
    original = INVOICE if wanted.kind is Kind.CREDIT_NOTE else None
    said = to_payload(wanted, ACCOUNT, SUBJECT, original, corrects=wanted.kind is Kind.CREDIT_NOTE)
    agrees("fakturoid", topic, said)


def test_an_invoice_after_a_proforma_names_it_and_has_all_its_lines() -> None:
    proforma = replace(INVOICE, kind=Kind.PROFORMA, system_id="900")
    agrees("fakturoid", "after_a_proforma", to_payload(draft(order="1001"), ACCOUNT, SUBJECT, proforma))


@pytest.mark.parametrize(("topic", "buyer"), [("contact_person", PERSON), ("contact_firm", FIRM)])
def test_a_contact_is_said_as_in_its_golden(topic: str, buyer: Any) -> None:
    agrees("fakturoid", topic, say.subject(buyer))


def test_a_foreign_currency_without_a_rate_is_refused_with_what_to_set() -> None:
    account = replace(ACCOUNT, options={})
    with pytest.raises(Permanent) as caught:
        to_payload(draft(currency="EUR"), account, SUBJECT)
    assert caught.value.code == "EXCHANGE_RATE_MISSING"
    assert "exchange_rates" in caught.value.remedy


def test_a_reverse_charge_is_flagged_and_told_why() -> None:
    wanted = draft(buyer=FIRM, lines=[line("Work", "1", "500.00", "0", "AE")])
    said = to_payload(replace(wanted, breakdown=(replace(wanted.breakdown[0], reason="Reverse charge"),)), ACCOUNT, 16)
    assert (said["transferred_tax_liability"], said["note"]) == (True, "Reverse charge")


def test_a_payment_that_fakturoid_does_not_know_is_named_in_twenty_letters() -> None:
    paid = replace(UNPAID, means="ZZZ", method="thing", title="Twelve instalments by letter")
    assert say.payment(draft(payment=paid)) == {
        "payment_method": "custom", "custom_payment_method": "Twelve instalments b",
    }  # fmt: skip


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    wrong = {"slug": "apple corp", "client_id": "short", "client_secret": "short", "contact": "nobody"}
    problems = MANIFEST.problems(wrong)
    assert set(problems) == set(wrong)
    assert not any(value in sentence for value in wrong.values() for sentence in problems.values())
    assert MANIFEST.problems(dict(ACCOUNT.credentials), dict(ACCOUNT.options)) == {}


def recording(name: str) -> Any:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recordings are not here ({SAMPLES}); they are of public origin and not part of the project")
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


@pytest.mark.parametrize("name", ["rec-jarovo__invoice_9", "rec-jarovo__invoices"])
def test_recorded_documents_keep_their_sums(name: str) -> None:
    told = recording(name)
    for row in told if isinstance(told, list) else [told]:
        older = {} if "document_type" in row else {"document_type": "proforma" if row["proforma"] else "invoice"}
        document = to_document({**row, **older})
        assert document.gross == Decimal(row["total"])
        assert document.vat == Decimal(row["total"]) - Decimal(row["subtotal"])
        assert document.paid == (document.gross if row["status"] == "paid" else 0)
        assert document.number == row["number"]


def test_every_field_we_send_was_seen_in_a_recording_or_is_named_by_the_sheet() -> None:
    seen: set[str] = set()
    for path in sorted(SAMPLES.glob("*.json")) or [SAMPLES / "rec-jarovo__invoice_9.json"]:
        seen |= _keys(recording(path.stem))
    sent = {key for make in TEN.values() for key in to_payload(make(), ACCOUNT, SUBJECT)}
    named = {"document_type", "proforma_followup_document", "vat_price_mode", "oss", "round_total", "related_id"}
    assert sent - seen <= named


def _keys(data: object) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*map(_keys, data.values()))
    return set().union(*map(_keys, data)) if isinstance(data, list) else set()
