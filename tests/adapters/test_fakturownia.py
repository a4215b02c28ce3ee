"""Fakturownia's two pure halves: what is sent (goldens) and what is read (recordings)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from adapters import adapter_for
from adapters.base import corrections
from adapters.fakturownia import MANIFEST, to_document, to_payload
from schemas.connection import Account
from schemas.document import Address, Document, Draft, Kind, Party, Payment
from schemas.errors import Permanent
from tests.adapters.drafts import CUPS, FIRM, MIXED, PERSON, SELLER, UNPAID, credit_of, draft, line
from tests.adapters.goldens import agrees

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "fakturownia"
ACCOUNT = Account(
    1, "main", "fakturownia", "Main", SELLER, {"url": "https://example.test", "api_token": "secret/example"}
)
GERMAN = Party(
    "Muster GmbH", Address("Weg 1", "", "Berlin", "10115", "", "DE"), company="Muster GmbH", vat_id="DE136695976"
)
SWISS = replace(GERMAN, name="Muster AG", vat_id=None, tax_number="CHE123456789", address=Address(country="CH"))
NAMELESS = replace(FIRM, vat_id=None)
CASH = Payment("10", "cod", "Cash on delivery", UNPAID.paid_on)
INVOICE = Document("fakturownia", "901", Kind.INVOICE, "shop/1001/i1", "7/11/2026", "PLN", Decimal("135.30"),
                   extra={"client_id": "77", "department_id": "12"})  # fmt: skip
PROFORMA = replace(INVOICE, kind=Kind.PROFORMA, system_id="900")

DRAFTS: dict[str, Callable[[], Draft]] = {
    "invoice_paid_by_card": lambda: draft(order="1001", note="Leave it at the door"),
    "invoice_three_rates_and_a_discount": lambda: draft(order="1001", lines=MIXED),
    "invoice_for_a_polish_firm_unpaid": lambda: draft(order="1001", buyer=FIRM, payment=UNPAID),
    "invoice_for_a_firm_without_a_number": lambda: draft(order="1001", buyer=NAMELESS),
    "invoice_for_a_swiss_firm": lambda: draft(order="1001", buyer=SWISS, currency="EUR", language="en"),
    "invoice_goods_to_an_eu_firm": lambda: draft(
        order="1001", buyer=GERMAN, currency="EUR", language="de", basis="net",
        lines=[line("Filter", "12", "97.80", "0", "K"), line("DPD", "1", "14.90", "0", "K", "shipping:1")],
    ),
    "invoice_service_to_an_eu_firm": lambda: draft(
        order="1001", buyer=GERMAN, lines=[line("Work", "1", "500.00", "0", "AE")]
    ),
    "invoice_reverse_charge_at_home": lambda: draft(
        order="1001", buyer=FIRM, lines=[line("Chips", "1", "50.00", "0", "AE")]
    ),
    "invoice_export": lambda: draft(order="1001", buyer=SWISS, lines=[line("Cup", "1", "50.00", "0", "G")]),
    "invoice_exempt": lambda: draft(
        order="1001", lines=[line("Lesson", "1", "80.00", "0", "E")], exempt="art. 43 ust. 1 ustawy o VAT"
    ),
    "invoice_outside_scope": lambda: draft(order="1001", lines=[line("Deposit", "1", "80.00", None, "O")]),
    "invoice_oss": lambda: draft(
        order="1001", oss=True, lines=[line("Tasse", "1", "25.50", "25.5")], currency="EUR", language="fi"
    ),
    "invoice_cash_rounded": lambda: draft(order="1001", payment=CASH, rounding="-0.03"),
    "proforma": lambda: draft(Kind.PROFORMA, order="1001", payment=UNPAID),
}  # fmt: skip


@pytest.mark.parametrize("topic", DRAFTS)
def test_a_draft_is_said_as_in_its_golden(topic: str) -> None:
    agrees("fakturownia", topic, to_payload(DRAFTS[topic](), ACCOUNT))


def test_an_invoice_after_a_proforma_links_it_and_has_all_its_lines() -> None:
    agrees("fakturownia", "invoice_after_a_proforma", to_payload(draft(order="1001"), ACCOUNT, PROFORMA))


def test_options_choose_department_and_language() -> None:
    account = replace(ACCOUNT, options={"department_id": "376237", "language": "pl/en"})
    agrees("fakturownia", "invoice_with_options", to_payload(draft(order="1001", language=""), account))


@pytest.mark.parametrize(
    ("topic", "back"),
    [
        ("credit_one_piece", [line("Cup", "1", "61.50")]),
        ("credit_everything", list(CUPS)),
        ("credit_an_amount", [line("Refund", "1", "20.00", source="refund:9001")]),
        ("credit_the_whole_amount", [line("Refund", "1", "135.30", source="refund:9001")]),
    ],
)
def test_a_credit_note_is_said_with_before_and_after(topic: str, back: list[object]) -> None:
    invoice = draft(order="1001")
    note = credit_of(invoice, back)  # type: ignore[arg-type]
    agrees("fakturownia", topic, to_payload(note, ACCOUNT, INVOICE, corrections(note, invoice)))


def test_a_second_credit_note_starts_where_the_first_ended() -> None:
    invoice = draft(order="1001")
    first = credit_of(invoice, [line("Cup", "1", "61.50")])
    rest = credit_of(invoice, [line("Cup", "1", "61.50"), CUPS[1]], "9002")
    changes = corrections(rest, invoice, [first])
    one, none = Decimal(1), Decimal(0)
    assert [(change.before.quantity, change.after.quantity) for change in changes] == [(one, none), (one, none)]
    assert [change.gross for change in changes] == [Decimal("-61.50"), Decimal("-12.30")]


def test_a_discount_taken_back_with_its_line_ends_at_zero() -> None:
    invoice = draft(lines=MIXED)
    changes = corrections(credit_of(invoice, MIXED), invoice)
    assert {(change.after.quantity, change.after.gross) for change in changes} == {(Decimal(0), Decimal(0))}
    assert sum(change.gross for change in changes) == -invoice.totals.gross


def test_crediting_more_than_stands_is_refused_before_any_call() -> None:
    invoice = draft()
    adapter = adapter_for(ACCOUNT)
    with pytest.raises(Permanent) as caught:
        adapter.credit(credit_of(invoice, [line("Refund", "1", "135.31", source="refund:1")]), INVOICE, invoice)
    assert caught.value.code == "CREDIT_EXCEEDS_INVOICE"


@pytest.mark.parametrize("back", [line("Cup", "3", "184.50"), line("Cup", "1", "135.31")])
def test_a_line_credited_beyond_what_stands_is_refused(back: object) -> None:
    invoice = draft()
    with pytest.raises(ValueError, match=r"more (pieces )?than stands"):
        corrections(credit_of(invoice, [back]), invoice)  # type: ignore[list-item]


def test_exempt_lines_without_a_legal_basis_are_refused() -> None:
    with pytest.raises(Permanent) as caught:
        to_payload(draft(lines=[line("Lesson", "1", "80.00", "0", "E")]), ACCOUNT)
    assert caught.value.code == "EXEMPT_REASON_MISSING"


def test_a_phone_that_ksef_would_refuse_is_left_out() -> None:
    long = replace(PERSON, phone="+48 600 700 800 ext 12345678")
    assert "buyer_phone" not in to_payload(draft(buyer=long), ACCOUNT)["invoice"]


def test_a_correction_comes_back_with_positive_amounts() -> None:
    told = {"id": 5, "kind": "correction", "price_gross": "-61.5", "price_net": "-50.0", "price_tax": "-11.5",
            "positions": [{"tax": "23", "total_price_tax": "-11.5"}]}  # fmt: skip
    document = to_document(told)
    assert (document.gross, document.net, document.vat) == (Decimal("61.5"), Decimal("50.0"), Decimal("11.5"))
    assert document.vat_by_rate == {"23": Decimal("11.5")}


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    wrong = {"url": "fakturownia.pl/path", "api_token": "short"}
    problems = MANIFEST.problems(wrong, {"ksef": "maybe"})
    assert set(problems) == {"url", "api_token", "ksef"}
    assert not any(value in sentence for value in wrong.values() for sentence in problems.values())
    assert MANIFEST.problems(dict(ACCOUNT.credentials)) == {}


def recording(name: str) -> dict[str, object]:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recordings are not here ({SAMPLES}); they are of public origin and not part of the project")
    found: dict[str, object] = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return found


@pytest.mark.parametrize(
    ("name", "number", "kind", "gross", "vat", "rates"),
    [
        ("rec-wooyek__invoice_created", "1/01/2018", Kind.INVOICE, "60.23", "1.91", {}),
        ("rec-wooyek__invoice_get", "55/01/2018", Kind.INVOICE, "339.99", "0.0", {"0": "0.0"}),
        ("rec-wooyek__invoice_get2", "P3/01/2018", Kind.PROFORMA, "100.0", "18.7", {"23": "18.7"}),
        ("rec-wooyek__invoice_put_status_response", "7/02/2018", Kind.INVOICE, "339.99", "0.0", {}),
    ],
)
def test_a_recorded_document_is_read(
    name: str, number: str, kind: Kind, gross: str, vat: str, rates: dict[str, str]
) -> None:
    document = to_document(recording(name))
    assert (document.number, document.kind, document.gross, document.vat) == (
        number,
        kind,
        Decimal(gross),
        Decimal(vat),
    )
    assert document.vat_by_rate == {rate: Decimal(amount) for rate, amount in rates.items()}
    assert document.state == "issued"


def test_a_reduced_answer_with_unknown_fields_is_read() -> None:
    document = to_document(recording("cieplik-issue-vat__response"))
    assert (document.reference, document.gross, document.net) == ("ORDER-123", Decimal("100.00"), None)


def test_every_field_we_send_was_seen_in_a_recording_or_the_vendors_examples() -> None:
    seen: set[str] = set()
    for path in sorted(SAMPLES.glob("*.json")) or [SAMPLES / "rec-wooyek__invoice_created.json"]:
        seen |= _keys(recording(path.stem))
    sent = {key for make in DRAFTS.values() for key in to_payload(make(), ACCOUNT)["invoice"]}
    # README "Specyfikacja" and sheet section 6 name these; no recording shows them as a key of their own.
    assert sent - seen <= {"oid_unique", "use_oss", "exempt_tax_kind"}


def _keys(data: object) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*map(_keys, data.values()))
    return set().union(*map(_keys, data)) if isinstance(data, list) else set()
