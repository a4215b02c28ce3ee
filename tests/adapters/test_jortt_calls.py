"""What Jortt is asked, and in which order: drafts brought to their number, tries that broke off, credits in part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from adapters.jortt import Jortt
from adapters.wire import compare
from schemas.document import Document, Draft, Kind, Sight
from schemas.errors import Ambiguous, Auth, Permanent, RateLimited, Transient, Waiting
from simulators import jortt
from simulators.server import Simulator
from tests.adapters.drafts import CUPS, UNPAID, at, credit_of, draft, line
from tests.adapters.organisation import NETHERLANDS, credentials, organisation
from tests.adapters.ten import GERMAN

SECRET = credentials("")["client_secret"]


class Place:
    """A simulated organisation, an adapter of it, and its books."""

    def __init__(self, simulator: Simulator) -> None:
        self.world, self.url = simulator.world, simulator.url
        self.adapter = organisation(self.url)

    def switch(self, **settings: Any) -> None:
        self.world.change(settings)

    def arm(self, name: str, method: str, path: str, **params: Any) -> None:
        self.world.plan.arm(name, method=method, path=path, params=params)

    def asked(self, begin: int = 0) -> list[str]:
        """Method and path of every call but those for tokens, ids left out."""
        calls = [entry for entry in list(self.world.log)[begin:] if "oauth" not in entry["path"]]
        return [f"{entry['method']} {_short(entry['path'])}" for entry in calls]

    def rows(self) -> list[dict[str, Any]]:
        return list(self.world.books()["documents"])

    def call(self, method: str, path: str, body: object = None) -> Any:
        """As a person at Jortt's own pages, by the same doors."""
        token = self.adapter.oauth.tokens().access if self.adapter.oauth else ""
        answer = requests.request(method, self.url + path, json=body, timeout=5,
                                  headers={"Authorization": f"Bearer {token}"})  # fmt: skip
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.text else None

    def status(self) -> list[str]:
        """The state of every invoice over there."""
        return sorted(row["invoice_status"] for row in self.call("GET", "/v2/invoices")["data"])


def _short(path: str) -> str:
    return "/".join(part if len(part) < 36 else "ID" for part in path.split("/"))


@pytest.fixture
def place() -> Iterator[Place]:
    with jortt.start(client_secret=SECRET) as simulator, at(NETHERLANDS):
        yield Place(simulator)
        assert not simulator.world.crashes, simulator.world.crashes


def issued(place: Place, **more: Any) -> tuple[Draft, Document]:
    wanted = draft(**more)
    return wanted, place.adapter.issue(wanted)


def test_a_draft_is_made_read_sent_and_asked_for_until_it_has_a_number(place: Place) -> None:
    place.switch(send_reads=2)
    _, document = issued(place)
    assert document.number == "202611-001" or document.number.endswith("-001")
    assert place.asked() == [
        "GET /v1/customers", "GET /v1/customers", "POST /v1/customers", "GET /v2/customers/ID/vat-percentages",
        "POST /v3/invoices", "GET /v2/invoices/ID", "POST /v1/invoices/ID/send", *["GET /v2/invoices/ID"] * 3,
    ]  # fmt: skip


def test_a_customer_is_made_once_and_an_unclear_answer_makes_none_twice(place: Place) -> None:
    place.arm("reset_after", "POST", "/v1/customers$")
    with pytest.raises(Transient) as caught:
        issued(place)
    assert caught.value.code == "CONTACT_UNCLEAR"
    issued(place)
    issued(place)
    assert len(place.call("GET", "/v1/customers")["data"]) == 1
    issued(place, buyer=GERMAN, lines=[line("Filter", "1", "97.80", "0", "K")])
    issued(place, buyer=GERMAN, lines=[line("Filter", "1", "97.80")])
    shifted = [bool(row["shift_vat"]) for row in place.call("GET", "/v1/customers")["data"] if not row["is_private"]]
    assert sorted(shifted) == [False, True], "reverse charge is said of the customer"


def test_a_number_that_takes_long_leaves_the_invoice_in_doubt_and_the_next_look_finds_it(place: Place) -> None:
    place.switch(send_reads=1000)
    wanted = draft()
    with pytest.raises(Ambiguous) as caught:
        place.adapter.issue(wanted)
    assert caught.value.code == "NUMBER_PENDING"
    with pytest.raises(Waiting) as waiting:
        place.adapter.find(wanted)
    assert (waiting.value.code, waiting.value.seconds) == ("NUMBER_PENDING", 5)
    place.switch(send_reads=0)
    found = place.adapter.find(wanted)
    assert found.document.number
    assert compare(wanted, found.document) == ()
    assert len(place.rows()) == 1


