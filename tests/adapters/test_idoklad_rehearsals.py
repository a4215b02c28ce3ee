"""iDoklad is asked to calculate first: nothing is issued that would come out otherwise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.idoklad import Idoklad
from adapters.wire import compare
from schemas.document import Kind, Payment
from schemas.errors import Permanent, Unsupported
from tests.adapters.agenda import Agenda, agenda
from tests.adapters.drafts import CZECHIA, FIRM, PERSON, Home, at, draft, line
from tests.adapters.series_crowd import account_at

__all__ = ["agenda"]
CASH = Payment("10", "cod", "Cash on delivery", draft().payment.paid_on)


def test_an_agenda_that_rounds_every_document_is_warned_of_and_issues_nothing(agenda: Agenda) -> None:
    agenda.switch(rounding=1)
    (warning,) = agenda.adapter().verify().warnings
    assert "rounds" in warning
    with pytest.raises(Permanent) as caught:
        agenda.adapter().issue(draft())
    assert caught.value.code == "DRY_RUN_DIFFERS"
    assert "total 135, not 135.3" in caught.value.detail
    assert agenda.rows("IssuedInvoices") == []


def test_an_agenda_that_pays_no_vat_issues_nothing_with_vat(agenda: Agenda) -> None:
    agenda.switch(vat_payer=False)
    assert agenda.adapter().verify().warnings
    with pytest.raises(Permanent) as caught:
        agenda.adapter().issue(draft())
    assert caught.value.code == "DRY_RUN_DIFFERS"
    assert "VAT 0" in caught.value.detail
    assert agenda.rows("IssuedInvoices") == []


def test_cash_that_the_route_rounds_is_rounded_by_idoklad_to_the_same(agenda: Agenda) -> None:
    wanted = draft(payment=CASH, rounding="-0.30")
    row = agenda.issued(wanted)
    assert row["Prices"]["TotalWithVat"] == Decimal("135")
    found = agenda.adapter().find(wanted)
    assert compare(wanted, found.document) == ()


def test_cash_that_the_route_does_not_round_is_not_rounded(agenda: Agenda) -> None:
    assert agenda.issued(draft(payment=CASH))["Prices"]["TotalWithVat"] == Decimal("135.30")


def test_an_agenda_that_keeps_two_decimals_of_a_price_is_told_two_and_issues_the_same_total(agenda: Agenda) -> None:
    wanted = draft(lines=[line("Pin", "3", "8.78"), line("Tea", "2.5", "20.17", "8")])
    four = [(item["Amount"], item["Prices"]["UnitPrice"]) for item in agenda.issued(wanted)["Items"]]
    assert four == [(3, Decimal("2.9267")), (Decimal("2.5"), Decimal("8.068"))]
    agenda.switch(price_decimals=2)
    again = draft(lines=[line("Pin", "3", "8.78"), line("Tea", "2.5", "20.17", "8")])
    two = [(item["Amount"], item["Prices"]["UnitPrice"]) for item in agenda.issued(again)["Items"]]
    assert two == [(1, Decimal("2.92")), (2, Decimal("2.93")), (1, Decimal("20.17"))]


def test_a_vat_rate_that_idoklad_does_not_know_is_refused_with_the_rate_and_the_day(agenda: Agenda) -> None:
    with pytest.raises(Permanent) as caught:
        agenda.adapter().issue(draft(lines=[line("Odd", "1", "12.30", "17")]))
    assert caught.value.code == "NOT_IN_CODE_LIST"
    assert "17 % on 2026-11-20" in caught.value.detail
    assert agenda.rows("IssuedInvoices") == []


def test_a_sale_abroad_has_the_other_countrys_rate_and_no_proforma(agenda: Agenda) -> None:
    german = replace(PERSON, address=replace(PERSON.address, country="DE"))
    wanted = draft(buyer=german, oss=True, currency="EUR", lines=[line("Tasse", "1", "11.90", "19")])
    row = agenda.issued(wanted)
    assert (row["HasVatRegimeOss"], row["Prices"]["TotalVat"]) == (True, Decimal("1.9"))
    with pytest.raises(Unsupported):
        agenda.adapter().issue(replace(wanted, kind=Kind.PROFORMA))


def test_reverse_charge_at_home_needs_its_code(agenda: Agenda) -> None:
    builder = replace(FIRM, address=replace(FIRM.address, country="CZ"), vat_id="CZ25568736")
    wanted = draft(buyer=builder, lines=[line("Wall", "1", "5000.00", "0", "AE")])
    with pytest.raises(Permanent) as caught:
        agenda.adapter().issue(wanted)
    assert caught.value.code == "REVERSE_CHARGE_CODE_MISSING"
    assert agenda.issued(wanted, reverse_charge_code="4")["VatReverseChargeCodeId"] == 1


def test_a_slovak_agenda_has_three_rates(agenda: Agenda) -> None:
    agenda.switch(country="SK")
    seller = replace(CZECHIA.seller, country="SK", vat_id="SK2020273893")
    with at(Home(seller, "EUR", "CZK", {"23": "23", "8": "19", "5": "5"})):
        wanted = draft(
            lines=[line("Cup", "3", "59.97"), line("Book", "1", "31.50", "5"), line("Tea", "1", "20.17", "8")]
        )
        account = replace(account_at(agenda.simulator.url), seller=seller)
        document = Idoklad(account, allow_private=True, deadline=20.0).issue(wanted)
    assert compare(wanted, document) == ()
    assert set(document.vat_by_rate) == {"23", "19", "5"}
