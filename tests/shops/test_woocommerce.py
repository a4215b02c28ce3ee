"""The WooCommerce client against a scripted shop: what is asked, what is understood, what each refusal means."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.shops import client_class, client_for, reads_back
from adapters.shops.base import ShopClient, Written
from schemas.connection import Shop
from schemas.document import Kind
from schemas.errors import AdapterError, Ambiguous, Auth, Permanent, RateLimited, Transient
from schemas.woocommerce import read_order
from tests.shops.scripted import Answerer, Asked, Said, page, refused, site

FIXTURES = Path(__file__).parents[2] / "fixtures/woocommerce-8.2.2"
KEY, SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210"
WRITTEN = Written(Kind.INVOICE, "FV/7/2026", "https://books.example/i/7?a=1&b=2")


def captured(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.body").read_bytes())
    return found


def shop(url: str, **credentials: str) -> Shop:
    given = {"consumer_key": KEY, "consumer_secret": SECRET, **credentials}
    return Shop(1, "hat-shop-abcd1234", "woocommerce", "Hats", url, ("s",), given)


def client(url: str, *, patient: bool = False, **credentials: str) -> ShopClient:
    return client_for(shop(url, **credentials), allow_private=True, deadline=60 if patient else 10)


def always(said: Said) -> Answerer:
    return lambda asked: said


def meta(**values: str) -> list[dict[str, Any]]:
    return [{"id": number, "key": key, "value": value} for number, (key, value) in enumerate(values.items(), 1)]


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_an_order_without_refunds_is_read_with_six_decimals_and_as_it_is() -> None:
    order = captured("009")
    with site(always(Said(order))) as there:
        reading = client(there.url).order("30")
    assert there.paths == [("GET", "/wp-json/wc/v3/orders/30")]
    assert there.asked[0].query["dp"] == "6"
    assert (reading.order_id, reading.status, reading.refunds) == ("30", "processing", 0)
    assert reading.modified_at is not None
    assert reading.modified_at.isoformat() == f"{order['date_modified_gmt']}+00:00"
    assert read_order(reading.body) == read_order((FIXTURES / "009.body").read_bytes())


def whole(ident: int, amount: str = "1.00") -> dict[str, Any]:
    return {"id": ident, "amount": amount, "reason": "", "date_created_gmt": "2026-11-21T10:00:00", "line_items": []}


def test_all_pages_of_refunds_take_the_place_of_their_summaries() -> None:
    ids = list(range(501, 501 + 130))
    order = {**captured("042"), "refunds": [{"id": i, "reason": "", "total": "-1.00"} for i in ids]}

    def answer(asked: Asked) -> Said:
        if not asked.path.endswith("/refunds"):
            return Said(order)
        first = (int(asked.query["page"]) - 1) * 100
        assert (asked.query["per_page"], asked.query["dp"]) == ("100", "6")
        return Said([whole(i) for i in reversed(ids[first : first + 100])])

    with site(answer) as there:
        reading = client(there.url).order("44")
    assert [asked.query.get("page") for asked in there.asked] == [None, "1", "2"]
    assert reading.refunds == 130
    assert [(refund.id, refund.lines) for refund in read_order(reading.body).refunds] == [(str(i), ()) for i in ids]


def test_an_order_that_gets_a_refund_while_it_is_read_is_read_again() -> None:
    order = captured("042")
    now = [{"id": 45, "reason": "", "total": "-1.00"}]

    def answer(asked: Asked) -> Said:
        if asked.path.endswith("/refunds"):
            now[:] = [{"id": 45, "reason": "", "total": "-1.00"}, {"id": 46, "reason": "", "total": "-2.00"}]
            return Said([whole(45), whole(46)])
        return Said({**order, "refunds": list(now)})

    with site(answer) as there:
        reading = client(there.url).order("44")
    assert len(there.asked) == 4
    assert [entry["id"] for entry in json.loads(reading.body)["refunds"]] == [45, 46]


def test_an_order_that_never_fits_its_refunds_is_asked_for_later() -> None:
    order = captured("042")

    def answer(asked: Asked) -> Said:
        return Said([]) if asked.path.endswith("/refunds") else Said(order)

    with site(answer) as there, pytest.raises(Transient) as caught:
        client(there.url).order("44")
    assert caught.value.code == "READING_MOVED"


def test_an_amount_of_many_digits_arrives_unchanged() -> None:
    raw = json.dumps({**captured("009"), "total": "@"}).replace('"@"', "12345678901234.123456789012345678").encode()
    with site(always(Said(raw=raw))) as there:
        reading = client(there.url).order("30")
    assert read_order(reading.body).total == Decimal("12345678901234.123456789012345678")


# ---- who we are, and what refusals mean ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (refused("woocommerce_rest_authentication_error", 401), Auth, "KEY_REFUSED"),
        (refused("woocommerce_rest_authentication_missing_parameter", 401), Auth, "HTTPS_NOT_SEEN"),
        (refused("woocommerce_rest_cannot_view", 401), Auth, "NO_RIGHTS"),
        (refused("woocommerce_rest_cannot_view", 403), Auth, "NO_RIGHTS"),
        (refused("rest_not_logged_in", 401), Auth, "NO_RIGHTS"),
        (refused("woocommerce_rest_shop_order_invalid_id", 404), Permanent, "ORDER_GONE"),
        (refused("woocommerce_rest_shop_order_invalid_id", 400), Permanent, "ORDER_GONE"),
        (refused("rest_no_route", 404), Permanent, "NO_WOOCOMMERCE"),
        (refused("rest_invalid_param", 400), Permanent, "REFUSED"),
        (page(403, "Attention Required!"), Transient, "NO_REST_API"),
        (page(404), Transient, "NO_REST_API"),
        (page(200, "Briefly unavailable for scheduled maintenance"), Transient, "HTML_ANSWER"),
        (page(503), Transient, "TRANSIENT"),
        (Said(raw=b"<b>Notice</b>: Undefined index\n{}"), Transient, "UNREADABLE_ANSWER"),
        (Said([]), Transient, "UNREADABLE_ANSWER"),
        (Said(raw=b""), Transient, "UNREADABLE_ANSWER"),
        (Said(status=500), Transient, "TRANSIENT"),
    ],
)
def test_each_refusal_becomes_the_error_that_says_what_happens_next(
    said: Said, kind: type[AdapterError], code: str
) -> None:
    with site(always(said)) as there, pytest.raises(AdapterError) as caught:
        client(there.url).order("30")
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert caught.value.remedy
    assert SECRET not in str(caught.value.exchange) + caught.value.detail


@pytest.mark.parametrize(("status", "kind"), [(301, Permanent), (308, Permanent), (302, Transient)])
def test_a_redirect_is_not_followed_and_says_where_it_leads(status: int, kind: type[AdapterError]) -> None:
    elsewhere = {"Location": "https://www.example.test/wp-json/wc/v3/orders/30?x=1"}
    with site(always(Said(status=status, headers=elsewhere))) as there, pytest.raises(AdapterError) as caught:
        client(there.url).order("30")
    assert (type(caught.value), caught.value.code) == (kind, "REDIRECTED")
    assert "https://www.example.test" in caught.value.detail
    assert len(there.asked) == 1


def plain_permalinks(order: dict[str, Any], miss: Said) -> Answerer:
    """A WordPress whose permalinks are plain."""
    return lambda asked: Said(order) if asked.query.get("rest_route") == "/wc/v3/orders/30" else miss


@pytest.mark.parametrize("miss", [page(404), page(200)])
def test_plain_permalinks_are_found_out_by_the_first_read_and_kept(miss: Said) -> None:
    with site(plain_permalinks(captured("009"), miss)) as there:
        speaks = client(there.url)
        assert speaks.order("30").order_id == speaks.order("30").order_id == "30"
    assert [asked.path for asked in there.asked] == ["/wp-json/wc/v3/orders/30", "/", "/"]


def test_a_refusal_behind_plain_permalinks_is_the_one_that_is_told() -> None:
    def answer(asked: Asked) -> Said:
        return refused("woocommerce_rest_cannot_view", 401) if "rest_route" in asked.query else page(404)

    with site(answer) as there, pytest.raises(Auth) as caught:
        client(there.url).order("30")
    assert caught.value.code == "NO_RIGHTS"


def test_plain_http_is_refused_unless_the_shop_allows_it_and_then_the_secret_stays_here() -> None:
    with pytest.raises(Permanent, match="not encrypted"):
        client_for(shop("http://127.0.0.1"), deadline=1).order("30")
    with pytest.raises(Permanent, match="private address"):
        client_for(shop("http://127.0.0.1", plain_http="yes"), deadline=1).order("30")
    with site(always(Said(captured("009")))) as there:
        client(there.url, key_in="query").order("30")
        sent = there.asked[0]
    assert "Authorization" not in sent.headers
    assert sent.query["oauth_signature_method"] == "HMAC-SHA256"
    assert SECRET not in str(sent)


def test_a_private_address_is_refused_unless_allowed_even_with_plain_http() -> None:
    with site(always(Said(captured("009")))) as there, pytest.raises(Permanent) as caught:
        client_for(shop(there.url, plain_http="yes"), deadline=3).order("30")
    assert caught.value.code == "ADDRESS_FORBIDDEN"
    assert there.asked == []


def test_what_a_shop_may_be_asked_depends_on_its_credentials() -> None:
    fields = client_class("woocommerce")
    assert fields.problems({"consumer_key": KEY, "consumer_secret": SECRET}) == {}
    wrong = fields.problems({"consumer_key": "1234", "color": "red", "key_in": "body"})
    assert set(wrong) == {"consumer_key", "consumer_secret", "color", "key_in"}
    assert "1234" not in str(wrong)
    assert reads_back(shop("https://x.example"))
    assert not reads_back(Shop(1, "k", "woocommerce", "n"))
    assert not reads_back(Shop(1, "k", "generic", "n", credentials={"a": "b"}))
    with pytest.raises(KeyError):
        client_class("generic")


# ---- verify ----------------------------------------------------------------------------------------------------------


def verifying(write: Said) -> Answerer:
    def answer(asked: Asked) -> Said:
        if asked.method == "PUT":
            return write
        return Said({"name": "Kov&aacute;cs &amp; Fia", "timezone_string": "Europe/Budapest"}
                    if asked.path == "/wp-json/" else [{"id": 30}])  # fmt: skip

    return answer


def test_verify_tells_the_shops_name_and_zone_and_changes_nothing() -> None:
    with site(verifying(refused("woocommerce_rest_shop_order_invalid_id", 400))) as there:
        info = client(there.url).verify()
    assert (info.name, info.timezone) == ("Kovács & Fia", "Europe/Budapest")
    assert [asked.path for asked in there.writes] == ["/wp-json/wc/v3/orders/0"]
    (index,) = (asked for asked in there.asked if asked.path == "/wp-json/")
    assert KEY not in str(index)  # WordPress would take it for an application password and refuse


def test_verify_finds_a_key_that_may_only_read() -> None:
    with site(verifying(refused("woocommerce_rest_authentication_error", 401))) as there, pytest.raises(Auth) as caught:
        client(there.url).verify()
    assert "Read/Write" in caught.value.remedy


# ---- writing back ----------------------------------------------------------------------------------------------------


class Order:
    """One order of a small shop that keeps what is written into it."""

    def __init__(self, status: str = "processing", **values: str) -> None:
        self.status = status
        self.meta = dict(values)
        self.notes: list[dict[str, Any]] = [
            {"id": 1, "note": "Order status changed from Pending payment to Processing."}
        ]
        self.break_note = False

    def __call__(self, asked: Asked) -> Said:
        if asked.method == "PUT":
            self.meta |= {entry["key"]: entry["value"] for entry in asked.json["meta_data"]}
            self.status = asked.json.get("status", self.status)
        if asked.path.endswith("/notes"):
            return self._notes(asked)
        return Said({"id": 30, "status": self.status, "meta_data": meta(**self.meta)})

    def _notes(self, asked: Asked) -> Said:
        if asked.method == "GET":
            return Said(self.notes)
        if self.break_note:
            return Said(status=500)
        text = asked.json["note"].replace("&", "&amp;")
        self.notes.append({"id": len(self.notes) + 1, "note": text, "customer_note": asked.json["customer_note"]})
        return Said(self.notes[-1], 201)


def test_number_and_link_go_into_hidden_fields_and_a_private_note_that_comes_last() -> None:
    order = Order()
    with site(order) as there:
        client(there.url).write_back("30", WRITTEN)
    assert order.meta == {"_billhook_invoice_number": WRITTEN.number, "_billhook_invoice_url": WRITTEN.url}
    assert [(asked.method, asked.path.rpartition("/")[2]) for asked in there.writes] == [
        ("PUT", "30"),
        ("POST", "notes"),
    ]
    assert there.writes[0].json.keys() == {"meta_data"}
    assert there.writes[1].json == {"note": f"Invoice FV/7/2026: {WRITTEN.url}", "customer_note": False}


def test_twice_is_once_also_when_the_shop_gives_the_note_back_with_entities() -> None:
    order = Order()
    with site(order) as there:
        for _ in range(3):
            client(there.url).write_back("30", WRITTEN)
    assert len(there.writes) == 2


def test_a_note_that_failed_is_written_by_the_next_try_and_nothing_else() -> None:
    order = Order()
    order.break_note = True
    with site(order) as there:
        with pytest.raises(Ambiguous):
            client(there.url).write_back("30", WRITTEN)
        order.break_note = False
        client(there.url).write_back("30", WRITTEN)
    assert [asked.method for asked in there.writes] == ["PUT", "POST", "POST"]
    assert len(order.notes) == 2


def test_the_number_of_another_invoice_is_not_taken_for_ours() -> None:
    order = Order()
    order.notes += [{"id": 2, "note": "Invoice FV/7/20261: https://x"}, {"id": 3, "note": "see Invoice FV/7/2026"}]
    with site(order) as there:
        client(there.url).write_back("30", WRITTEN)
    assert len(order.notes) == 4


def test_the_status_and_a_mail_to_the_buyer_only_when_asked_and_never_out_of_an_end() -> None:
    asked_for = Written(Kind.INVOICE, "FV/7/2026", status="completed", tell_buyer=True)
    order, ended = Order(), Order("refunded")
    with site(order) as there:
        client(there.url).write_back("30", asked_for)
    assert (order.status, order.notes[-1]["customer_note"]) == ("completed", True)
    assert there.writes[0].json["status"] == "completed"
    order.status = "processing"  # a person moves it back: the next try leaves it alone
    with site(order) as there:
        client(there.url).write_back("30", asked_for)
    assert there.writes == []
    with site(ended) as there:
        client(there.url).write_back("30", asked_for)
    assert ended.status == "refunded"
    assert "status" not in there.writes[0].json


def test_an_order_keeps_the_numbers_of_all_its_credit_notes_and_of_its_newest_proforma() -> None:
    order = Order()
    with site(order) as there:
        speaks = client(there.url)
        for number in ("K/1", "K/2", "K/1"):
            speaks.write_back("30", Written(Kind.CREDIT_NOTE, number))
        for number in ("P/1", "P/2"):
            speaks.write_back("30", Written(Kind.PROFORMA, number))
    assert order.meta == {"_billhook_credit_note_number": "K/1 | K/2", "_billhook_proforma_number": "P/2"}
    assert [note["note"] for note in order.notes[1:]] == [
        "Credit note K/1", "Credit note K/2", "Proforma invoice P/1", "Proforma invoice P/2",
    ]  # fmt: skip


def test_an_order_that_was_deleted_is_gone() -> None:
    with (
        site(always(refused("woocommerce_rest_shop_order_invalid_id", 404))) as there,
        pytest.raises(Permanent) as caught,
    ):
        client(there.url).write_back("30", WRITTEN)
    assert caught.value.code == "ORDER_GONE"
    assert there.writes == []


def test_nothing_is_written_without_the_guards_consent() -> None:
    order = Order()

    def no() -> None:
        raise RuntimeError("not ours any more")

    with site(order) as there, pytest.raises(RuntimeError):
        client_for(shop(there.url), allow_private=True, deadline=3, guard=no).write_back("30", WRITTEN)
    assert there.writes == []


# ---- what a shop is spared, and what is never kept -------------------------------------------------------------------


def test_a_shop_gets_two_calls_at_once_and_every_order_is_read() -> None:
    mutex, under_way, most = threading.Lock(), [0], [0]

    def slow(asked: Asked) -> Said:
        with mutex:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.02)
        with mutex:
            under_way[0] -= 1
        return Said(captured("009"))

    with site(slow) as there, ThreadPoolExecutor(12) as pool:
        reads = [pool.submit(client(there.url, patient=True).order, "30") for _ in range(24)]
        assert {read.result().order_id for read in reads} == {"30"}
    assert most[0] == 2


def test_who_would_wait_too_long_for_a_busy_shop_comes_back_later_uncounted() -> None:
    held = threading.Event()

    def stuck(asked: Asked) -> Said:
        held.wait(30)
        return Said(captured("009"))

    with site(stuck) as there, ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(client(there.url, patient=True).order, "30") for _ in range(2)]
        try:
            until(lambda: len(there.asked) == 2)
            with pytest.raises(RateLimited) as caught:
                client_for(shop(there.url), allow_private=True, deadline=0.4).order("30")
            assert caught.value.retry_after == pytest.approx(0.1)
        finally:
            held.set()
        assert [read.result().order_id for read in busy] == ["30", "30"]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_nothing_of_the_buyer_is_kept_of_a_conversation_that_failed() -> None:
    order = {**captured("009"), "meta_data": meta(_billing_vat_number="HU12345676", nickname="Anci")}
    raw = json.dumps(order, ensure_ascii=False).encode() + b"<b>Warning</b>: header already sent"
    with site(always(Said(raw=raw))) as there, pytest.raises(Transient) as caught:
        client(there.url).order("30")
    kept = str(caught.value.exchange)
    assert '"id": 30' in kept
    billing = order["billing"]
    for secret in (
        billing["last_name"],
        billing["email"],
        billing["phone"],
        billing["address_1"],
        "12345676",
        "Anci",
        SECRET,
    ):
        assert secret
        assert secret not in kept
