"""What goes back into a UNAS shop: numbers, links, status and webhooks; each once, nothing else touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest

from adapters.redact import Redactor
from adapters.shops import unas_xml
from adapters.shops.base import Hooks, Written
from adapters.shops.unas import invoice_nodes
from adapters.shops.unas_hooks import EVENTS
from adapters.shops.unas_line import PERSONAL
from schemas.document import Kind
from schemas.errors import Ambiguous, Auth, Permanent
from tests.shops.unas_there import client, kept, make
from tests.simulators.unas_shop import SAMPLES, Caller, open_shop

WRITTEN = Written(Kind.INVOICE, "FV/7/2026", "https://books.example/i/7?a=1&b=2")
CREDIT = Written(Kind.CREDIT_NOTE, "KOR/1/2026", "https://books.example/i/8")
DELIVERY = "https://billhook.example/webhooks/bolt-abcd1234"


@pytest.fixture
def there() -> Iterator[Caller]:
    with open_shop() as made:
        yield made


# ---- numbers ----


def test_number_and_link_are_in_the_shop_once_and_all_else_stays(there: Caller) -> None:
    made = make(there, payment="bankcard", paid=True, comments={"customer": "Csengőt!"})
    before = kept(there, made["key"])
    for _ in range(3):
        client(there).write_back(made["key"], WRITTEN)
    after = kept(there, made["key"])
    assert after["Invoice"] == {
        "Status": "2", "StatusText": "Számlázva", "Number": WRITTEN.number, "Url": WRITTEN.url,
    }  # fmt: skip
    assert {k: v for k, v in after.items() if k != "Invoice"} == {k: v for k, v in before.items() if k != "Invoice"}
    assert there.summary()["calls"]["setOrder"] == 1
    assert there.summary()["emails"] == {}


def test_a_document_without_a_link_deletes_no_link(there: Caller) -> None:
    made = make(there, invoice={"status": 1, "url": "https://shop.example/old.pdf"})
    for _ in range(2):
        client(there).write_back(made["key"], replace(WRITTEN, url=""))
    assert kept(there, made["key"])["Invoice"]["Url"] == "https://shop.example/old.pdf"
    assert there.summary()["calls"]["setOrder"] == 1


def test_another_invoicers_number_is_not_written_over(there: Caller) -> None:
    made = make(there, invoice={"status": 2, "number": "SZ-2026-100"})
    with pytest.raises(Permanent) as caught:
        client(there).write_back(made["key"], WRITTEN)
    assert caught.value.code == "OTHER_NUMBER_THERE"
    assert "SZ-2026-100" in caught.value.detail
    assert (there.summary()["overwritten"], kept(there, made["key"])["Invoice"]["Number"]) == (0, "SZ-2026-100")


def test_a_new_invoice_takes_the_place_of_our_own_earlier_one(there: Caller) -> None:
    made = make(there)
    client(there).write_back(made["key"], WRITTEN)
    client(there).write_back(made["key"], replace(WRITTEN, number="FV/9/2026", ours=(WRITTEN.number,)))
    assert kept(there, made["key"])["Invoice"]["Number"] == "FV/9/2026"


def test_credit_notes_stand_beside_one_another_under_storno(there: Caller) -> None:
    made = make(there)
    client(there).write_back(made["key"], WRITTEN)
    second = Written(Kind.CREDIT_NOTE, "KOR/2/2026", "https://books.example/i/9")
    for written in (CREDIT, second, CREDIT):
        client(there).write_back(made["key"], written)
    found = kept(there, made["key"])
    assert found["Storno"] == {"Number": "KOR/1/2026, KOR/2/2026", "Url": second.url}
    assert (found["Invoice"]["Number"], there.summary()["calls"]["setOrder"]) == (WRITTEN.number, 3)


def test_a_proforma_has_no_place_in_unas(there: Caller) -> None:
    made = make(there)
    client(there).write_back(made["key"], Written(Kind.PROFORMA, "PF/1", "https://books.example/p/1"))
    assert "setOrder" not in there.summary()["calls"]


def test_a_status_is_set_when_asked_for_and_the_buyer_hears_only_then(there: Caller) -> None:
    quiet, told = make(there), make(there)
    for made, tells in ((quiet, False), (told, True)):
        for _ in range(2):
            client(there).write_back(made["key"], replace(WRITTEN, status="Teljesítve", tell_buyer=tells))
    assert [kept(there, made["key"])["StatusType"] for made in (quiet, told)] == ["close_ok", "close_ok"]
    assert there.summary()["emails"] == {told["key"]: 1}


def test_an_order_that_ended_badly_keeps_its_status_and_gets_the_number(there: Caller) -> None:
    made = make(there, status="close_fault")
    client(there).write_back(made["key"], replace(WRITTEN, status="Teljesítve"))
    found = kept(there, made["key"])
    assert (found["StatusType"], found["Invoice"]["Number"]) == ("close_fault", WRITTEN.number)


@pytest.mark.parametrize("style", ["text", "code"])
def test_a_status_that_the_shop_does_not_know_keeps_no_number_back(style: str) -> None:
    with open_shop(entity_error=style) as there:
        for _ in range(25):
            made = make(there)
            with pytest.raises(Permanent) as caught:
                client(there).write_back(made["key"], replace(WRITTEN, status="Nincs ilyen"))
            assert (caught.value.code, "Invalid Status" in caught.value.detail) == ("NOT_TAKEN", True)
            assert kept(there, made["key"])["Invoice"]["Number"] == WRITTEN.number
        assert there.summary()["bans"] == []


def test_a_number_whose_answer_was_lost_is_not_written_twice(there: Caller) -> None:
    made = make(there)
    there.world.plan.arm("reset_after", 1, "POST", "/shop/setOrder", {})
    with pytest.raises(Ambiguous):
        client(there).write_back(made["key"], WRITTEN)
    client(there).write_back(made["key"], WRITTEN)
    assert there.summary()["calls"]["setOrder"] == 1


def test_a_number_of_control_characters_and_markup_arrives_as_text(there: Caller) -> None:
    made = make(there)
    client(there).write_back(
        made["key"], replace(WRITTEN, number="FV<7>&\x00\x0b'8'", url="https://x.example/?a=1&b=<2>")
    )
    assert kept(there, made["key"])["Invoice"]["Number"] == "FV<7>&'8'"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the UNAS samples in ../shared are not there: not run")
def test_what_is_written_is_what_the_documentation_writes() -> None:
    sample = unas_xml.parsed((SAMPLES / "xml" / "setorder-invoice-request.xml").read_bytes())
    order = unas_xml.parsed(b"<Order><Key>UN-4C</Key><Invoice><Status>1</Status></Invoice></Order>")
    assert sample is not None and order is not None
    number, url = unas_xml.text(sample, "Order/Invoice/Number"), unas_xml.text(sample, "Order/Invoice/Url")
    nodes = invoice_nodes(order, Written(Kind.INVOICE, number, url))
    wanted = {"Order": {"Action": "modify", "Key": "UN-4C", **nodes}}
    found = unas_xml.parsed(unas_xml.written("Orders", wanted))
    assert found is not None
    assert [(node.tag, node.text) for node in found.iter()] == [(node.tag, node.text) for node in sample.iter()]


def test_nothing_empty_is_ever_written() -> None:
    tree: Any = {"A": "", "B": {"C": "", "D": " "}, "E": [{"F": ""}, {"F": "1"}], "G": {}}
    assert unas_xml.written("R", tree).splitlines()[-1] == b"<R><E><F>1</F></E></R>"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><Orders>&a;</Orders>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Orders>&a;</Orders>',
        b"<!DOCTYPE x><Orders/>",
        b"<Orders><Order>",
        b"{}",
        b"",
    ],
)
def test_bombs_entities_and_scraps_are_no_answer(body: bytes) -> None:
    assert unas_xml.parsed(body) is None


# ---- what a key may ----


def test_verify_tells_the_shop_and_nothing_is_missing_in_vip(there: Caller) -> None:
    info = client(there).verify()
    assert (info.name, info.timezone, info.warnings) == ("Minta Webshop", "Europe/Budapest", ())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"permissions": "getOrder,getOrderStatus,getAutomatism,setAutomatism"}, "setOrder: numbers and links"),
        ({"permissions": "getOrder,setOrder,getAutomatism,setAutomatism"}, "getOrderStatus"),
        ({"permissions": "getOrder,setOrder,getOrderStatus,getAutomatism"}, "setAutomatism: webhooks are made by hand"),
        ({"package": "premium"}, "found by polling"),
    ],
)
def test_verify_says_in_words_what_is_missing(settings: dict[str, Any], words: str) -> None:
    with open_shop(**settings) as there:
        assert words in " ".join(client(there).verify().warnings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"permissions": "setOrder"}, "getOrder"),
        ({"package": "basic"}, "PREMIUM and VIP"),
        ({"allowed_ips": "192.0.2.0/24"}, "IP is not allowed"),
    ],
)
def test_a_key_that_cannot_read_orders_is_refused(settings: dict[str, Any], words: str) -> None:
    with open_shop(**settings) as there, pytest.raises(Auth) as caught:
        client(there).verify()
    assert words in caught.value.detail


# ---- webhooks ----


def test_missing_webhooks_are_made_once_each_event_with_its_own_address(there: Caller) -> None:
    first, second = (client(there).mend_hooks(DELIVERY, "s") for _ in range(2))
    assert (len(first.mended), first.problem, second) == (len(EVENTS), "", Hooks())
    rules = there.door("state")["automatisms"]
    assert {(r["Event"]["Type"], r["Operation"]["Config"]["WebhookUrl"], r["Active"]) for r in rules} == {
        (event, f"{DELIVERY}?event={event}", "yes") for event in EVENTS
    }


def test_a_webhook_that_a_person_switched_off_stays_off_and_is_said(there: Caller) -> None:
    client(there).mend_hooks(DELIVERY, "s")
    rule = next(rule for rule in there.world.automatisms.values() if rule.event == "successful_payment")
    rule.active = False
    found = client(there).mend_hooks(DELIVERY, "s")
    assert (found.mended, rule.active) == ((), False)
    assert "successful_payment" in found.problem


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"package": "premium"}, "VIP alone"), ({"permissions": "getOrder,setOrder"}, "getAutomatism")],
)
def test_webhooks_that_cannot_be_made_are_said_without_a_call(settings: dict[str, Any], words: str) -> None:
    with open_shop(**settings) as there:
        found = client(there).mend_hooks(DELIVERY, "s")
        assert set(there.summary()["calls"]) == {"login"}
    assert words in found.problem and found.remedy


def test_webhooks_that_unas_refuses_are_said_with_its_reason(there: Caller) -> None:
    found = client(there).mend_hooks("ftp://nowhere", "s")
    assert "Invalid WebhookUrl" in found.problem
    assert there.door("state")["automatisms"] == []


# ---- secrets ----


def test_what_is_kept_of_a_call_names_no_key_and_no_person(there: Caller) -> None:
    made = make(there, buyer={"name": "Vég Béla [x] <y>", "email": "bela@example.com", "tax_number": "12892312-2-42"})
    there.world.plan.arm("empty_200", 1, "POST", "/shop/setOrder", {})
    with pytest.raises(Ambiguous) as caught:
        client(there).write_back(made["key"], WRITTEN)
    assert caught.value.exchange is not None and made["key"] in caught.value.exchange.request
    there.world.settings["permissions"] = "setOrder"
    with pytest.raises(Auth) as refused:
        client(there, "a-key-of-another-shop").verify()
    said = json.dumps(asdict(caught.value.exchange)) + json.dumps(asdict(refused.value.exchange))  # type: ignore[arg-type]
    assert "a-key-of-another-shop" not in said
    assert not any(token in said for token in there.world.tokens)


def test_people_are_masked_in_cdata_sections_too_be_they_cut_short() -> None:
    seen = Redactor((), PERSONAL).body(
        "<Order><Key>54017-1</Key><Name><![CDATA[Vég Béla [x]] <y>]]></Name><Street>Tej út 2.</Street>"
        "<TaxNumber><![CDATA[12892312-2-42]]></TaxNumber><Lang>hu</Lang><City><![CDATA[Buda"
    )
    assert "<Key>54017-1</Key>" in seen and "<Lang>hu</Lang>" in seen
    assert not any(word in seen for word in ("Béla", "<y>", "Tej", "12892312", "Buda")), seen
