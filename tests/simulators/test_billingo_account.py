"""Who may come in to Billingo, and what stands beside its documents; the shapes of the OpenAPI document."""

from typing import Any

import pytest
import requests

from tests.simulators.billingo import ADDRESS, Cabinet, fields_of, item, partner, sentence
from tests.simulators.conftest import SAMPLES

yaml: Any = pytest.importorskip("yaml", reason="PyYAML comes with schemathesis (requirements-dev.txt)")
SPEC = SAMPLES / "billingo" / "openapi-3.0.14.yml"


def test_only_the_right_key_comes_in_and_a_read_key_writes_nothing(cabinet: Cabinet) -> None:
    told = (401, "Authorization information (Header: X-API-KEY) is missing or invalid.")
    assert sentence(requests.get(f"{cabinet.base}/v3/organization", timeout=5)) == told
    cabinet.switch(key_scope="read")
    assert cabinet.create().status_code == 403
    assert cabinet.read("/organization")["has_nav_connection"] is True
    cabinet.switch(subscribed=False)
    assert sentence(cabinet.ask("GET", "/organization")) == (402, "You do not have subscription for this operation")


def test_too_many_requests_say_a_time_only_by_setting(cabinet: Cabinet) -> None:
    cabinet.switch(rate_limit={"count": 0, "seconds": 60})
    silent = cabinet.create()
    assert (sentence(silent), "Retry-After" in silent.headers) == ((429, "Too many requests"), False)
    cabinet.switch(retry_after=7)
    assert cabinet.create().headers["Retry-After"] == "7"
    cabinet.switch(rate_limit=None, rate_headers=True)
    assert cabinet.create().headers["X-RateLimit-Limit"] == "60"


def test_a_partner_needs_an_address_and_is_found_by_name_alone(cabinet: Cabinet) -> None:
    bare = cabinet.ask("POST", "/partners", partner(address={"country_code": "HU"}))
    assert (fields_of(bare), bare.json()["message"]) == (
        ["address.post_code", "address.city", "address.address"], "Validation Failed")  # fmt: skip
    assert bare.json()["errors"][0]["message"] == "The address.post code field is required."
    made = cabinet.ask("POST", "/partners", partner(name="Nagy Éva", taxcode="12345678-1-42"))
    assert made.status_code == 201
    assert [one["id"] for one in cabinet.read("/partners", query="nagy")["data"]] == [made.json()["id"]]
    assert cabinet.read("/partners", query="12345678")["data"] == []


def test_a_guess_makes_a_partner_when_nobody_fits(cabinet: Cabinet) -> None:
    first = cabinet.ask("POST", "/partners/guess", partner(name="Új Vevő")).json()
    assert cabinet.ask("POST", "/partners/guess", {"name": "Új Vevő"}).json()["id"] == first["id"]
    assert len(cabinet.read("/partners")["data"]) == 2


def test_a_changed_partner_changes_no_printed_document(cabinet: Cabinet) -> None:
    made = cabinet.created()
    changed = partner(name="Más Név", address={**ADDRESS, "city": "Pécs"})
    assert cabinet.ask("PUT", f"/partners/{cabinet.buyer}", changed).status_code == 200
    read = cabinet.read(f"/documents/{made['id']}")
    assert read["document_partner"]["name"] == "Teszt Vevő"
    assert cabinet.ask("DELETE", f"/partners/{cabinet.buyer}").status_code == 204
    assert fields_of(cabinet.create()) == ["partner_id"]


def test_an_item_may_come_from_the_register(cabinet: Cabinet) -> None:
    body = {"name": "Bögre", "currency": "HUF", "vat": "27%", "unit": "db", "net_unit_price": 1000, "sku": "B-1"}
    ident = cabinet.ask("POST", "/products", body).json()["id"]
    assert cabinet.read("/products", query="b-1")["data"][0]["id"] == ident
    made = cabinet.created(items=[{"product_id": ident, "quantity": 3}])
    assert (made["gross_total"], made["items"][0]["product_id"]) == (3810, ident)
    assert fields_of(cabinet.create(items=[{"product_id": 1, "quantity": 1}])) == ["items.0.product_id"]


def test_a_tax_number_is_checked_where_the_tax_office_is_connected(cabinet: Cabinet) -> None:
    path = "/utils/check-tax-number"
    assert [cabinet.read(f"{path}/{text}")["result"] for text in ("12345678", "abc")] == [
        "validation_ok", "invalid_tax_number"]  # fmt: skip
    cabinet.switch(nav_connection=False)
    assert cabinet.read(f"{path}/12345678")["result"] == "no_online_szamla_settings"


@pytest.mark.skipif(not SPEC.is_file(), reason=f"the OpenAPI document is not here: {SPEC}")
def test_answers_have_the_keys_and_types_of_the_openapi_document(cabinet: Cabinet) -> None:
    schemas: dict[str, Any] = yaml.safe_load(SPEC.read_text())["components"]["schemas"]
    made = cabinet.created(paid=True, discount={"type": "percent", "value": 0}, items=[item(entitlement="AAM")])
    cancelled = cabinet.ask("POST", f"/documents/{made['id']}/cancel").json()
    assert set(made) == set(schemas["Document"]["properties"])
    for answer, name in ((made, "Document"), (cancelled, "Document"),
                         (cabinet.read("/documents"), "DocumentList"), (cabinet.read("/partners"), "PartnerList"),
                         (cabinet.read("/bank-accounts"), "BankAccountList"),
                         (cabinet.read("/utils/time"), "ServerTime"),
                         (cabinet.read(f"/documents/{made['id']}/online-szamla"), "OnlineSzamlaStatus")):  # fmt: skip
        assert list(_wrong(answer, {"$ref": f"#/{name}"}, schemas)) == []


@pytest.mark.skipif(not SPEC.is_file(), reason=f"the OpenAPI document is not here: {SPEC}")
def test_every_field_the_openapi_document_lets_a_client_send_is_known() -> None:
    from simulators.billingo import accepted

    schemas: dict[str, Any] = yaml.safe_load(SPEC.read_text())["components"]["schemas"]
    for name, known in (("DocumentInsert", accepted.DOCUMENT), ("DocumentSettings", accepted.SETTINGS),
                        ("ModificationDocumentInsert", accepted.MODIFICATION), ("Partner", accepted.PARTNER),
                        ("InvoiceSettings", accepted.CONVERSION), ("PaymentHistory", accepted.PAYMENT),
                        ("DocumentProductData", accepted.FREE_ITEM), ("Product", accepted.PRODUCT)):  # fmt: skip
        assert set(schemas[name]["properties"]) - {"id"} <= set(known), name


def _wrong(value: Any, schema: dict[str, Any], schemas: dict[str, Any], place: str = "") -> Any:
    """Places whose value is of another type than the document says; null is told for what was not given."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    if value is None:
        return
    if not isinstance(value, kinds[schema["type"]]) or ("enum" in schema and value not in schema["enum"]):
        yield place, value
    elif schema["type"] == "array":
        for entry in value:
            yield from _wrong(entry, schema["items"], schemas, f"{place}[]")
    elif schema["type"] == "object":
        for name, more in schema.get("properties", {}).items():
            yield from _wrong(value.get(name), more, schemas, f"{place}.{name}")
