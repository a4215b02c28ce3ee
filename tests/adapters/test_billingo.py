"""Billingo's two pure halves: what is sent (goldens) and what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapters.base import OfficialState
from adapters.billingo import MANIFEST, to_document, to_payload
from adapters.payloads import billingo as say
from adapters.payloads import billingo_told as told
from schemas.connection import Account
from schemas.document import Address, Draft, Kind, Party
from schemas.errors import Permanent
from tests.adapters.drafts import CUPS, FIRM, PERSON, SELLER, UNPAID, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.ten import GERMAN, SWISS, TEN

SPEC = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "billingo" / "openapi-3.0.14.yml"
ACCOUNT = Account(
    1, "main", "billingo", "Main", SELLER, {"api_key": "key-of-an-account"},
    {"block_id": "1001", "electronic": "yes", "exchange_rates": "EUR 400.25"},
)  # fmt: skip
PARTNER, BLOCK, RATE = 16, 1001, Decimal("400.25")
HUNGARIAN = Party(
    "Bolt Kft.", Address("Fő utca 1.", "", "Budapest", "1011", "", "HU"), company="Bolt Kft.", vat_id="HU12345676",
    tax_number="12345676-2-41", email="bolt@example.test",
)  # fmt: skip


def said(wanted: Draft, account: Account = ACCOUNT) -> dict[str, Any]:
    return to_payload(wanted, account, PARTNER, BLOCK, None if wanted.currency == "HUF" else RATE)


@pytest.mark.parametrize("topic", [topic for topic in TEN if topic != "refund"])
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    agrees("billingo", topic, said(TEN[topic]()))


def test_a_refund_is_a_modification_with_negative_quantities() -> None:
    agrees("billingo", "refund", say.modification(TEN["refund"](), ACCOUNT.options, "online_bankcard"))


def test_an_invoice_out_of_a_proforma_carries_our_mark_in_its_comment() -> None:
    agrees("billingo", "after_a_proforma", say.conversion(draft(order="1001"), ACCOUNT.options))


def test_a_draft_names_what_it_is_to_become() -> None:
    account = replace(ACCOUNT, options={**ACCOUNT.options, "drafts": "yes"})
    agrees("billingo", "saved_as_a_draft", said(draft(order="1001"), account))
    assert said(draft(Kind.PROFORMA, order="1001", payment=UNPAID), account)["type"] == "proforma"


@pytest.mark.parametrize(
    ("topic", "buyer"),
    [("partner_person", PERSON), ("partner_firm_abroad", FIRM), ("partner_firm_at_home", HUNGARIAN)],
)
def test_a_partner_is_said_as_in_its_golden(topic: str, buyer: Party) -> None:
    agrees("billingo", topic, say.partner(buyer))


def test_who_gives_no_number_is_a_private_person_wherever_he_lives() -> None:
    nobody = Party("Kovács Éva", Address(country="HU"))
    assert [say.tax_type(buyer) for buyer in (PERSON, nobody, GERMAN, SWISS, HUNGARIAN)] == [
        "NO_TAX_NUMBER", "NO_TAX_NUMBER", "FOREIGN", "FOREIGN", "HAS_TAX_NUMBER",
    ]  # fmt: skip
    assert say.partner(nobody)["address"] == {"country_code": "HU", "post_code": "-", "city": "-", "address": "-"}


def test_a_partner_with_another_address_is_another_partner() -> None:
    wanted = say.partner(PERSON)
    moved = {**wanted, "address": {**wanted["address"], "post_code": "00-002"}}
    written = {**wanted, "name": wanted["name"].upper(), "emails": ["x@y.z", PERSON.email.upper()]}
    assert [say.says(row, wanted) for row in (wanted, written, moved)] == [True, True, False]


def test_a_vendor_id_fits_a_path_and_belongs_to_one_reference_alone() -> None:
    references = ["shop/1/i1", "shop-1/i1", "shop_1/i1", "shop/1i1", "SHOP/1/i1", "shop_2F1/i1", "bő/1"]
    ids = [say.vendor_id(reference) for reference in references]
    assert ids[0] == "shop_2F1_2Fi1"
    assert len(set(ids)) == len(references)
    assert all(set(ident) <= set("_-" + "".join(map(chr, (*range(48, 58), *range(65, 91), *range(97, 123)))))
               for ident in ids)  # fmt: skip


def test_the_mark_is_read_from_the_end_of_the_comment_alone() -> None:
    wanted = draft(note="[not this]\nLeave it [here]")
    assert say.reference_of(said(wanted)["comment"]) == wanted.reference
    assert say.reference_of("[shop/1/i1] and more") == ""
    assert say.reference_of(None) == ""


@pytest.mark.parametrize(
    ("category", "buyer", "status", "code"),
    [
        ("E", PERSON, "payer", {"vat": "TAM", "entitlement": "TAM"}),
        ("E", PERSON, "exempt", {"vat": "AAM", "entitlement": "AAM"}),
        ("K", GERMAN, "payer", {"vat": "EU", "entitlement": "KBAET"}),
        ("AE", GERMAN, "payer", {"vat": "EU", "entitlement": "EUFAD37"}),
        ("AE", FIRM, "payer", {"vat": "F.AFA"}),
        ("G", SWISS, "payer", {"vat": "EUK", "entitlement": "EAM"}),
        ("O", PERSON, "non_payer", {"vat": "ÁTHK", "entitlement": "ATK"}),
        ("Z", PERSON, "payer", {"vat": "0%"}),
    ],
)
def test_every_zero_has_its_code(category: str, buyer: Party, status: str, code: Mapping[str, str]) -> None:
    wanted = draft(buyer=buyer, lines=[line("Work", "1", "500.00", "0", category)])
    wanted = replace(wanted, seller=replace(wanted.seller, vat_status=status))
    assert say.vat(wanted.lines[0], wanted, {}) == code


def test_an_account_may_have_other_codes_for_a_zero() -> None:
    wanted = draft(buyer=GERMAN, lines=[line("Work", "1", "500.00", "0", "AE")])
    options = {"zero_vat": "K EU/KBAET, AE ÁTHK/EUFAD37"}
    assert say.vat(wanted.lines[0], wanted, options) == {"vat": "ÁTHK", "entitlement": "EUFAD37"}
    assert MANIFEST.problems(dict(ACCOUNT.credentials), options) == {}


def test_a_rate_that_billingo_has_not_is_refused() -> None:
    with pytest.raises(Permanent) as caught:
        said(draft(lines=[line("Book", "1", "113.50", "13.5")]))
    assert caught.value.code == "VAT_RATE_UNKNOWN"


def test_cash_in_forints_is_rounded_by_billingo_and_elsewhere_told() -> None:
    forints = replace(draft(currency="HUF", rounding="2", lines=[line("Cup", "1", "1003")]), decimals=0)
    assert (said(forints)["settings"]["round"], "+2" in said(forints)["comment"]) == ("five", False)
    crowns = said(draft(currency="CZK", rounding="0.30"))
    assert (crowns["settings"]["round"], "+0.30 CZK" in crowns["comment"]) == ("none", True)


def test_pieces_of_whole_forints_have_whole_prices() -> None:
    """A model that keeps decimals of forints would make 19971.99 of 3 x 6657.33."""
    wanted = replace(draft(currency="HUF", lines=[line("Sweater", "3", "19972", "27")]), decimals=0)
    sent = [(item["quantity"], item["unit_price"]) for item in said(wanted)["items"]]
    assert sent == [(2, 6657), (1, 6658)]


def shown(**fields: Any) -> dict[str, Any]:
    rate = {"vat_name": "27%", "vat_percentage": 27, "vat_rate_vat_amount": 540}
    return {
        "id": 7, "invoice_number": "ABC / 2026-000001", "type": "invoice", "cancelled": False, "gross_total": 2540,
        "currency": "HUF", "invoice_date": "2026-11-20", "paid_date": "2026-11-21", "payment_status": "outstanding",
        "comment": "W-1 [shop/1/i1]", "settings": {"selected_type": "invoice"}, "related_documents": [],
        "summary": {"net_amount": 2000, "vat_amount": 540, "vat_rate_summary": [rate]}, **fields,
    }  # fmt: skip


def test_an_invoice_is_read_with_its_mark_and_paid_only_by_its_status() -> None:
    found = to_document(shown())
    assert (found.reference, found.number) == ("shop/1/i1", "ABC / 2026-000001")
    assert (found.gross, found.paid) == (Decimal(2540), Decimal(0))
    assert found.vat_by_rate == {"27": Decimal(540)}
    assert to_document(shown(payment_status="paid")).paid == 2540
    assert to_document(shown(payment_status="partially_paid")).paid is None


def test_corrections_come_back_positive_and_a_cancelled_invoice_stays_issued() -> None:
    summary = {"net_amount": -2000, "vat_amount": -540}
    for word in ("cancellation", "modification"):
        found = to_document(shown(type=word, gross_total=-2540, summary=summary))
        assert (found.kind, found.gross, found.vat) == (Kind.CREDIT_NOTE, Decimal(2540), Decimal(540))
    cancelled = to_document(shown(cancelled=True))
    assert (cancelled.state, cancelled.extra["cancelled"]) == ("issued", "yes")


def test_a_draft_is_read_as_what_it_is_to_become() -> None:
    found = to_document(shown(type="draft", invoice_number="", settings={"selected_type": "proforma"}))
    assert (found.state, found.kind, found.number) == ("draft", Kind.PROFORMA, "")


def test_an_answer_without_an_id_is_none() -> None:
    with pytest.raises(KeyError):
        to_document({name: value for name, value in shown().items() if name != "id"})


@pytest.mark.parametrize(
    ("status", "state"),
    [("done", OfficialState.ACCEPTED), ("processing", OfficialState.WAITING), ("no_send_by_user", OfficialState.NONE),
     ("invalid_customer", OfficialState.REFUSED), ("aborted", OfficialState.REFUSED)],
)  # fmt: skip
def test_navs_answer_has_a_number_when_accepted_and_words_when_refused(status: str, state: OfficialState) -> None:
    found = told.official({"transaction_id": "T1", "status": status, "messages": []})
    assert found.state is state
    assert bool(found.number) == (state is OfficialState.ACCEPTED)
    assert bool(found.messages) == (state is OfficialState.REFUSED)


def schema(name: str) -> Mapping[str, Any]:
    if not SPEC.exists():
        pytest.skip(f"the vendor's description is not here ({SPEC}); it is not part of the project")
    found: Mapping[str, Any] = described()["components"]["schemas"][name]
    return found


@cache
def described() -> Any:
    yaml = pytest.importorskip("yaml")
    return yaml.load(SPEC.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_every_field_we_send_is_in_the_vendors_description_or_named_by_the_sheet() -> None:
    bodies = [said(make()) for make in TEN.values() if make().kind is not Kind.CREDIT_NOTE]
    assert {name for body in bodies for name in body} <= set(schema("DocumentInsert")["properties"])
    assert set(schema("DocumentInsert")["required"]) <= set(bodies[0])
    settings = {name for body in bodies for name in body["settings"]}
    assert settings - set(schema("DocumentSettings")["properties"]) <= {"dont_send_to_nav_reason"}
    items = {name for body in bodies for item in body["items"] for name in item}
    assert items <= set(schema("DocumentProductData")["properties"])
    assert {*say.partner(FIRM)} <= set(schema("Partner")["properties"])
    correction = say.modification(TEN["refund"](), {}, "cash")
    assert set(correction) <= set(schema("ModificationDocumentInsert")["properties"])
    assert set(say.conversion(draft(), ACCOUNT.options)) <= set(schema("InvoiceSettings")["properties"])


def test_every_code_we_send_is_in_the_vendors_description() -> None:
    rates = {f"{rate.replace('.', ',')}%" for rate in say.RATES} | {code for code, _ in say.CODES.values()}
    assert rates - set(schema("Vat")["enum"]) <= {"8,1%", "25,5%"}
    assert {entitlement for _, entitlement in say.CODES.values()} <= set(schema("Entitlement")["enum"])
    assert {*say.MEANS.values(), *say.METHODS.values(), "other"} <= set(schema("PaymentMethod")["enum"])
    assert set(say.LANGUAGES) <= set(schema("DocumentLanguage")["enum"])
    newer = {"ALL", "COP", "GEL", "LEJ", "MKD", "MNT", "SKK"}
    assert set(schema("Currency")["enum"]) - {""} <= say.CURRENCIES
    assert say.CURRENCIES - set(schema("Currency")["enum"]) <= newer


def test_the_manifest_tells_what_is_wrong_without_repeating_it() -> None:
    problems = MANIFEST.problems({"api_key": "short"}, {"block_id": "first", "zero_vat": "K=EU"})
    assert set(problems) == {"api_key", "block_id", "zero_vat"}
    assert MANIFEST.problems(dict(ACCOUNT.credentials), dict(ACCOUNT.options)) == {}


def test_lines_that_are_sent_keep_the_total() -> None:
    wanted = draft(lines=CUPS)
    sent = said(wanted)["items"]
    assert sum(Decimal(str(item["unit_price"])) * item["quantity"] for item in sent) == wanted.totals.gross
