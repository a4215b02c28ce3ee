"""What a real shop (8.2.2) sent, the simulated one shows in the same shape and, ordered alike, to the same cent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulators import woocommerce
from simulators.woocommerce.webhook import Webhook
from tests.simulators import woo

CAPTURED = woo.captures()
SUMS = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")
LINE_SUMS = ("subtotal", "subtotal_tax", "total", "total_tax")


@pytest.fixture(scope="module")
def shop() -> Iterator[woo.Shop]:
    """The captured shop: Budapest, prices typed net."""
    with woocommerce.start(timezone="Europe/Budapest", country="HU", currency="EUR",
                           prices_include_tax=False) as simulator, woo.Shop(simulator) as client:  # fmt: skip
        yield client
        assert not simulator.world.crashes, simulator.world.crashes


def shape(value: Any) -> Any:
    """Keys and JSON types; a list is the set of its entries' shapes; whole and broken numbers are one type."""
    if isinstance(value, dict):
        return {name: shape(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return sorted({repr(shape(entry)) for entry in value})
    return "number" if type(value) in (int, float) else type(value).__name__


def described(body: dict[str, Any]) -> dict[str, Any]:
    """The captured order as the back door takes it: what was put into the cart, not what came out of it."""
    rates = {tax["rate_id"]: tax for tax in body["tax_lines"]}
    return {
        "currency": body["currency"], "status": body["status"], "prices_include_tax": body["prices_include_tax"],
        "payment_method": body["payment_method"], "payment_method_title": body["payment_method_title"],
        "created_via": body["created_via"], "customer_note": body["customer_note"],
        "customer_id": body["customer_id"],
        "billing": body["billing"], "shipping_address": body["shipping"],
        "meta": {meta["key"]: meta["value"] for meta in body["meta_data"]},
        "lines": [_line(body, line, rates) for line in body["line_items"]],
        "shipping": [{"title": line["method_title"], "method": line["method_id"], "total": line["total"],
                      "tax": _tax(line, rates)} for line in body["shipping_lines"]],
        "fees": [{"name": line["name"], "total": line["total"], "tax": _tax(line, rates),
                  "tax_class": line["tax_class"]} for line in body["fee_lines"]],
        "coupons": [_coupon(line) for line in body["coupon_lines"]],
    }  # fmt: skip


def _line(body: dict[str, Any], line: dict[str, Any], rates: dict[int, Any]) -> dict[str, Any]:
    """The unit price as it was typed: gross, as far as the sums tell it, or net."""
    quantity = Decimal(str(line["quantity"]))
    gross = body["prices_include_tax"] and "." in body["total"]
    typed = Decimal(line["subtotal"]) + (Decimal(line["subtotal_tax"]) if gross else 0)
    price = {"price": f"{typed / quantity:f}"} if gross or body["coupon_lines"] else {"net_price": str(line["price"])}
    return {
        "name": line["name"], "sku": line["sku"], "product_id": line["product_id"],
        "variation_id": line["variation_id"], "parent_name": line["parent_name"],
        "tax_class": line["tax_class"], "quantity": str(quantity), **price, "tax": _tax(line, rates),
        "virtual": not body["needs_processing"],
        "meta": {meta["key"]: meta["value"] for meta in line["meta_data"]},
    }  # fmt: skip


def _tax(line: dict[str, Any], rates: dict[int, Any]) -> Any:
    found = [rates[tax["id"]] for tax in line["taxes"]]
    return [{"percent": str(rate["rate_percent"]), "label": rate["label"], "compound": rate["compound"],
             "country": rate["rate_code"][:2]} for rate in found] or "none"  # fmt: skip


def _coupon(line: dict[str, Any]) -> dict[str, Any]:
    told = line["meta_data"][0]["value"]
    return {"code": line["code"], "percent" if told["discount_type"] == "percent" else "amount": told["amount"]}


def made(shop: woo.Shop, body: dict[str, Any]) -> dict[str, Any]:
    """The captured order made anew, refunds included."""
    shop.sim("POST", "settings", {"decimals": len(body["total"].partition(".")[2]),
                                  "tax_round_at_subtotal": body["id"] == 54})  # fmt: skip
    told = described(body)
    order = shop.sim("POST", "orders", {**told, "status": "processing" if body["refunds"] else told["status"]})
    for refund in reversed(body["refunds"]):
        shop.sim("POST", f"orders/{order['id']}/refunds", {"amount": refund["total"][1:], "reason": refund["reason"]})
    found: dict[str, Any] = shop.read(f"orders/{order['id']}")
    return found


@pytest.mark.parametrize("stem", CAPTURED)
def test_a_captured_order_made_anew_has_the_same_keys_types_and_sums(shop: woo.Shop, stem: str) -> None:
    wanted = CAPTURED[stem]
    found = made(shop, wanted)
    assert list(found) == list(wanted)
    assert shape(found) == shape(wanted)
    assert {name: found[name] for name in SUMS} == {name: wanted[name] for name in SUMS}
    for mine, real in zip(found["line_items"], wanted["line_items"], strict=True):
        assert {name: mine[name] for name in LINE_SUMS} == {name: real[name] for name in LINE_SUMS}
        assert [(tax["total"], tax["subtotal"]) for tax in mine["taxes"]] == [
            (tax["total"], tax["subtotal"]) for tax in real["taxes"]
        ]
        assert mine["price"] == real["price"]
    for name in ("shipping_lines", "fee_lines"):
        assert [(line["total"], line["total_tax"]) for line in found[name]] == [
            (line["total"], line["total_tax"]) for line in wanted[name]
        ]
    assert [_taxed(line) for line in found["tax_lines"]] == [_taxed(line) for line in wanted["tax_lines"]]
    assert [(line["discount"], line["discount_tax"]) for line in found["coupon_lines"]] == [
        (line["discount"], line["discount_tax"]) for line in wanted["coupon_lines"]
    ]
    assert [(one["reason"], one["total"]) for one in found["refunds"]] == [
        (one["reason"], one["total"]) for one in wanted["refunds"]
    ]
    same = ("status", "is_editable", "needs_payment", "needs_processing", "currency_symbol", "billing", "shipping")
    assert {name: found[name] for name in same} == {name: wanted[name] for name in same}
    assert (found["date_paid"] is None) == (wanted["date_paid"] is None)


def _taxed(line: dict[str, Any]) -> tuple[object, ...]:
    return tuple(
        line[name] for name in ("rate_code", "label", "compound", "tax_total", "shipping_tax_total", "rate_percent")
    )


def test_there_are_captures_of_every_kind() -> None:
    assert len(CAPTURED) > 60
    for name in ("refunds", "coupon_lines", "fee_lines", "shipping_lines"):
        assert any(body[name] for body in CAPTURED.values())


PUBLIC = Path(__file__).parents[3] / "shared" / "samples" / "woocommerce-public"
published = pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public samples are not beside this clone")


@published
def test_public_refunds_and_notes_have_no_key_or_type_that_is_not_shown(shop: woo.Shop) -> None:
    """They are older, so ours has more (tax_lines, display_key), never less."""
    line = {"name": "Mug", "sku": "MUG", "net_price": "12.90", "quantity": 2, "tax": "27"}
    ident = shop.sim("POST", "orders", {"lines": [line], "shipping": "7.00"})["id"]
    refund = shop.sim("POST", f"orders/{ident}/refunds", {"lines": "all"})
    shop.rest("POST", f"orders/{ident}/notes", {"note": "x"})
    note = shop.read(f"orders/{ident}/notes")[0]
    for folder, mine in (("refunds", refund), ("notes", note)):
        for path in sorted((PUBLIC / folder).glob("*.json")):
            told = json.loads(path.read_text())
            for real in told if isinstance(told, list) else [told]:
                assert within(real, mine), path.name


@published
def test_public_raw_deliveries_verify_by_our_signature() -> None:
    for path in sorted((PUBLIC / "webhook_raw").glob("order.*.body")):
        head = json.loads(path.with_name(path.name.replace(".body", ".headers.json")).read_text())
        now = datetime.now(UTC)
        hook = Webhook(61, "", "order.created", "", "foo", now, now)
        assert hook.signature(path.read_bytes()) == head["x-wc-webhook-signature"]
        assert len(hook.delivery_id(1)) == len(head["x-wc-webhook-delivery-id"])


def within(real: Any, mine: Any) -> bool:
    """Every key of the real thing is in ours, with the same JSON type."""
    if isinstance(real, dict):
        return isinstance(mine, dict) and all(name in mine and within(real[name], mine[name]) for name in real)
    if isinstance(real, list):
        return isinstance(mine, list) and all(not mine or within(entry, mine[0]) for entry in real)
    return bool(shape(real) == shape(mine))