@pytest.mark.parametrize(("fault", "path"), [
    ("reset_after", "/v3/invoices$"), ("reset_before", "/send$"), ("reset_after", "/send$"), ("502_after", "/send$"),
    ("html_200", "/send$"), ("empty_200", "/send$"),
])  # fmt: skip
def test_a_try_that_breaks_off_is_brought_to_its_end_by_whoever_finds_it(place: Place, fault: str, path: str) -> None:
    wanted = draft()
    place.arm(fault, "POST", path)
    with pytest.raises(Ambiguous):
        place.adapter.issue(wanted)
    found = place.adapter.find(wanted, doubt=True)
    assert (found.document.number != "", place.status()) == (True, ["sent"])


def test_what_jortt_will_not_send_is_told_in_its_own_words_and_sent_once_it_will(place: Place) -> None:
    place.switch(complete=False)
    wanted = draft()
    for tried in (place.adapter.issue, place.adapter.find):
        with pytest.raises(Permanent) as caught:
            tried(wanted)
        assert "HTTP 422" in caught.value.detail
    place.switch(complete=True)
    assert place.adapter.find(wanted).document.number
    assert place.status() == ["sent"]


def test_a_reading_that_fails_after_the_draft_leaves_it_in_doubt(place: Place) -> None:
    wanted = draft()
    place.arm("500", "GET", r"/v2/invoices/[^/]+$")
    with pytest.raises(Ambiguous):
        place.adapter.issue(wanted)
    place.arm("429", "POST", "/send$")
    with pytest.raises(RateLimited):
        place.adapter.find(wanted)
    assert place.adapter.find(wanted).sight is Sight.ONE
    assert place.status() == ["sent"]


def test_of_two_drafts_of_one_reference_the_second_goes(place: Place) -> None:
    wanted = draft()
    for _ in "ab":
        place.arm("reset_after", "POST", "/v3/invoices$")
        with pytest.raises(Ambiguous):
            place.adapter.issue(wanted)
    assert place.status() == ["draft", "draft"]
    assert place.adapter.find(wanted).sight is Sight.ONE
    assert place.status() == ["sent"]


def test_a_draft_that_says_something_else_is_deleted_and_no_number_is_used(place: Place) -> None:
    wanted = draft()
    place.arm("reset_after", "POST", "/v3/invoices$")
    with pytest.raises(Ambiguous):
        place.adapter.issue(wanted)
    (row,) = place.call("GET", "/v2/invoices")["data"]
    lines = [{"description": "Else", "quantity": "1", "amount": {"amount": "1.00", "currency": "EUR"},
              "vat": {"value": "0.21", "category": None}}]  # fmt: skip
    place.call("PUT", f"/v2/invoices/{row['id']}", {"line_items": lines})
    with pytest.raises(Permanent) as caught:
        place.adapter.find(wanted)
    assert caught.value.code == "DRY_RUN_DIFFERS"
    assert place.status() == []
    assert place.adapter.issue(wanted).number.endswith("-001")


def test_a_search_that_knows_an_invoice_later_is_made_good_by_the_list_when_in_doubt(place: Place) -> None:
    wanted, document = issued(place)
    place.switch(search="recorded")
    assert place.adapter.find(wanted).sight is Sight.NONE
    assert place.adapter.find(wanted, doubt=True).document.system_id == document.system_id


@pytest.mark.parametrize("sign", ["amount", "quantity"])
def test_a_part_is_credited_however_jortt_signs(place: Place, sign: str) -> None:
    place.switch(credit_sign=sign)
    wanted, document = issued(place)
    note = credit_of(wanted, [line("Cup", "1", "61.50")])
    made = place.adapter.credit(note, document, wanted)
    assert compare(note, made) == ()
    assert (made.kind, made.reference, made.gross) == (Kind.CREDIT_NOTE, note.reference, note.totals.gross)
    rest = credit_of(wanted, [line("Cup", "1", "61.50"), CUPS[1]], "9002")
    assert compare(rest, place.adapter.credit(rest, document, wanted, [note])) == ()
    assert place.status() == ["sent"] * 3


@pytest.mark.parametrize("listed", ["always", "sent"])
@pytest.mark.parametrize("keeps", [False, True])
def test_a_credit_note_that_was_begun_and_not_named_is_found_and_finished(
    place: Place, listed: str, keeps: bool
) -> None:
    place.switch(credit_listed=listed, credit_keeps_reference=keeps)
    wanted, document = issued(place)
    note = credit_of(wanted, [line("Cup", "1", "61.50")])
    place.arm("reset_after", "POST", "/credit$")
    with pytest.raises(Ambiguous):
        place.adapter.credit(note, document, wanted)
    found = place.adapter.find(note, document, doubt=True)
    assert compare(note, found.document) == ()
    assert place.adapter.find(wanted).document.system_id == document.system_id
    assert place.status() == ["sent", "sent"]


