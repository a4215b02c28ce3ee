"""getOrder and setOrder: what a client reads, writes, and is refused."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.simulators.unas_shop import MORNING_UNIX, Caller, open_shop


@pytest.fixture
def shop() -> Iterator[Caller]:
    with open_shop() as caller:
        caller.login()
        yield caller


INVOICE = "<Invoice><Status>2</Status><Number>SZ-1</Number><Url>https://inv.example/1.pdf</Url></Invoice>"


def test_prices_are_per_unit_and_the_sum_is_exact(shop: Caller) -> None:
    key = shop.place(items=[{"gross": "3990"}, {"gross": "9900", "quantity": "2"}, {"net": "100.55", "vat": "5"}],
                     shipping="1490", discount_percent="10")  # fmt: skip
    order = shop.order(key)
    prices = [(item.findtext("Id"), item.findtext("PriceGross"), item.findtext("Vat")) for item in order.iter("Item")]
    assert prices[2:] == [("717298603", "105.5775", "5%"), ("shipping-cost", "1490", "27%"),
                          ("discount-percent", "-2389.5578", "27%")]  # fmt: skip
    added = sum(Decimal(item.findtext("PriceGross", "")) * Decimal(item.findtext("Quantity", ""))
                for item in order.iter("Item"))  # fmt: skip
    assert Decimal(order.findtext("SumPriceGross", "")) == added == Decimal("22996.0197")


def test_times_are_budapest_local_in_winter_and_in_summer(shop: Caller) -> None:
    winter = shop.place(placed="2026-03-02T08:00:00+00:00")
    summer = shop.place(placed="2026-07-02T08:00:00+00:00")
    assert shop.order(winter).findtext("DateMod") == "2026.03.02 09:00:00"
    assert shop.order(summer).findtext("DateMod") == "2026.07.02 10:00:00"


def test_an_invoice_written_back_is_read_again_and_moves_the_time(shop: Caller) -> None:
    key = shop.place()
    shop.advance(60)
    assert shop.modify(key, INVOICE).findtext("Status") == "ok"
    order = shop.order(key)
    assert (order.findtext("Invoice/Number"), order.findtext("Invoice/StatusText")) == ("SZ-1", "Számlázva")
    assert order.findtext("DateMod") == "2026.03.02 09:01:00"
    assert shop.summary()["per_oid"] == {key: 1}


def test_an_empty_node_deletes_and_a_missing_one_stays(shop: Caller) -> None:
    key = shop.place()
    shop.modify(key, INVOICE)
    shop.modify(key, "<Invoice><Url></Url></Invoice>")
    order = shop.order(key)
    assert (order.findtext("Invoice/Number"), order.findtext("Invoice/Url")) == ("SZ-1", None)


def test_a_batch_stops_at_its_first_error_and_what_came_before_is_done(shop: Caller) -> None:
    first, last = shop.place(), shop.place()
    body = "".join(f"<Order><Action>modify</Action><Key>{key}</Key>{INVOICE}</Order>" for key in (first, "no", last))
    told = shop.told("setOrder", f"<Orders>{body}</Orders>")
    assert [(one.findtext("Key"), one.findtext("Status")) for one in told] == [(first, "ok"), ("no", "error")]
    assert shop.summary()["per_oid"] == {first: 1}


def test_an_id_does_not_address_an_order(shop: Caller) -> None:
    key = shop.place()
    ident = shop.order(key).findtext("Id")
    for wrong in (f"<Id>{ident}</Id>", f"<Key>{ident}</Key>"):
        told = shop.told("setOrder", f"<Orders><Order><Action>modify</Action>{wrong}{INVOICE}</Order></Orders>")
        assert told.findtext("Order/Status") == "error"
    assert shop.summary()["per_oid"] == {}


def test_a_status_is_set_by_name_or_id_and_an_unknown_one_is_refused(shop: Caller) -> None:
    key = shop.place()
    shop.modify(key, "<Status>Teljesítve</Status>")
    assert shop.order(key).findtext("StatusType") == "close_ok"
    shop.modify(key, "<Status>4681686</Status>")
    assert shop.order(key).findtext("StatusType") == "close_fault"
    assert shop.modify(key, "<Status>Nincs ilyen</Status>").findtext("Error") == "Invalid Status"


@pytest.mark.parametrize("nodes", ["<Invoce/>", "<Invoice><Nr>1</Nr></Invoice>",
                                   "<Invoice><Status>3</Status></Invoice>"])  # fmt: skip
def test_unknown_nodes_and_values_are_refused_and_change_nothing(shop: Caller, nodes: str) -> None:
    key = shop.place()
    assert shop.modify(key, f"<Type>neu</Type>{nodes}").findtext("Status") == "error"
    assert shop.order(key).findtext("Type") is None


def test_a_freed_key_is_issued_again_but_never_an_id(shop: Caller) -> None:
    shop.switch(reuse_keys=True)
    key = shop.place()
    old = shop.order(key).findtext("Id")
    shop.door(f"orders/{key}", {"deleted": True})
    assert shop.keys(Key=key) == []
    assert shop.place() == key
    assert shop.order(key).findtext("Id") != old


def test_orders_are_found_by_the_time_of_their_last_change(shop: Caller) -> None:
    first, second = shop.place(), shop.place()
    shop.advance(600)
    shop.door(f"orders/{first}", {"status": "close_ok"})
    assert shop.keys(TimeModStart=MORNING_UNIX + 1) == [first]
    assert shop.keys(TimeModEnd=MORNING_UNIX) == [second]
    assert shop.keys(TimeStart=MORNING_UNIX, Status="open_normal") == [second]


def test_pages_cover_all_orders_once(shop: Caller) -> None:
    shop.place(count=5, every=1)
    pages = [shop.keys(LimitNum=2), shop.keys(LimitNum=2, LimitStart=2), shop.keys(LimitNum=2, LimitStart=4)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(key for page in pages for key in page) == sorted(shop.keys())


@pytest.mark.parametrize(("params", "error"), [
    ("<LimitNum>501</LimitNum>", "Invalid LimitNum"), ("<LimitStart>5</LimitStart>", "Invalid LimitStart"),
    ("<LimitNum>2</LimitNum><LimitStart>0</LimitStart>", "Invalid LimitStart"),
    ("<TimeModStart>2026.03.02</TimeModStart>", "Invalid TimeModStart"), ("<Foo>1</Foo>", "Unknown parameter: Foo"),
    ("<DateStart>2026-03-02</DateStart>", "Invalid DateStart"), ("<Order>newest</Order>", "Invalid Order"),
])  # fmt: skip
def test_parameters_outside_the_documentation_are_an_error(shop: Caller, params: str, error: str) -> None:
    assert shop.error("getOrder", f"<Params>{params}</Params>") == error


def test_invoice_auto_set_marks_what_it_reads_and_is_counted(shop: Caller) -> None:
    key = shop.place()
    assert shop.summary()["auto_set"] == {"calls": 0, "orders": 0}
    shop.keys(InvoiceAutoSet=1)
    assert shop.summary()["auto_set"] == {"calls": 1, "orders": 1}
    assert shop.order(key).findtext("Invoice/Status") == "2"
