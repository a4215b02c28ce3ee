"""Which follow-ups there are: a pure function."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.manifest import Manifest, Pdf, Reference
from schemas.connection import Account, Shop
from schemas.document import Document, Draft, Kind
from tests.adapters.drafts import SELLER, draft
from workers.follow_ups.wanted import Case, problems, wanted

ABLE = Manifest("able", "Able", "PL", "", (), reference=Reference.UNIQUE, marks_paid=True, pdf=Pdf.LATER, mail=True,
                official="KSeF")  # fmt: skip
UNABLE = Manifest("unable", "Unable", "SE", "", (), reference=Reference.SEARCHABLE)
LAST_LOOK = ("document.verify",)


def _case(manifest: Manifest = ABLE, account: dict[str, str] | None = None, **options: str) -> Case:
    asked = draft()
    document = Document("able", "1", asked.kind, asked.reference, "1", asked.currency, asked.totals.gross)
    return Case(manifest, Account(1, "a", "able", "A", SELLER, options=account or {}), options, asked, document)


def _settled(asked: Draft) -> Draft:
    totals = replace(asked.totals, paid=asked.totals.gross, due=Decimal(0))
    return replace(asked, totals=totals)


def test_nothing_is_asked_for_but_the_last_look() -> None:
    assert wanted(replace(_case(), draft=_unpaid(_case().draft))) == LAST_LOOK


def _unpaid(asked: Draft) -> Draft:
    return replace(asked, totals=replace(asked.totals, paid=Decimal(0), due=asked.totals.gross))


def test_everything_that_is_asked_for_and_can_be_done() -> None:
    case = replace(_case(pdf="yes", email="yes", official="yes"), draft=_settled(draft()))
    assert set(wanted(case)) == {f"document.{kind}" for kind in ("pdf", "paid", "email", "official", "verify")}


@pytest.mark.parametrize(
    ("asked", "keys", "expected"),
    [("", {"consumer_key": "ck"}, True), ("", {}, False), ("no", {"consumer_key": "ck"}, False), ("yes", {}, True)],
)
def test_the_shop_is_told_when_there_is_a_key_of_it_unless_the_route_says_otherwise(
    asked: str, keys: dict[str, str], expected: bool
) -> None:
    case = replace(_case(), options={"writeback": asked} if asked else {})
    case = replace(case, shop=Shop(1, "s", "woocommerce", "S", credentials=keys))
    assert ("document.writeback" in wanted(case)) is expected
    assert "document.writeback" not in wanted(case, ["total 1, not 2"])
    unreadable = replace(case, shop=Shop(1, "s", "generic", "S", credentials=keys))
    assert ("document.writeback" in wanted(unreadable)) is (asked == "yes")


def test_what_the_system_cannot_do_is_not_tried() -> None:
    case = replace(_case(UNABLE, pdf="yes", email="yes", official="yes"), draft=_settled(draft()))
    assert wanted(case) == LAST_LOOK


def test_what_cannot_be_looked_up_is_not_verified() -> None:
    assert wanted(replace(_case(), manifest=replace(UNABLE, reference=Reference.NONE))) == ()


def test_a_difference_leaves_only_the_last_look() -> None:
    case = replace(_case(pdf="yes", email="yes", official="yes"), draft=_settled(draft()))
    assert wanted(case, ["total 1, not 2"]) == LAST_LOOK


@pytest.mark.parametrize(
    ("on_create", "told", "expected"),
    [(True, None, False), (False, None, True), (True, "0", True), (True, "all", False), (False, "all", False)],
)
def test_paid_is_marked_where_the_system_did_not(on_create: bool, told: str | None, expected: bool) -> None:
    case = _case()
    paid = None if told is None else case.document.gross if told == "all" else Decimal(0)
    case = replace(
        case,
        manifest=replace(ABLE, paid_on_create=on_create),
        draft=_settled(case.draft),
        document=replace(case.document, paid=paid),
    )
    assert ("document.paid" in wanted(case)) is expected


def test_a_credit_note_is_never_marked_as_paid() -> None:
    case = _case()
    assert "document.paid" not in wanted(replace(case, draft=replace(_settled(case.draft), kind=Kind.CREDIT_NOTE)))


@pytest.mark.parametrize(
    ("option", "account", "state", "expected"),
    [
        ("", {}, "", False),
        ("", {"ksef": "yes"}, "", True),
        ("", {}, "processing", True),
        ("yes", {}, "", True),
        ("no", {"ksef": "yes"}, "processing", False),
    ],
)
def test_the_hub_is_asked_when_the_document_goes_there(
    option: str, account: dict[str, str], state: str, expected: bool
) -> None:
    case = _case(account=account, official=option)
    case = replace(case, document=replace(case.document, extra={"gov_status": state} if state else {}))
    assert ("document.official" in wanted(case)) is expected


def test_options_are_checked() -> None:
    assert problems({"email": "yes", "pdf": "yes", "mark_paid": "no", "official": "yes"}, ABLE) == {}
    assert problems({}, UNABLE) == {}
    assert problems({"writeback": "yes", "writeback_status": "completed", "tell_buyer": "yes"}, UNABLE) == {}
    assert set(problems({"writeback": "ja", "writeback_status": " ", "tell_buyer": "no"}, ABLE)) == {
        "writeback", "writeback_status", "tell_buyer",
    }  # fmt: skip
    assert set(problems({"email": "maybe", "mails": "yes"}, ABLE)) == {"email", "mails"}
    assert problems({"email": "yes"}, UNABLE) == {"email": "cannot be done by Unable"}
