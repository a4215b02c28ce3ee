"""Log-in, limits and bans: a client that does not budget its calls is shut out, one that does is never."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.simulators.unas_shop import MORNING_UNIX, Caller, open_shop

TWENTIETH: dict[str, Any] = {"limits_divisor": 20, "hour_divisor": 20}
HOUR = 180
ONE, ANY = "<Params><Key>1</Key></Params>", "<Params></Params>"
MULTI = "<Params><TimeModStart>1</TimeModStart></Params>"
BANNED = "Too much {} query, IP is banned till 03.02.2026 09:03:00"


@pytest.fixture
def shop() -> Iterator[Caller]:
    with open_shop(**TWENTIETH) as caller:
        caller.login()
        yield caller


def spend(shop: Caller, function: str, times: int, body: str = "<Params></Params>") -> None:
    for _ in range(times):
        shop.told(function, body)


def test_log_in_lasts_two_hours_and_tells_both_times(shop: Caller) -> None:
    root = shop.login()
    assert root.findtext("Expire") == "2026.03.02 11:00:00"
    assert root.findtext("ExpireTime") == str(MORNING_UNIX + 7200)
    shop.advance(7199)
    assert shop.ask("getOrder").status_code == 200
    shop.advance(1)
    assert shop.ask("getOrder").status_code == 401
    assert shop.summary()["unidentified"] == 0


def test_the_sixth_log_in_of_an_hour_after_five_failures_is_refused(shop: Caller) -> None:
    for _ in range(5):
        assert shop.error("login", "<Params><ApiKey>wrong</ApiKey></Params>") == "Invalid Key"
    right = f"<Params><ApiKey>{shop.world.settings['token']}</ApiKey></Params>"
    assert shop.error("login", right) == BANNED.format("login")
    assert shop.ask("getOrder").status_code == 200
    shop.advance(HOUR)
    assert shop.told("login", right).findtext("Status") == "ok"


@pytest.mark.parametrize(("package", "function", "body", "allowed"), [
    ("vip", "getOrder", MULTI, 4), ("premium", "getOrder", MULTI, 1),
    ("vip", "getOrder", ONE, 150), ("premium", "getOrder", ONE, 50), ("vip", "getOrderStatus", ANY, 4),
    ("vip", "getAutomatism", ANY, 4), ("premium", "getMethod", ANY, 99), ("vip", "getMethod", ANY, 299),
])  # fmt: skip
def test_each_limit_bans_for_an_hour_in_american_dates(package: str, function: str, body: str, allowed: int) -> None:
    """A twentieth of the sheet's limits; getMethod has none of its own but all calls', the log-in among them."""
    with open_shop(package=package, **TWENTIETH) as shop:
        shop.login()
        spend(shop, function, allowed, body)
        text = BANNED.format("API" if function == "getMethod" else function)
        assert [shop.error(function, body), shop.error("getMethod")] == [text, text]
        shop.advance(HOUR - 1)
        assert shop.error("getOrder") == text
        shop.advance(1)
        assert shop.ask(function, body).status_code == 200
        assert len(shop.summary()["bans"]) == 1


@pytest.mark.parametrize(("orders", "allowed"), [(100, 150), (101, 4)])
def test_set_order_above_100_has_a_limit_of_its_own(shop: Caller, orders: int, allowed: int) -> None:
    key = shop.place()
    body = f"<Orders>{f'<Order><Action>modify</Action><Key>{key}</Key></Order>' * orders}</Orders>"
    spend(shop, "setOrder", 4, body)
    if allowed == 4:
        assert shop.error("setOrder", body) == BANNED.format("setOrder")
    else:
        assert shop.ask("setOrder", body).status_code == 200


def test_twenty_failures_are_borne_and_a_success_wipes_them_out(shop: Caller) -> None:
    for _ in range(20):
        shop.error("getOrder", "<Params><Foo/></Params>")
    shop.told("getOrder", "<Params><Key>1</Key></Params>")
    for _ in range(20):
        assert shop.error("getOrder", "<Params><Foo/></Params>") == "Unknown parameter: Foo"
    assert shop.error("getOrder", "<Params><Foo/></Params>") == BANNED.format("getOrder")


def test_refused_entities_count_as_failures_though_the_answer_is_200(shop: Caller) -> None:
    for _ in range(20):
        assert shop.modify("none", "").findtext("Status") == "error"
    assert shop.error("setOrder", "<Orders><Order><Key>none</Key></Order></Orders>") == BANNED.format("setOrder")


def test_ten_calls_that_name_no_shop_end_all_answers_for_two_hours(shop: Caller) -> None:
    with requests.Session() as stranger:
        for _ in range(10):
            assert stranger.post(f"{shop.base}/shop/getOrder", data="<Params/>", timeout=5).status_code == 401
    with pytest.raises(requests.ConnectionError):
        shop.ask("getOrder")
    assert shop.summary()["unidentified"] == 10
    shop.advance(2 * HOUR - 1)
    with pytest.raises(requests.ConnectionError):
        shop.ask("getOrder")
    shop.advance(1)
    assert shop.ask("getOrder").status_code == 200


def test_another_address_is_not_banned_along(shop: Caller) -> None:
    spend(shop, "getOrder", 4, MULTI)
    shop.error("getOrder", MULTI)
    with open_session("127.0.0.2") as other:
        other.headers["Authorization"] = shop.headers["Authorization"]
        assert other.post(f"{shop.base}/shop/getOrder", data=MULTI, timeout=5).status_code == 200
    assert shop.summary()["bans"][0]["address"] == "127.0.0.1"


def open_session(address: str) -> requests.Session:
    class FromThere(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **more: Any) -> None:
            super().init_poolmanager(*args, source_address=(address, 0), **more)

    session = requests.Session()
    session.mount("http://", FromThere())
    return session


def test_limits_can_be_switched_off(shop: Caller) -> None:
    shop.switch(limits=False)
    spend(shop, "getOrder", 40, MULTI)
    assert shop.summary()["peaks"]["getOrder several"] == 40


@pytest.mark.parametrize(("settings", "told"), [
    ({"package": "basic"}, "API is available in PREMIUM and VIP packages only"),
    ({"allowed_ips": "10.0.0.0/8"}, "IP is not allowed"), ({"token_accepted": False}, "Invalid Key"),
])  # fmt: skip
def test_log_in_is_refused_to_whom_it_is_not_for(settings: dict[str, Any], told: str) -> None:
    with open_shop(**settings) as shop:
        assert shop.error("login", f"<Params><ApiKey>{shop.world.settings['token']}</ApiKey></Params>") == told


def test_functions_outside_the_package_or_the_keys_permissions_are_refused(shop: Caller) -> None:
    shop.switch(permissions="getOrder")
    assert shop.error("setOrder", "<Orders/>") == "No permission to use setOrder"
    shop.switch(permissions="getAutomatism", package="premium")
    assert shop.error("getAutomatism") == "No permission to use getAutomatism"


def test_errors_may_come_with_200_and_tokens_may_be_refused_with_403(shop: Caller) -> None:
    shop.switch(error_status="mixed", auth_status=403)
    statuses = {shop.ask("getOrder", "<Params><Foo/></Params>").status_code for _ in range(4)}
    assert statuses == {200, 400}
    shop.headers["Authorization"] = "Bearer nobody"
    assert shop.error("getOrder", status=403) == "Unauthorized"


def test_around_midnight_and_over_plain_http_the_host_may_not_serve(shop: Caller) -> None:
    shop.switch(maintenance="503")
    assert shop.ask("getOrder").status_code == 200
    shop.door("clock", {"now": "2026-03-02T22:51:00+00:00"})
    assert shop.ask("getOrder").status_code == 503
    shop.switch(maintenance="off", tls="redirect")
    answer = shop.ask("getOrder")
    assert (answer.status_code, answer.headers["Location"][:8]) == (301, "https://")


def test_a_day_of_a_thousand_orders_fits_into_the_limits_of_premium() -> None:
    """Polled every ten minutes in one call, written back in one call: a day of the shop's clock in seconds."""
    with open_shop(package="premium", clock="2026-03-01T23:00:00+00:00") as shop:
        mark = 0
        for turn in range(144):
            if turn % 11 == 0:
                shop.login()
            shop.door("orders", {"count": 7, "event": None})
            shop.advance(600)
            asked = f"<TimeModStart>{mark}</TimeModStart><InvoiceStatus>0</InvoiceStatus>"
            mark = int(shop.world.now()) - 900
            found = shop.told("getOrder", f"<Params>{asked}</Params>")
            shop.told("setOrder", f"<Orders>{''.join(invoiced(order) for order in found)}</Orders>")
        told = shop.summary()
    assert (told["documents"], set(told["per_oid"].values()), len(told["per_oid"])) == (1008, {1}, 1008)
    assert told["bans"] == [] and told["peaks"]["getOrder several"] <= 7


def invoiced(order: Element) -> str:
    number = f"<Invoice><Status>2</Status><Number>{order.findtext('Id')}</Number></Invoice>"
    return f"<Order><Action>modify</Action><Key>{order.findtext('Key')}</Key>{number}</Order>"
