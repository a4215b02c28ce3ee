"""Look-ups match by part, are paged, forget last year, and may lag: the client has to cope."""

import time

from tests.simulators.conftest import Client, invoice


def test_an_oid_matches_by_part_so_the_client_must_compare(shop: Client) -> None:
    for oid in ("W-1", "W-10", "XW-1"):
        shop.created(oid=oid)
    assert {found["oid"] for found in shop.listed(oid="W-1")} == {"W-1", "W-10", "XW-1"}
    shop.switch(oid_match="prefix")
    assert {found["oid"] for found in shop.listed(oid="W-1")} == {"W-1", "W-10"}
    shop.switch(oid_match="exact")
    assert {found["oid"] for found in shop.listed(oid="W-1")} == {"W-1"}


def test_an_oid_changed_later_is_found_by_the_new_one_only(shop: Client) -> None:
    ident = shop.created(oid="old")["id"]
    shop.call("PUT", f"/invoices/{ident}.json", {"invoice": {"oid": "new"}})
    assert (len(shop.listed(oid="old")), len(shop.listed(oid="new"))) == (0, 1)


def test_kind_and_department_narrow_the_list(shop: Client) -> None:
    shop.created(oid="A")
    shop.created(oid="A", kind="proforma")
    assert [found["kind"] for found in shop.listed(oid="A", kind="proforma")] == ["proforma"]
    assert shop.listed(department_id=2) == []
    assert len(shop.listed(**{"kinds[]": ["vat", "proforma"]})) == 2


def test_pages_hold_25_by_default_and_100_at_most(shop: Client) -> None:
    for _ in range(103):
        shop.created()
    pages: tuple[dict[str, int], ...] = ({}, {"per_page": 500}, {"per_page": 100, "page": 2}, {"page": 9})
    lengths = [len(shop.listed(**asked)) for asked in pages]
    assert lengths == [25, 100, 3, 0]
    first, second = shop.listed(per_page=2), shop.listed(per_page=2, page=2)
    assert len({found["id"] for found in first + second}) == 4


def test_without_a_period_only_this_year_is_listed(shop: Client) -> None:
    shop.switch(today="2026-11-20")
    for day in ("2026-11-20", "2026-10-31", "2025-12-31"):
        shop.created(issue_date=day)
    days = {period: len(shop.call("GET", "/invoices.json", params={"period": period}).json())
            for period in ("all", "this_year", "this_month", "last_month", "last_year", "last_12_months")}  # fmt: skip
    assert len(shop.call("GET", "/invoices.json").json()) == 2
    assert days == {"all": 3, "this_year": 2, "this_month": 1, "last_month": 1, "last_year": 1, "last_12_months": 3}
    assert len(shop.listed(period="more", date_from="2025-12-01", date_to="2025-12-31")) == 1


def test_a_lagging_list_hides_what_is_young_but_reading_by_id_does_not(shop: Client) -> None:
    shop.switch(lag=0.3)
    ident = shop.created(oid="A")["id"]
    assert shop.listed(oid="A") == []
    assert shop.call("GET", f"/invoices/{ident}.json").status_code == 200
    time.sleep(0.35)
    assert len(shop.listed(oid="A")) == 1


def test_a_lagging_list_does_not_soften_oid_unique(shop: Client) -> None:
    shop.switch(lag=60)
    assert [shop.create(oid="A", oid_unique="yes").status_code for _ in "ab"] == [201, 422]


def test_positions_come_by_id_and_in_lists_only_on_demand(shop: Client) -> None:
    made = shop.created()
    assert "positions" not in made and "positions" not in shop.listed()[0]
    assert "positions" in shop.listed(include_positions="true")[0]
    read = shop.call("GET", f"/invoices/{made['id']}.json").json()
    assert read["positions"][0]["total_price_gross"] == "12.3"
    narrow = shop.call("GET", f"/invoices/{made['id']}.json", params={"fields[invoice]": "id,number"}).json()
    assert set(narrow) == {"id", "number"}


def test_costs_are_listed_only_on_demand(shop: Client) -> None:
    shop.created(income="0")
    assert (len(shop.listed()), len(shop.listed(income="no"))) == (0, 1)


def test_a_misspelt_parameter_is_refused_instead_of_ignored(shop: Client) -> None:
    for wrong in ("oidd=A", "period=ever", "page=0", "order=colour"):
        assert shop.call("GET", f"/invoices.json?{wrong}").status_code == 422


def test_the_order_can_be_chosen(shop: Client) -> None:
    for oid in ("B", "A", "C"):
        shop.call("POST", "/invoices.json", {"invoice": invoice(oid=oid)})
    assert [found["oid"] for found in shop.listed(order="oid")] == ["A", "B", "C"]
    assert [found["oid"] for found in shop.listed()] == ["C", "A", "B"]
