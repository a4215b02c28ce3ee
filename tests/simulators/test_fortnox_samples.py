"""The recorded exchanges of Fortnox: every request is understood, every answer has the recorded keys and types."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulators import fortnox
from tests.simulators.conftest import SAMPLES
from tests.simulators.fortnox import Company

ROOM = SAMPLES / "fortnox"
# Two recordings of 2023 and 2024 tell these differently.
VARIES = {"ContractReference"}
# Told by the recordings of 2024 alone.
LATER = {"CommodityCode", "VATCode"}
# What the origin replaced, by what its own tests sent.
HIDDEN: dict[str, dict[str, Any]] = {
    "articles__limits__quantity_in_stock_min_value": {"Article": {"Description": "Test", "QuantityInStock": 0.005}},
    "articles__limits__quantity_in_stock_rounding_positive_value":
        {"Article": {"Description": "Test", "QuantityInStock": 0.005}},
    "invoices__row_delivered_quantity_decimals": {"DeliveredQuantity": 1.124},
    "invoices__row_delivered_quantity_decimals_round_up": {"DeliveredQuantity": 1.125},
    "invoices__row_price_limit": {"Price": 1.123}, "invoices__row_price_limit_round_up": {"Price": 1.125},
}  # fmt: skip
NAMES = sorted(path.stem for path in ROOM.glob("*__*.json"))


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with fortnox.start() as simulator, Company(simulator) as client:
        _set_up(client)
        yield client
        assert not simulator.world.crashes, simulator.world.crashes


def _set_up(swedish: Company) -> None:
    """What the recordings take for granted: customers, articles and documents with the numbers they ask for."""
    for number in ("1", "6", "9"):
        swedish.customer(CustomerNumber=number, Name="Test customer", City="New York", ZipCode="10001")
    for number, name in (("1", "Test article"), ("101", "Hammer"), ("102", "Test article")):
        body = {"Article": {"ArticleNumber": number, "Description": name, "SalesAccount": 3004}}
        assert swedish.call("POST", "/articles", body).status_code == 201
    for number in ("1", "18", "30", "31"):
        swedish.invoice(CustomerNumber="1", DocumentNumber=number, InvoiceRows=[], VATIncluded=False,
                        YourReference="Gandalf the Grey", OurReference="Radagast the Brown",
                        CustomerName="Test")  # fmt: skip
        swedish.order(CustomerNumber="1", DocumentNumber=number, OrderRows=[], VATIncluded=False)
    swedish.order(CustomerNumber="1", DocumentNumber="6", OrderRows=[], CustomerName="A customer",
                  YourReference="Bodo Proudfoot", OurReference="Belladonna Took")  # fmt: skip
    for code in ("19DAYS", "21DAYS"):
        swedish.data("POST", "/termsofpayments", "TermsOfPayment", {"Code": code, "Description": "Test"})
    for code in ("blarg7", "blarg9"):
        swedish.data("POST", "/units", "Unit", {"Code": code, "Description": "Test"})


@pytest.mark.skipif(not NAMES, reason="the recordings are not part of the project: ../shared is absent")
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("authentication")])
def test_a_recorded_exchange_is_answered_in_the_recorded_shape(company: Company, name: str) -> None:
    for exchange in read(ROOM / f"{name}.json"):
        asked, told = exchange["request"], exchange["response"]
        if name == "invoices__filter_hit":  # two paid invoices
            company.booked(CustomerNumber="1", InvoiceRows=[], VATIncluded=False)
            company.booked(CustomerNumber="1", InvoiceRows=[], VATIncluded=False)
        if name == "orders__filter_hit":
            for number in ("30", "31"):
                company.call("PUT", f"/orders/{number}/cancel")
        parts = urlsplit(asked["uri"])
        body = sent(name, asked["body"])
        answer = company.call(asked["method"], parts.path.removeprefix("/3"), body, params=parts.query)
        assert answer.status_code == told["status"]["code"], answer.text
        assert answer.headers["Content-Type"].startswith("application/json")
        assert differences(without_marks(told["body"]), answer.json()) == []


@pytest.mark.skipif(not NAMES, reason="the recordings are not part of the project: ../shared is absent")
def test_the_token_server_answers_as_recorded(company: Company) -> None:
    def recorded(name: str) -> dict[str, Any]:
        told: dict[str, Any] = read(ROOM / f"authentication__{name}.json")[0]["response"]
        return told

    good = company.token(grant_type="refresh_token", refresh_token="simulator-refresh")
    assert good.status_code == 200
    assert set(good.json()) == set(recorded("valid_request")["body"])
    again = company.token(grant_type="refresh_token", refresh_token="simulator-refresh")
    assert (again.status_code, again.json()) == (400, recorded("invalid_refresh_token")["body"])
    assert again.headers["Content-Type"] == recorded("invalid_refresh_token")["headers"]["Content-Type"]
    stranger = company.token(("somebody", "else"), grant_type="refresh_token", refresh_token="any")
    assert (stranger.status_code, stranger.json()) == (401, recorded("invalid_authorization")["body"])
    late = company.call("GET", "/customers", headers={"Authorization": "Bearer of-yesterday"})
    assert (late.status_code, late.json()) == (401, recorded("expired_token")["body"])


@pytest.mark.skipif(not NAMES, reason="the recordings are not part of the project: ../shared is absent")
@pytest.mark.parametrize("name", sorted(name for name in HIDDEN if name.startswith("invoices")))
def test_prices_and_quantities_are_cut_to_two_decimals_as_recorded(company: Company, name: str) -> None:
    wanted = read(ROOM / f"{name}.json")[0]["response"]["body"]["Invoice"]["InvoiceRows"][0]
    kept = company.data("POST", "/invoices", "Invoice", sent(name, "")["Invoice"])["InvoiceRows"][0]
    assert {field: kept[field] for field in HIDDEN[name]} == {field: wanted[field] for field in HIDDEN[name]}


def sent(name: str, body: Any) -> Any:
    if name not in HIDDEN:
        return body
    hidden = HIDDEN[name]
    if "Article" in hidden:
        return hidden
    return {"Invoice": {"CustomerNumber": "1", "InvoiceRows": [{"ArticleNumber": "101", **hidden}]}}


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def without_marks(recorded: Any) -> Any:
    """Lists were cut: a text says how much was left out."""
    if isinstance(recorded, dict):
        return {name: without_marks(value) for name, value in recorded.items()}
    if isinstance(recorded, list):
        return [without_marks(value) for value in recorded if not isinstance(value, str)]
    return recorded


def differences(recorded: Any, ours: Any, place: str = "") -> list[str]:
    """Keys of one side only, and values of another type; null goes with everything."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        odd = [f"{place}.{name} is told by one side" for name in set(recorded) ^ set(ours)
               if name not in LATER]  # fmt: skip
        return odd + [line for name in set(recorded) & set(ours) - VARIES
                      for line in differences(recorded[name], ours[name], f"{place}.{name}")]  # fmt: skip
    if isinstance(recorded, list) and isinstance(ours, list):
        if recorded and not ours:
            return [f"{place} is empty"]
        return [line for one in recorded for line in differences(one, ours[0], f"{place}[]")]
    if recorded is None or ours is None or kind(recorded) == kind(ours):
        return []
    return [f"{place} is {type(ours).__name__}, recorded as {type(recorded).__name__}"]


def kind(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)
