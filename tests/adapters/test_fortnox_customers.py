"""Fortnox's customers and articles over real HTTP: found, made once, never changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from adapters.fortnox import Fortnox
from schemas.document import Address, Party
from schemas.errors import Permanent, Transient
from schemas.ports import OneProcess
from tests.adapters.company import Company, account_at, company
from tests.adapters.drafts import FIRM, PERSON, UNPAID, draft, line
from tests.adapters.ten import GERMAN

__all__ = ["company"]

SWEDE = Party(
    "Butik i Lund AB", Address("Storgatan 1", "", "Lund", "22100", "", "SE"), company="Butik i Lund AB",
    vat_id="SE556036079301", email="order@lund.example.test", first_name="Eva", last_name="Ek",
)  # fmt: skip


def card_of(company: Company, number: str) -> Any:
    return company.adapter().books.row(f"/customers/{number}", "Customer")


def numbers(company: Company) -> list[str]:
    return [row["CustomerNumber"] for row in company.customers()]


def test_a_buyer_has_one_card_however_often_he_buys_and_it_is_never_changed(company: Company) -> None:
    company.issued(draft(buyer=PERSON))
    before = card_of(company, *numbers(company))
    moved = replace(PERSON, address=Address("New Street 2", "", "Malmö", "21100", "", "SE"), phone="")
    document = company.issued(draft(buyer=moved))
    row = company.invoice(document.number)
    assert (row["Address1"], row["City"], row["Country"]) == ("New Street 2", "Malmö", "Sverige")
    assert card_of(company, *numbers(company)) == before
    assert (before["Type"], before["VATType"], before["Email"]) == ("PRIVATE", "SEVAT", PERSON.email)


def test_a_firm_with_reverse_charge_has_a_card_beside_its_usual_one(company: Company) -> None:
    company.issued(draft(buyer=GERMAN))
    company.issued(draft(buyer=GERMAN, currency="EUR", lines=[line("Filter", "1", "97.80", "0", "K")]))
    kinds = [card_of(company, number)["VATType"] for number in numbers(company)]
    assert sorted(kinds) == ["EUREVERSEDVAT", "SEVAT"]


@pytest.mark.parametrize("written", ["556036-0793", "5560360793"])
@pytest.mark.parametrize("said", ["556036-0793", "5560360793", None])
def test_a_firms_own_card_is_found_by_its_registration_number(company: Company, said: str | None, written: str) -> None:
    theirs = {"Name": "Lunds butik", "OrganisationNumber": written, "VATType": "SEVAT", "Type": "COMPANY"}
    number = company.do("POST", "/customers", "Customer", theirs)["CustomerNumber"]
    other = {**theirs, "Name": "Other", "OrganisationNumber": "556036-0794"}
    company.do("POST", "/customers", "Customer", other)
    document = company.issued(draft(buyer=replace(SWEDE, registration=said)))
    row = company.invoice(document.number)
    assert (row["CustomerNumber"], row["CustomerName"], row["YourReference"]) == (number, SWEDE.name, "Eva Ek")
    assert len(company.customers()) == 2


def test_a_persons_own_card_is_found_by_e_mail_and_name_and_not_by_either_alone(company: Company) -> None:
    card = {"Name": PERSON.name, "Email": PERSON.email, "Type": "PRIVATE", "VATType": "SEVAT"}
    company.do("POST", "/customers", "Customer", {**card, "Name": "Zofia Other"})
    company.do("POST", "/customers", "Customer", {**card, "Email": f"x{PERSON.email}"})
    company.do("POST", "/customers", "Customer", {**card, "Type": "COMPANY"})
    company.do("POST", "/customers", "Customer", {**card, "VATType": "EXPORT"})
    mine = company.do("POST", "/customers", "Customer", card)["CustomerNumber"]
    document = company.issued(draft())
    assert company.invoice(document.number)["CustomerNumber"] == mine


def test_a_card_whose_answer_was_lost_is_found_by_the_next_try(company: Company) -> None:
    company.arm("reset_after", "/customers$", "POST")
    wanted = draft()
    with pytest.raises(Transient) as caught:
        company.adapter().issue(wanted)
    assert caught.value.code == "STEP_UNCLEAR"
    company.issued(wanted)
    assert len(company.customers()) == 1


def test_eight_orders_of_one_new_buyer_at_once_make_one_card(company: Company) -> None:
    turns, account = OneProcess(), account_at(company.simulator.url)
    wanted = [draft(buyer=FIRM) for _ in range(8)]

    def issue(one: Any) -> str:
        return Fortnox(account, turns=turns, allow_private=True, deadline=20.0).issue(one).number

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(issue, wanted))) == 8
    assert len(company.customers()) == 1


def test_default_customers_are_chosen_by_how_vat_is_treated(company: Company) -> None:
    made = [company.do("POST", "/customers", "Customer", {"Name": kind, "VATType": kind})["CustomerNumber"]
            for kind in ("SEVAT", "EUREVERSEDVAT")]  # fmt: skip
    options: dict[str, Any] = {"customer": "default", "default_customer": f"SEVAT {made[0]}, EUREVERSEDVAT {made[1]}"}
    document = company.issued(draft(), **options)
    row = company.invoice(document.number)
    assert (row["CustomerNumber"], row["CustomerName"], row["City"]) == (made[0], PERSON.name, "Kanarkowo")
    abroad = draft(buyer=GERMAN, currency="EUR", lines=[line("Filter", "1", "97.80", "0", "K")])
    assert company.invoice(company.issued(abroad, **options).number)["CustomerNumber"] == made[1]
    for wrong in (made[0], "", "4711", f"EXPORT {made[0]}"):
        with pytest.raises(Permanent) as caught:
            company.adapter(customer="default", default_customer=wrong).issue(replace(abroad, reference="other"))
        assert caught.value.code == "NO_DEFAULT_CUSTOMER"
    assert len(company.customers()) == 2


# --- articles


def test_articles_are_text_unless_the_account_wants_them_named_or_made(company: Company) -> None:
    company.do("POST", "/articles", "Article", {"ArticleNumber": "MUG", "Description": "Mugg"})
    lines = [line("Mug", "1", "125.00", "25", sku="MUG"), line("Rope", "1", "12.50", "25", sku="ROPE"),
             line("Odd", "1", "1.00", "25", sku="A/B")]  # fmt: skip

    def said(policy: str) -> list[str]:
        number = company.issued(draft(lines=lines), articles=policy).number
        return [row.get("ArticleNumber") or "" for row in company.invoice(number)["InvoiceRows"]]

    assert said("text") == ["", "", ""]
    assert said("sku") == ["MUG", "", ""]
    assert said("create") == ["MUG", "ROPE", ""]
    made = company.adapter().books.row("/articles/ROPE", "Article")
    assert (made["Description"], made["VAT"]) == ("Rope", 25)
    assert company.asked("POST", "/articles") == 2


def test_an_article_whose_answer_was_lost_is_not_made_twice(company: Company) -> None:
    company.arm("reset_after", "/articles$", "POST")
    wanted = draft(lines=[line("Rope", "1", "12.50", "25", sku="ROPE")], payment=UNPAID)
    with pytest.raises(Transient):
        company.adapter(articles="create").issue(wanted)
    company.issued(wanted, articles="create")
    assert company.asked("POST", "/articles") == 1
