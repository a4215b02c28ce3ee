"""The rest of the sheet's traps, and the room's faults on this shop."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
import requests
from defusedxml.ElementTree import fromstring

from tests.simulators.unas_shop import Caller, open_shop

INVOICE = "<Invoice><Status>2</Status><Number>{}</Number></Invoice>"


@pytest.fixture
def shop() -> Iterator[Caller]:
    with open_shop() as caller:
        caller.login()
        yield caller


def test_the_autumn_hour_is_written_twice_alike(shop: Caller) -> None:
    keys = [shop.place(placed=f"2026-10-25T{hour}:30:00+00:00") for hour in ("00", "01")]
    assert {shop.order(key).findtext("Date") for key in keys} == {"2026.10.25 02:30:00"}


def test_virtual_items_carry_their_word_as_id_and_sku_and_discounts_are_negative(shop: Caller) -> None:
    key = shop.place(items=[{"gross": "1000", "quantity": "1.5"}], handling={"gross": "127", "vat": "5"},
                     discount_percent="100", discount_amount="50", gift="4")  # fmt: skip
    found = {item.findtext("Id"): item for item in shop.order(key).iter("Item")}
    words = ["shipping-cost", "handel-cost", "discount-percent", "discount-amount", "gift"]
    assert list(found)[1:] == words
    assert all(found[word].findtext("Sku") == word for word in words)
    prices = [found[word].findtext("PriceGross") for word in words]
    assert prices == ["0", "127", "-1500", "-50", "-4"]
    assert (found["handel-cost"].findtext("Vat"), found["discount-percent"].findtext("Percent")) == ("5%", "100")


def test_nodes_can_be_left_out_and_rates_missing_as_observed(shop: Caller) -> None:
    key = shop.place(items=[{"gross": "1000", "vat": None, "omit": ["Sku"]}], shipping=None,
                     omit=["StatusType", "Payment/Status", "DateMod"], sum="12700")  # fmt: skip
    order = shop.order(key)
    assert [order.findtext(path) for path in ("StatusType", "Payment/Status", "DateMod")] == [None, None, None]
    assert [order.findtext(f"Items/Item/{name}") for name in ("Sku", "Vat", "PriceNet")] == [None, None, None]
    assert order.findtext("SumPriceGross") == "12700"


def test_sums_can_be_shown_rounded_and_rates_without_a_sign(shop: Caller) -> None:
    shop.switch(sum_rounding="display", vat_sign=False)
    order = shop.order(shop.place(items=[{"net": "999.99"}], shipping=None))
    assert order.findtext("Items/Item/PriceGross") == "1269.9873"
    assert (order.findtext("SumPriceGross"), order.findtext("Items/Item/Vat")) == ("1270", "27")


def test_payments_add_up_to_a_status(shop: Caller) -> None:
    key = shop.place(items=[{"gross": "1000"}])
    seen = []
    for amount in (None, "400", "600", "1"):
        if amount:
            shop.door(f"orders/{key}", {"paid": amount})
        seen.append(shop.order(key).findtext("Payment/Status"))
    assert seen == ["unpaid", "partly paid", "paid", "overpaid"]
    assert Decimal(shop.order(key).findtext("Payment/Paid", "")) == 1001


def test_a_return_is_an_order_of_its_own_tied_both_ways(shop: Caller) -> None:
    key = shop.place()
    back = shop.place(items=[{"gross": "3990", "quantity": "-1"}], info={"ReturnedFrom": [key]})
    assert shop.order(back).findtext("Info/ReturnedFrom/Key") == key
    assert shop.order(key).findtext("Info/ReturnedTo/Key") == back


def test_the_shop_may_invoice_by_itself(shop: Caller) -> None:
    shop.switch(own_invoicing=True)
    key = shop.place()
    shop.door(f"orders/{key}", {"status": "close_ok"})
    invoice = shop.order(key).find("Invoice")
    assert invoice is not None
    assert (invoice.findtext("Status"), invoice.findtext("Number")) == ("2", "99212-00001")
    assert shop.summary()["per_oid"] == {}


def test_another_number_overwrites_without_a_word_and_is_counted(shop: Caller) -> None:
    key = shop.place()
    for number in ("A", "A", "B"):
        shop.modify(key, INVOICE.format(number))
    told = shop.summary()
    assert (told["overwritten"], told["per_oid"], told["orders"][key]["invoice"]["Number"]) == (1, {key: 2}, "B")


def test_a_status_can_be_renamed_at_any_time(shop: Caller) -> None:
    key = shop.place()
    shop.door("statuses/4681666", {"name": "Új név"})
    order = shop.order(key)
    assert (order.findtext("Status"), order.findtext("StatusID")) == ("Új név", "4681666")
    assert shop.told("getOrderStatus").findtext("OrderStatus/Name") == "Új név"


def test_a_change_behind_the_api_moves_no_time_and_raises_nothing(shop: Caller) -> None:
    key = shop.place()
    shop.door("webhooks", {"url": "http://127.0.0.1:9/"})
    shop.advance(60)
    shop.door(f"documents/{key}", {"shipping": "1490"})
    order = shop.order(key)
    assert (order.findtext("SumPriceGross"), order.findtext("DateMod")) == ("5480", "2026.03.02 09:00:00")
    assert shop.door("deliveries")["all"] == []


def test_deleting_by_api_and_mails_to_the_buyer_are_counted(shop: Caller) -> None:
    key = shop.place()
    shop.modify(key, "<Status>Teljesítve</Status><StatusEmail>yes</StatusEmail><OrderEmail>no</OrderEmail>")
    assert shop.summary()["emails"] == {key: 1}
    told = shop.told("setOrder", f"<Orders><Order><Action>delete</Action><Key>{key}</Key></Order></Orders>")
    assert told.findtext("Order/Status") == "ok"
    assert (shop.keys(), shop.summary()["deletes"], shop.summary()["gone"][0]["key"]) == ([], 1, key)


def test_an_order_added_by_api_gets_a_key_and_its_money_is_counted(shop: Caller) -> None:
    item = "<Item><Name>Kép</Name><Quantity>2</Quantity><PriceGross>127</PriceGross><Vat>27%</Vat></Item>"
    paid = "<Transaction><Id>manual</Id><Amount>254</Amount></Transaction>"
    body = ("<Orders><Order><Action>add</Action><Date>2022.03.12 10:00:00</Date><Currency>EUR</Currency>"
            "<SumPriceGross>{}</SumPriceGross>"
            f"<Payment><Transactions>{paid}</Transactions></Payment><Items>{item}</Items></Order></Orders>"
            )  # fmt: skip
    told = shop.told("setOrder", body.format("254"))
    order = shop.order(told.findtext("Order/Key", ""))
    assert (order.findtext("Payment/Status"), order.findtext("SumPriceGross")) == ("paid", "254")
    assert order.findtext("Date") == "2022.03.12 10:00:00"
    assert shop.told("setOrder", body.format("255")).findtext("Order/Status") == "error"
    assert shop.summary()["totals"] == {"EUR": "254"}


@pytest.mark.parametrize("nodes", ["<Customer>x</Customer>", "<Items><Item><Id/></Item></Items>", "<Status></Status>",
                                   "<Type>1</Type><Type>2</Type>", "<Type><A>1</A></Type>",
                                   "<Items><Item>x</Item></Items>", "<Items>x</Items>"])  # fmt: skip
def test_nodes_of_the_wrong_make_are_refused_not_stumbled_over(shop: Caller, nodes: str) -> None:
    key = shop.place()
    before = shop.door(f"orders/{key}")
    assert shop.modify(key, nodes).findtext("Status") == "error"
    assert shop.door(f"orders/{key}") == before


@pytest.mark.parametrize(("given", "wrong"), [
    ({"shiping": "1"}, "unknown in an order: shiping"), ({"items": [{"name": "x"}]}, "an item needs gross or net"),
    ({"items": [{"gross": "x"}]}, "gross must be"), ({"nodes": {"Foo": "1"}}, "no such node"),
    ({"event": "order_sent"}, "unknown event"), ({"status": "done"}, "Invalid Status"),
    ({"buyer": {"nam": "x"}}, "unknown in a buyer"), ({"placed": "2026-03-02T09:00:00"}, "needs its zone"),
])  # fmt: skip
def test_a_wrong_description_says_what_is_wrong(shop: Caller, given: dict[str, object], wrong: str) -> None:
    answer = shop.post(f"{shop.base}/_sim/orders", json=given, timeout=5)
    assert answer.status_code == 422 and wrong in answer.json()["error"]
    assert shop.summary()["documents"] == 0


def test_a_status_may_carry_attributes(shop: Caller) -> None:
    shop.switch(status_attributes=True)
    status = shop.order(shop.place()).find("Status")
    assert status is not None and (status.text, status.attrib) == ("Feldolgozásra vár", {"id": "4681666"})


def test_texts_of_every_kind_come_back_whole(shop: Caller) -> None:
    name = "Ő & <b>ű</b> ]]> \"x\" 'y' \u2028 🎁"
    key = shop.place(items=[{"gross": "1", "name": name}])
    assert shop.order(key).findtext("Items/Item/Name") == name


def test_a_write_may_be_done_though_its_answer_is_lost(shop: Caller) -> None:
    key = shop.place()
    for fault, number in (("reset_before", None), ("reset_after", "A1")):
        shop.door("faults", {"name": fault})
        shop.keys()
        with pytest.raises(requests.ConnectionError):
            shop.modify(key, INVOICE.format("A1"))
        assert shop.order(key).findtext("Invoice/Number") == number


def test_faults_answer_in_the_shops_own_shape(shop: Caller) -> None:
    for fault, status in (("429", 429), ("expired_token", 401)):
        shop.door("faults", {"name": fault, "path": "getOrder"})
        answer = shop.ask("getOrder")
        assert (answer.status_code, fromstring(answer.content).tag) == (status, "Error")


def test_a_lagging_look_up_hides_young_orders(shop: Caller) -> None:
    key = shop.place()
    shop.door("faults", {"name": "lag"})
    assert [shop.keys(), shop.keys()] == [[], [key]]


def test_keys_tokens_and_the_webhook_key_stay_out_of_the_log(shop: Caller) -> None:
    secret = shop.world.settings["token"]
    told = shop.request("GET", f"{shop.base}/_sim/state", timeout=5).text
    token = str(shop.headers["Authorization"]).removeprefix("Bearer ")
    assert secret not in told and token not in told and shop.world.settings["hmac_key"] not in told


def test_reset_empties_the_shop_and_brings_the_settings_back(shop: Caller) -> None:
    shop.place()
    shop.switch(package="premium")
    shop.door("reset", {})
    told = shop.summary()
    assert (told["documents"], told["calls"], shop.world.settings["package"]) == (0, {}, "vip")


def test_the_clock_runs_or_stands_as_told(shop: Caller) -> None:
    assert shop.door("clock")["local"] == "2026.03.02 09:00:00"
    shop.advance(1.5)
    assert shop.door("clock")["now"] == "2026-03-02T08:00:01.500000+00:00"
    assert shop.door("clock", {"real": True})["fixed"] is False
    assert shop.post(f"{shop.base}/_sim/clock", json={"advance": 1}, timeout=5).status_code == 422
