"""Every sample of UNAS's XML fits what the simulator writes and takes; the webhook's shape is the sample's.

The samples are of public origin and no part of the project: they are read from ../shared beside the repository.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pytest
from defusedxml.ElementTree import fromstring

from simulators.unas.sender import signature
from tests.simulators.unas_shop import SAMPLES, Caller, open_shop

XML, WEBHOOK = SAMPLES / "xml", SAMPLES / "webhook"
pytestmark = pytest.mark.skipif(not XML.is_dir(), reason=f"recorded samples are not here: {SAMPLES}")

# setOrder's own nodes, which the documentation's example of an answer shows beside getOrder's.
COMMANDS = {"Orders/Order/Action", "Orders/Order/StatusEmail"}
REQUESTS = {"official-getorder-request": "getOrder", "setautomatism-webhook-request": "setAutomatism",
            "setorder-invoice-request": "setOrder", "setorder-add-photo-shop": "setOrder"}  # fmt: skip
# An order with everything in it, most of it in UNAS's own names.
FULL: dict[str, Any] = {
    "buyer": {"id": "100000", "username": "kis", "mobile": "+36301111111", "params": {"Kérdés1": "Válasz1"},
              "eu_tax_number": "HU12345678"},
    "items": [{"gross": "1270", "nodes": {
        "Variants": {"Variant": [{"Id": "1", "Name": "Szín", "Value": "Piros"}]}, "Status": "Holnap érkezik",
        "ProductParams": {"ProductParam": {"Id": "17", "Name": "Név", "Value": "Érték"}},
        "PlusStatuses": {"Status": {"Id": "123", "Name": "Név", "Value": "Érték", "Public": "yes"}}}}],
    "shipping": "1270", "handling": "127", "discount_percent": "10", "discount_amount": "127", "gift": "4",
    "payment": "transfer", "paid": True, "params": {"Kérdés1": "Válasz1"}, "comments": {"customer": "Szöveg"},
    "invoice": {"status": 1, "number": "UO-1000/2012", "url": "http://unas.hu/szamla.pdf"},
    "info": {"MergedFrom": ["1-1", "1-2"], "SeparatedTo": ["1-3"], "SeparatedFrom": ["1-4"]},
    "nodes": {
        "InternalKey": "internal-1", "ExchangeValue": "0.00290922", "Type": "Garanciális", "StatusDetails": "---",
        "Referer": "shop.unas.hu", "Coupon": "f6zhr48jd", "Weight": "10.5",
        "Customer": {"Comment": "Megjegyzés", "Group": {"Id": "1", "Name": "Törzsvásárló", "ForeignID": "12345"},
                     "Addresses": {"Shipping": {
                         "DeliveryPointID": "157547", "DeliveryPointGroup": "gls_api_dropoffpoints",
                         "DeliveryPointSubGroup": "csomagautomata", "RecipientName": "Teszt János"}}},
        "Payment": {"Pending": "500", "ForeignID": "123456"},
        "Shipping": {"PackageNumber": "PUDO123456789", "ForeignID": "654321"}}}  # fmt: skip


@pytest.fixture
def shop() -> Iterator[Caller]:
    with open_shop() as caller:
        caller.login()
        yield caller


def paths(element: Element, place: str = "") -> set[str]:
    here = f"{place}/{element.tag}".strip("/")
    return {here}.union(*(paths(child, here) for child in element))


def read(name: str) -> Element:
    return fromstring((XML / f"{name}.xml").read_bytes())


def order_samples() -> list[str]:
    names = (path.stem for path in sorted(XML.glob("*.xml")) if "request" not in path.stem)
    return [name for name in names if name not in REQUESTS and read(name).find("Order/Items") is not None]


def test_the_samples_hold_eleven_orders() -> None:
    assert len(order_samples()) == 11


@pytest.mark.parametrize("name", order_samples() if XML.is_dir() else [])
def test_every_node_of_every_sampled_order_is_written(shop: Caller, name: str) -> None:
    shop.place(**FULL)
    assert paths(read(name)) - COMMANDS <= paths(shop.told("getOrder"))


def test_a_plain_order_has_the_nodes_of_the_recorded_one(shop: Caller) -> None:
    """54017-285726 of a real test shop; what it has not is left out here too, or belongs to newer shops."""
    item = {"name": "Dolor sit amet", "gross": "9900", "quantity": "2",
            "nodes": {"ProductParams": {}, "Status": ""}}  # fmt: skip
    key = shop.place(items=[item], shipping=None, payment="cash", comments={"customer": "Akkuratusan"},
                     buyer={"street": "Kossuth 11", "type": None})  # fmt: skip
    newer = {"Orders/Order/PriceRounding", "Orders/Order/StatusDateMod", "Orders/Order/StatusType"}
    assert paths(shop.told("getOrder", f"<Params><Key>{key}</Key></Params>")) - newer == paths(
        read("real-test-shop-54017-285726"))  # fmt: skip


@pytest.mark.parametrize(("name", "function"), REQUESTS.items())
def test_every_sampled_request_is_carried_out(shop: Caller, name: str, function: str) -> None:
    shop.place(key="UN-4C")
    root = shop.told(function, (XML / f"{name}.xml").read_bytes())
    assert root.tag in ("Orders", "Automatisms")
    assert {entity.findtext("Status") for entity in root if function.startswith("set")} <= {"ok"}


def test_the_sampled_invoice_is_what_the_order_carries_afterwards(shop: Caller) -> None:
    shop.place(key="UN-4C")
    told = shop.told("setOrder", (XML / "setorder-invoice-request.xml").read_bytes())
    assert paths(told) == paths(read("official-setorder-response"))
    written, sample = shop.order("UN-4C").find("Invoice"), read("client-test-un-4c-invoiced").find("Order/Invoice")
    assert written is not None and sample is not None
    assert {node.tag: node.text for node in written} == {node.tag: node.text for node in sample}


def test_log_in_answers_in_the_samples_shape(shop: Caller) -> None:
    shop.switch(permissions="getOrder,setOrder")
    body = (XML / "official-login-request.xml").read_bytes()
    assert shop.world.settings["token"].encode() in body
    told = shop.told("login", body)
    assert paths(read("login-response")) <= paths(told)
    assert {path for path in paths(told) - paths(read("login-response")) if "WebshopInfo" not in path} == set()


def test_errors_and_emptiness_look_as_sampled(shop: Caller) -> None:
    assert shop.error("login", "<Params><ApiKey>wrong</ApiKey></Params>") == read("error-invalid-key").text
    empty = read("getorder-empty")
    assert (empty.tag, len(empty)) == ("Orders", 0)
    assert tostring(shop.told("getOrder")) == tostring(empty)


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {name: shape(entry) for name, entry in value.items()}
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


@pytest.mark.parametrize("path", sorted(WEBHOOK.glob("*.json")), ids=lambda path: path.stem)
def test_webhook_bodies_have_the_samples_keys_and_types(shop: Caller, path: Path) -> None:
    sample = json.loads(path.read_text())
    shop.door("webhooks", {"url": "http://127.0.0.1:9/"})
    shop.place(items=[{"gross": "133350"}], shipping="1500", discount_percent="10", params={"Adószám": "22334455-1-33"})
    body = json.loads(shop.door("deliveries")["all"][0]["body"])
    assert body["grandTotal"] == sample["grandTotal"] == 133350 + 1500 - 13335
    for one in (body, sample):
        one["orderParameters"] = {"1000": next(iter(one["orderParameters"].values()))}
    assert shape(body) == shape(sample)


def test_a_signature_is_base64_of_the_raw_digest_of_the_raw_body() -> None:
    raw = (WEBHOOK / "order-01.json").read_bytes()
    assert signature(raw, "key") == b64encode(hmac.new(b"key", raw, hashlib.sha256).digest()).decode()
