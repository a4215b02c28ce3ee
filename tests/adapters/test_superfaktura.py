"""SuperFaktura's two pure halves: what is sent (goldens) and what is read (the vendor's examples)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters import adapter_for
from adapters.superfaktura import MANIFEST, checksum, to_document, to_payload
from schemas.connection import Account
from schemas.document import Kind, Sight
from schemas.errors import Ambiguous, RateLimited
from simulators import superfaktura
from simulators.server import Simulator
from tests.adapters.drafts import FIRM, SELLER, UNPAID, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.ten import TEN, invoice_of

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "superfaktura"
ACCOUNT = Account(
    1, "main", "superfaktura", "Main", SELLER,
    {"url": "https://moja.superfaktura.sk", "email": "a@example.test", "apikey": "secret-key-1"},
)  # fmt: skip
INVOICE = invoice_of("superfaktura", "901", token="c3b05c50")


@pytest.fixture
def system() -> Iterator[Simulator]:
    with superfaktura.start() as running:
        yield running


def connected(system: Simulator) -> Account:
    given = {"url": system.url, "email": "shop+sf@example.test", "apikey": "simulator+key", "company_id": "1"}
    return replace(ACCOUNT, credentials=given)


@pytest.mark.parametrize("topic", TEN)
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    wanted = TEN[topic]()
    agrees(
        "superfaktura", topic, to_payload(wanted, ACCOUNT, INVOICE if wanted.kind is Kind.CREDIT_NOTE else None)
    )  # fmt: skip


def test_an_invoice_after_a_proforma_names_it_and_has_all_its_lines() -> None:
    proforma = replace(INVOICE, kind=Kind.PROFORMA, system_id="900")
    agrees("superfaktura", "after_a_proforma", to_payload(draft(order="1001"), ACCOUNT, proforma))


def test_a_reverse_charge_is_flagged_and_told_why() -> None:
    wanted = draft(buyer=FIRM, lines=[line("Work", "1", "500.00", "0", "AE")])
    said = to_payload(replace(wanted, breakdown=(replace(wanted.breakdown[0], reason="Reverse charge"),)), ACCOUNT)
    assert (said["Invoice"]["vat_transfer"], said["Invoice"]["comment"]) == (1, "Reverse charge")


def test_one_key_per_document_and_kind() -> None:
    one, other = draft(order="1"), draft(Kind.PROFORMA, order="1", payment=UNPAID)
    assert checksum(one) == checksum(replace(one, note="changed"))
    assert len({checksum(one), checksum(other), checksum(draft(order="2"))}) == 3
    assert len(checksum(one)) == 32


def test_a_lost_answer_that_the_list_does_not_show_is_recalled_by_its_checksum(system: Simulator) -> None:
    account, wanted = connected(system), draft()
    adapter = adapter_for(account, allow_private=True, deadline=1.0)
    system.world.plan.arm("reset_after", path="/invoices/create")
    with pytest.raises(Ambiguous):
        adapter.issue(wanted)
    system.world.change({"lag": 30.0})
    assert adapter.find(wanted).sight is Sight.NONE
    found = adapter.find(wanted, doubt=True)
    assert found.sight is Sight.ONE
    assert (found.document.reference, found.document.gross) == (wanted.reference, wanted.totals.gross)


def test_nothing_is_recalled_of_what_was_never_sent_or_is_deleted(system: Simulator) -> None:
    adapter = adapter_for(connected(system), allow_private=True)
    assert adapter.find(draft(), doubt=True).sight is Sight.NONE
    wanted = draft(Kind.PROFORMA, payment=UNPAID)
    adapter.cancel(adapter.issue(wanted))
    assert adapter.find(wanted, doubt=True).sight is Sight.NONE


@pytest.mark.parametrize("over", ["silence", "empty", "html"])
def test_over_the_days_quota_a_look_up_is_never_none(over: str) -> None:
    with superfaktura.start(daily_limit=1, quota="reads", over_quota=over) as system:
        adapter = adapter_for(connected(system), allow_private=True, deadline=0.6)
        adapter.issue(draft())
        assert adapter.find(draft()).sight is Sight.UNSURE


def test_a_429_over_the_days_quota_is_waited_for() -> None:
    with superfaktura.start(daily_limit=1, quota="reads", over_quota="429") as system:
        adapter = adapter_for(connected(system), allow_private=True)
        adapter.issue(draft())
        with pytest.raises(RateLimited):
            adapter.find(draft())


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    wrong = {"url": "superfaktura.sk/x", "email": "nobody", "apikey": "short"}
    problems = MANIFEST.problems(wrong)
    assert set(problems) == set(wrong)
    assert not any(value in sentence for value in wrong.values() for sentence in problems.values())
    assert MANIFEST.problems(dict(ACCOUNT.credentials)) == {}


def example(name: str) -> Any:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the examples are not here ({SAMPLES}); they are of public origin and not part of the project")
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


def test_the_vendors_example_of_a_new_proforma_is_read() -> None:
    document = to_document(example("docs-invoice__add-invoice--successful-addition")["data"])
    assert (document.kind, document.number, document.gross) == (Kind.PROFORMA, "ZAL12019001", Decimal("10.8"))
    assert (document.net, document.vat, document.paid) == (Decimal("9"), Decimal("1.8"), Decimal("0.00"))
    assert (document.reference, document.extra["token"]) == ("Internal comment", "c3b05c50")


def test_every_field_we_send_was_seen_in_an_example_or_is_named_by_the_sheet() -> None:
    seen: set[str] = set()
    for path in sorted(SAMPLES.glob("*.json")) or [SAMPLES / "docs-invoice__get-invoice-detail--success.json"]:
        seen |= _keys(example(path.stem))
    sent = set().union(*(_keys(to_payload(make(), ACCOUNT)) for make in TEN.values()))
    named = {"checksum", "already_paid", "country_iso_id", "update_addressbook", "oss", "paydate"}
    assert sent - seen <= named


def _keys(data: object) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*map(_keys, data.values()))
    return set().union(*map(_keys, data)) if isinstance(data, list) else set()
