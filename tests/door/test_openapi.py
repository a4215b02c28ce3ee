"""What is published agrees with the door: its schema, its examples, its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import generic_examples
from schemas.connection import Shop
from schemas.event import State
from tests.door.conftest import Lab, close_lab, open_lab, said_in, settings_in
from tests.door.test_generic import PROBLEMS, send
from tests.generic_orders import SECRET, body_of, order

#: What one field's schema cannot say: the door alone knows.
BEYOND = frozenset(
    {
        "a binary rest",
        "total an exponent",
        "a time without its zone",
        "a day",
        "no such day",
        "lines that share an id",
        "a name with a bell",
        "no buyer's name",
        "a refund of nothing sold",
        "refunds that share an id",
        "a negative refund",
        "refunded without refunds",
        "a gift card of nothing",
        "quantity zero",
        "a rate above a hundred",
    }
)


@pytest.fixture
def shop(lab: Lab) -> Shop:
    return lab.add_shop(SECRET, platform="generic")


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    lab = open_lab(settings_in(tmp_path_factory.mktemp("spec")), SECRET)
    answer = lab.app.test_client().get("/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    yield answer.get_json()
    close_lab(lab)


def validator(spec: dict[str, Any], name: str) -> Any:
    return jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{name}", "components": spec["components"]})


def test_it_is_an_openapi_of_the_address_with_both_ways_to_be_known(spec: dict[str, Any]) -> None:
    assert spec["openapi"] == "3.1.0"
    post = spec["paths"]["/webhooks/{shop_key}"]["post"]
    assert set(post["responses"]) >= {"200", "401", "403", "413", "422", "503"}
    named = {name for one in post["security"] for name in one}
    assert named == set(spec["components"]["securitySchemes"])
    assert post["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Order"}
    for place in references(spec):
        assert place.rpartition("/")[2] in spec["components"]["schemas"]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (inner for name, inner in value.items() if name == "$ref")
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_the_published_orders_fit_their_schema_and_pass_the_door(lab: Lab, shop: Shop, spec: dict[str, Any]) -> None:
    content = spec["paths"]["/webhooks/{shop_key}"]["post"]["requestBody"]["content"]["application/json"]
    published = [example["value"] for example in content["examples"].values()]
    assert published == [generic_examples.WHOLE, generic_examples.PARTIAL_REFUND]
    for example in published:
        assert validator(spec, "Order").is_valid(example)
        answer = send(lab, shop, json.dumps(example).encode())
        assert answer.status_code == 200, answer.text
        assert validator(spec, "Stored").is_valid(said_in(answer))
    assert lab.event(said_in(answer)["event"]).refunds == 1


def test_a_refusal_is_the_published_problem(lab: Lab, shop: Shop, spec: dict[str, Any]) -> None:
    published = spec["paths"]["/webhooks/{shop_key}"]["post"]["responses"]["422"]["content"]["application/problem+json"]
    line = {k: v for k, v in generic_examples.WHOLE["lines"][0].items() if k != "unit_gross"}
    wrong = {**generic_examples.WHOLE, "lines": [line], "modified": "yesterday"}
    said = said_in(send(lab, shop, json.dumps(wrong).encode()))
    for problem in (said, published["example"]):
        assert validator(spec, "Problem").is_valid(problem)
    assert {(p["pointer"], p["detail"]) for p in said["problems"]} == {
        (p["pointer"], p["detail"]) for p in published["example"]["problems"]
    }
    unsigned = lab.app.test_client().post(f"/webhooks/{shop.key}", data=b"{}")
    assert validator(spec, "Problem").is_valid(said_in(unsigned))


@pytest.mark.parametrize("name", sorted(PROBLEMS))
def test_what_the_door_refuses_the_schema_refuses_where_it_can(name: str, spec: dict[str, Any]) -> None:
    fits = validator(spec, "Order").is_valid(json.loads(body_of(**PROBLEMS[name][0])))
    assert fits == (name in BEYOND)


def test_what_the_door_takes_the_schema_takes(spec: dict[str, Any]) -> None:
    optional = dict.fromkeys(("channel", "language", "delivery", "refunds", "gift_cards", "note", "meta"))
    for good in (order(), {**order(), **optional}, order(7, total=123, meta={"a": "b"})):
        assert validator(spec, "Order").is_valid(good)


def test_orders_made_up_from_the_schema_are_stored_or_refused_in_words(
    lab: Lab, shop: Shop, spec: dict[str, Any]
) -> None:
    operation = schemathesis.openapi.from_dict(spec)["/webhooks/{shop_key}"]["POST"]
    seen: set[int] = set()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(operation.as_strategy(), st.booleans())
    def deliver(case: Any, whole: bool) -> None:
        body = json.dumps({**order(), **case.body} if whole and isinstance(case.body, dict) else case.body).encode()
        before = sum(lab.counts().values())
        answer = send(lab, shop, body)
        seen.add(answer.status_code)
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 422:
            assert said_in(answer)["problems"]
            assert sum(lab.counts().values()) == before
        else:
            assert lab.event(said_in(answer)["event"]).state is State.WAITING

    deliver()
    assert seen


class _Links(HTMLParser):
    """Every address and anchor of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.to += [value for name in ("href", "src") if (value := given.get(name))]
        self.ids |= {value for value in [given.get("id")] if value}


def opens(lab: Lab, address: str) -> bool:
    with lab.app.test_client().get(address) as answer:
        return answer.status_code == 200


def test_the_page_shows_it_all_and_nothing_comes_from_elsewhere(lab: Lab, spec: dict[str, Any]) -> None:
    answer = lab.app.test_client().get("/docs")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    links = _Links()
    links.feed(answer.text)
    for address in links.to:
        assert (address[1:] in links.ids) if address.startswith("#") else opens(lab, address)
    fields = [
        name
        for shape in ("Order", "Line", "Refund", "Problem")
        for name in spec["components"]["schemas"][shape]["properties"]
    ]
    assert all(f"<code>{name}</code>" in answer.text for name in fields)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert "style=" not in answer.text
