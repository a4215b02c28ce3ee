"""Kontozz's pure halves (goldens), its profile, and what keeps an account off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine

from adapters import manifest_of
from adapters.kontozz import MANIFEST, Kontozz, to_document, to_payload
from adapters.manifest import Credit, Pdf, Reference
from adapters.payloads.kontozz_profile import problem, read_profile
from schemas.connection import Account
from schemas.document import Address, Kind, Party
from schemas.errors import Auth, Permanent, Unsupported
from tests.adapters.drafts import FIRM, HUNGARY, PERSON, at, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.kontozz import BLIND, OPTIONS, PROFILE
from tests.adapters.ten import TEN, invoice_of

LAST = date(2099, 12, 31)
ACCOUNT = Account(
    1, "main", "kontozz", "Main", HUNGARY.seller, {"url": "https://kontozz.test", "api_key": "0123456789"}, OPTIONS,
    expires_on=LAST,
)  # fmt: skip
BOLT = Party("Büfé Kft.", Address("Fő utca 1.", "", "Győr", "9021", "", "HU"), company="Büfé Kft.",
             tax_number="12345676241", vat_id="HU12345676", email="bufe@example.test")  # fmt: skip


@pytest.fixture(autouse=True)
def _at_home() -> Iterator[None]:
    with at(HUNGARY):
        yield


def account(profile: str = PROFILE, **options: str) -> Account:
    return replace(ACCOUNT, options={**OPTIONS, "profile": profile, **options})


def without(section: str, text: str = PROFILE) -> str:
    """The profile without one of its tables."""
    start = text.index(f"\n[{section}]")
    end = text.find("\n[", start + 1)
    return text[:start] + (text[end:] if end > 0 else "")


@pytest.mark.parametrize("topic", TEN)
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    wanted = TEN[topic]()
    original = invoice_of("kontozz", "901") if wanted.kind is Kind.CREDIT_NOTE else None
    agrees("kontozz", topic, to_payload(wanted, ACCOUNT, original))


def test_a_firm_at_home_gives_its_number_in_parts() -> None:
    said = to_payload(draft(order="1001", buyer=BOLT, language="hu"), ACCOUNT)
    agrees("kontozz", "firm_at_home", said)
    assert (said["customer"]["tax_number"], said["customer"]["type"]) == ("12345676-2-41", "vat_payer")
    assert "eu_tax_number" not in said["customer"]


def test_a_person_is_never_made_a_firm() -> None:
    assert to_payload(draft(buyer=PERSON), ACCOUNT)["customer"]["type"] == "private"
    nameless = replace(FIRM, vat_id=None, tax_number=None)
    assert to_payload(draft(buyer=nameless), ACCOUNT)["customer"]["type"] == "vat_exempt"


def test_zero_vat_has_the_code_of_its_reason() -> None:
    def code(category: str, country: str = "DE", status: str = "payer") -> str:
        buyer = replace(FIRM, address=replace(FIRM.address, country=country))
        wanted = draft(lines=[line("Cup", "1", "10.00", "0", category)], buyer=buyer)
        said = to_payload(replace(wanted, seller=replace(wanted.seller, vat_status=status)), ACCOUNT)
        return str(said["items"][0]["vat"])

    assert [code(letter) for letter in ("K", "AE", "G", "O", "E")] == ["KBAET", "EUFAD37", "EAM", "ATK", "TAM"]
    assert (code("AE", "HU"), code("E", status="exempt")) == ("F.AFA", "AAM")
    with pytest.raises(Permanent) as caught:
        code("Z")
    assert caught.value.code == "VAT_RATE_UNKNOWN"


def test_a_profiles_own_codes_come_first() -> None:
    own = f'{PROFILE}\n[vat]\n"S 27" = "A27"\nZ = "NULLA"\n[payments]\n48 = "kartya"\n[units]\nC62 = "darab"\n'
    told = own.replace('"proforma 2026" = "12"', '2026 = "77"')
    said = to_payload(draft(lines=[line("Cup", "1", "12.70"), line("Tea", "1", "5.00", "0", "Z")]), account(told))
    assert [item["vat"] for item in said["items"]] == ["A27", "NULLA"]
    assert (said["payment_method"], said["items"][0]["unit"], said["block_id"]) == ("kartya", "darab", 11)


def test_the_book_is_the_routes_for_invoices_and_the_profiles_by_kind_and_year() -> None:
    chosen = account(invoice_book="99")
    assert to_payload(draft(), chosen)["block_id"] == 99
    assert to_payload(draft(Kind.PROFORMA), chosen)["block_id"] == 12


def test_prices_without_vat_take_a_rounding_line_where_they_miss_the_total() -> None:
    net = account(PROFILE + '\n[prices]\nmode = "net"\nrounding = true\n')
    items = to_payload(TEN["zero_decimal"](), net)["items"]
    assert sum(Decimal(str(item["quantity"])) * Decimal(str(item["unit_price"])) for item in items) == 2000
    wanted = draft(lines=[line("Cup", "1", "1.01", "27")])
    out_of_reach = replace(wanted, breakdown=(replace(wanted.breakdown[0], net_reachable=False),))
    with pytest.raises(Permanent) as caught:
        to_payload(out_of_reach, account(PROFILE + '\n[prices]\nmode = "net"\nrounding = false\n'))
    assert caught.value.code == "NO_EXACT_ENCODING"
    *_, last = to_payload(out_of_reach, net)["items"]
    assert (last["name"], last["vat"], abs(last["unit_price"])) == ("Rounding", "ATK", 0.01)


def test_what_an_order_does_not_say_the_profile_may() -> None:
    nowhere = replace(PERSON, address=Address(country="HU"))
    said = to_payload(draft(buyer=nowhere), ACCOUNT)["customer"]
    assert (said["city"], said["postcode"], said["address"]) == ("-", "-", "-")
    assert to_payload(draft(buyer=PERSON), ACCOUNT)["customer"]["city"] == "Kanarkowo"


def test_amounts_can_be_text() -> None:
    said = to_payload(draft(), account(PROFILE + '\n[prices]\namounts = "text"\n'))
    assert (said["total"], said["items"][0]["unit_price"], said["items"][0]["quantity"]) == ("135.30", "61.50", "2")


@pytest.mark.parametrize(("section", "changed"), [
    ("find", {"reference": Reference.NONE}), ("proforma", {"follows_proforma": False}),
    ("credit_note", {"credit": Credit.NONE}), ("cancel", {"cancels": frozenset()}), ("pdf", {"pdf": Pdf.NONE}),
    ("email", {"mail": False}), ("series", {"series": False}),
])  # fmt: skip
def test_what_a_profile_does_not_name_the_account_cannot_do(section: str, changed: dict[str, object]) -> None:
    whole, less = (manifest_of("kontozz", account(text).options) for text in (PROFILE, without(section)))
    assert {name: getattr(less, name) for name in changed} == changed
    assert all(getattr(whole, name) != value for name, value in changed.items())
    assert Kontozz(account(without(section))).manifest == less
    assert manifest_of("kontozz") == MANIFEST


def test_a_storno_alone_credits_whole_invoices() -> None:
    storno = without("credit_note") + (
        '\n[credit_note]\ncall = "POST /api/v1/documents/{original.id}/storno"\nbody = {order_id = "{reference}"}\n'
    )
    assert manifest_of("kontozz", account(storno).options).credit is Credit.FULL


def test_what_the_profile_leaves_out_is_refused_before_any_call() -> None:
    with pytest.raises(Unsupported):
        Kontozz(account(without("proforma"))).issue(draft(Kind.PROFORMA))
    with pytest.raises(Unsupported):
        Kontozz(account(without("email"))).send(invoice_of("kontozz", "1"), "a@example.test")


@pytest.mark.parametrize(("text", "words"), [
    ("= nonsense", "not TOML"), ("", "invoice"), (PROFILE.replace("POST /api/v1/invoices", "/invoices"), "POST /api"),
    (PROFILE.replace("{reference}", "{referense}"), "places that nothing fills: referense"),
    (PROFILE.replace('reference = "order_id"', ""), "compared exactly"),
    (PROFILE.replace('header = "X-API-KEY"', ""), "a header or a query"),
    (PROFILE + "\n[teleport]\ncall = 'GET /x'", "teleport"),
    (PROFILE.replace('"buyer.city" = "-"', '"buyer.sity" = "-"'), "buyer.sity"),
    (PROFILE.replace("POST /api/v1/invoices", "GET /api/v1/invoices"), "a GET must not"),
    (PROFILE.replace('"items": "{items}"', '"things": 1'), "says no items"),
    (PROFILE.replace("[get]", "[get]\ncolour = 1"), "colour"), (without("get"), "reads first"),
])  # fmt: skip
def test_a_profile_that_cannot_work_is_refused_with_the_place(text: str, words: str) -> None:
    assert words in problem(text)
    assert words in (MANIFEST.problems({"url": "https://x.test", "api_key": "0123456789"}, {"profile": text})
                     .get("profile", "is missing invoice"))  # fmt: skip


def test_profiles_of_the_docs_can_be_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "kontozz.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    assert problem(example) == ""
    assert problem(PROFILE) == problem(BLIND) == ""


@pytest.mark.parametrize(("options", "last", "code"), [
    ({"profile": ""}, LAST, "NOT_ENABLED"), ({"profile": "= x"}, LAST, "NOT_ENABLED"),
    ({"own_sync_off": ""}, LAST, "NOT_ENABLED"), ({}, None, "NEEDS_NEW_KEY"),
    ({}, date(2026, 11, 20), "NEEDS_NEW_KEY"),
])  # fmt: skip
def test_an_account_that_is_not_ready_pauses_and_says_nothing_to_anybody(
    options: dict[str, str], last: date | None, code: str
) -> None:
    mouth = Kontozz(replace(account(**options), expires_on=last))
    wanted = draft()
    for call in (mouth.verify, lambda: mouth.find(wanted), lambda: mouth.issue(wanted)):
        with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False), pytest.raises(Auth) as caught:
            call()
        assert (caught.value.code, "flask account" in caught.value.remedy) == (code, True)
        assert caught.value.exchange is None


def test_a_key_is_good_to_the_end_of_its_last_day_in_budapest() -> None:
    mouth = Kontozz(replace(ACCOUNT, expires_on=date(2026, 11, 21)))
    midnight = datetime(2026, 11, 21, 23, tzinfo=UTC)
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        assert mouth.profile
    with time_machine.travel(midnight, tick=False), pytest.raises(Auth):
        assert mouth.profile


def test_a_document_is_read_where_the_profile_says() -> None:
    told = {"id": 901, "number": "KZ2026-7", "type": "correction", "gross": Decimal("-12.70"), "currency": "EUR",
            "order_id": "shop/1/c9", "status": "issued", "net": Decimal("-10"), "vat_amount": Decimal("-2.70"),
            "issue_date": "2026-11-21", "vat_summary": [{"vat": "27", "vat_amount": Decimal("-2.70")}]}  # fmt: skip
    read = to_document(told, read_profile(PROFILE))
    assert (read.system_id, read.kind, read.reference, read.gross) == (
        "901", Kind.CREDIT_NOTE, "shop/1/c9", Decimal("12.70"))  # fmt: skip
    assert (read.vat_by_rate, read.paid, read.issue_date) == ({"27": Decimal("2.70")}, None, date(2026, 11, 21))