def test_what_was_credited_in_jortt_itself_is_not_credited_again(place: Place) -> None:
    wanted, document = issued(place)
    place.call("POST", f"/v1/invoices/{document.system_id}/credit", {"send_method": "self"})
    for _ in "ab":
        place.call("GET", "/v2/invoices")
    ids = [row["id"] for row in place.call("GET", "/v2/invoices")["data"] if row["credited_invoice_id"]]
    for _ in "abc":
        place.call("GET", f"/v2/invoices/{ids[0]}")
    with pytest.raises(Permanent) as caught:
        place.adapter.credit(credit_of(wanted, CUPS), document, wanted)
    assert caught.value.code == "ALREADY_CREDITED"
    assert len(place.rows()) == 2


def test_an_unpaid_invoice_is_open_and_one_customer_can_stand_for_all(place: Place) -> None:
    _, unpaid = issued(place, payment=UNPAID)
    assert unpaid.paid == 0
    ident = unpaid.extra["customer_id"]
    shared = organisation(place.url, customer="default", default_customer_id=ident)
    assert shared.issue(draft()).extra["customer_id"] == ident
    with pytest.raises(Permanent) as caught:
        organisation(place.url, customer="default").issue(draft())
    assert caught.value.code == "NO_DEFAULT_CUSTOMER"


def test_a_closed_year_is_told_in_jortts_own_words(place: Place) -> None:
    place.switch(closed_year=2026)
    with pytest.raises(Permanent) as caught:
        issued(place)
    assert "HTTP 422" in caught.value.detail
    assert "closed" in caught.value.detail.lower()


def test_a_parallel_change_is_tried_again(place: Place) -> None:
    place.switch(conflicts=1)
    wanted = draft()
    with pytest.raises((Transient, Ambiguous)):
        place.adapter.issue(wanted)
    found = place.adapter.find(wanted)
    document = found.document if found.sight is Sight.ONE else place.adapter.issue(wanted)
    assert compare(wanted, document) == ()
    assert place.status() == ["sent"]


def test_a_plan_without_the_api_pauses_and_says_which_one_is_needed(place: Place) -> None:
    place.switch(plan="free")
    with pytest.raises(Auth) as caught:
        place.adapter.verify()
    assert (caught.value.code, "MKB" in caught.value.remedy) == ("PLAN_NOT_PAID", True)


def test_verify_warns_of_what_would_fail_later(place: Place) -> None:
    place.switch(one_stop_shop=True)
    assert place.adapter.verify().warnings == ()
    place.switch(complete=False, one_stop_shop=False, vat_type="never_vat")
    assert len(place.adapter.verify().warnings) == 3


def test_trade_names_can_be_chosen_and_are_printed(place: Place) -> None:
    (series,) = place.adapter.series()
    account = organisation(place.url, tradename_id=series.id)
    account.issue(draft())
    assert place.call("GET", "/v2/invoices")["data"][0]["tradename_id"] == series.id


def test_a_sale_abroad_is_refused_before_anything_is_made_while_the_one_stop_shop_is_off(place: Place) -> None:
    abroad = draft(oss=True, lines=[line("Kubek", "1", "24.60", "23.0")])
    with pytest.raises(Permanent) as caught:
        place.adapter.issue(abroad)
    assert caught.value.code == "VAT_NOT_OFFERED"
    assert place.rows() == []
    place.switch(one_stop_shop=True)
    assert compare(abroad, place.adapter.issue(abroad)) == ()


def test_a_rehearsal_stays_a_draft_and_is_taken_away(place: Place) -> None:
    wanted = draft()
    tried = place.adapter.rehearse(wanted)
    assert (compare(wanted, tried), tried.number, place.status()) == ((), "", ["draft"])
    with pytest.raises(Permanent):
        place.adapter.pdf(tried)
    place.adapter.discard(tried)
    assert place.status() == []
    place.arm("reset_after", "POST", "/v3/invoices$")
    with pytest.raises(Ambiguous):
        place.adapter.rehearse(wanted)
    lost = place.adapter.find(wanted, doubt=True).document
    assert place.status() == ["draft"], "a rehearsal that is found is sent by nobody"
    place.adapter.discard(lost)
    real = organisation(place.url).issue(draft())
    with pytest.raises(Permanent):
        place.adapter.discard(real)


def test_an_adapter_of_jortt_has_no_mail_and_no_proformas(place: Place) -> None:
    assert not Jortt.manifest.mail
    with pytest.raises(Permanent):
        place.adapter.issue(draft(Kind.PROFORMA))
    assert place.asked() == []
