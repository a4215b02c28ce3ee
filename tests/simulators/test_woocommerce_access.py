"""Who comes into the shop's REST API, and what the others are told."""

import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from simulators import woocommerce
from tests.simulators import woo
from tests.simulators.woo import V3, code, signed


def test_over_plain_http_only_a_true_signature_comes_in(store: woo.Shop) -> None:
    url = f"{store.url}{V3}/orders"
    assert store.read("orders", status="processing,completed") == []
    assert code(store.get(url, auth=("ck_simulator", "cs_simulator"))) == (401, "woocommerce_rest_cannot_view")
    wrong = store.get(url, params=signed("GET", url, {}, secret="cs_other"))
    assert code(wrong) == (401, "woocommerce_rest_authentication_error")
    assert "signature does not match" in wrong.json()["message"]
    told = signed("GET", url, {"page": 1})
    assert code(store.get(url, params={**told, "page": "2"})) == (401, "woocommerce_rest_authentication_error")
    assert code(store.get(url, params=signed("POST", url, {}))) == (401, "woocommerce_rest_authentication_error")


def test_sha1_and_the_authorization_header_are_taken_too(store: woo.Shop) -> None:
    url = f"{store.url}{V3}/orders"
    told = signed("GET", url, {"per_page": 5})
    header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"'
                                  for name, value in told.items() if name.startswith("oauth_"))  # fmt: skip
    assert store.get(url, params={"per_page": 5}, headers={"Authorization": header}).status_code == 200


def test_a_nonce_is_good_once_and_a_timestamp_for_15_minutes(store: woo.Shop) -> None:
    url = f"{store.url}{V3}/orders"
    told = signed("GET", url, {})
    assert store.get(url, params=told).status_code == 200
    assert "nonce has already been used" in store.get(url, params=told).json()["message"]
    old = signed("GET", url, {}, oauth_timestamp=str(int(time.time()) - 1000))
    assert "Invalid timestamp" in store.get(url, params=old).json()["message"]
    part = {"oauth_consumer_key": "ck_simulator"}
    assert code(store.get(url, params=part)) == (401, "woocommerce_rest_authentication_missing_parameter")


def test_where_the_shop_sees_tls_basic_and_query_keys_come_in(store: woo.Shop) -> None:
    store.sim("POST", "settings", {"ssl": "forwarded"})
    url = f"{store.url}{V3}/orders"
    tls = {"X-Forwarded-Proto": "https"}
    keys = {"consumer_key": "ck_simulator", "consumer_secret": "cs_simulator"}
    assert store.get(url, auth=("ck_simulator", "cs_simulator"), headers=tls).status_code == 200
    assert store.get(url, params=keys, headers=tls).status_code == 200
    assert store.get(url, params=keys).status_code == 401
    wrong = store.get(url, auth=("ck_simulator", "cs_wrong"), headers=tls)
    assert code(wrong) == (401, "woocommerce_rest_authentication_error")
    assert wrong.headers["WWW-Authenticate"].startswith("Basic")
    assert code(store.get(url, auth=("ck_unknown", "x"), headers=tls)) == (401, "woocommerce_rest_cannot_view")


def test_a_read_only_key_is_refused_in_the_shops_own_words(store: woo.Shop) -> None:
    ident = store.order()["id"]
    store.sim("POST", "settings", {"permissions": "read"})
    assert store.read(f"orders/{ident}")["status"] == "processing"
    refused = store.rest("PUT", f"orders/{ident}", {"status": "completed"})
    assert refused.json() == {"code": "woocommerce_rest_authentication_error", "data": {"status": 401},
                              "message": "The API key provided does not have write permissions."}  # fmt: skip
    assert store.read(f"orders/{ident}")["status"] == "processing"
    store.sim("POST", "settings", {"permissions": "read_write", "rights": "none"})
    assert code(store.rest("GET", "orders")) == (403, "woocommerce_rest_cannot_view")
    assert code(store.rest("PUT", f"orders/{ident}", {})) == (403, "woocommerce_rest_cannot_edit")


def test_without_permalinks_the_api_is_a_404_page_and_lives_at_rest_route(store: woo.Shop) -> None:
    ident = store.order()["id"]
    store.sim("POST", "settings", {"permalinks": "plain"})
    page = store.rest("GET", f"orders/{ident}")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    told = signed("GET", f"{store.url}/", {"rest_route": f"/wc/v3/orders/{ident}"})
    assert store.get(f"{store.url}/", params=told).json()["id"] == ident


def test_over_https_the_basic_key_comes_in(tmp_path: Path) -> None:
    pem = tmp_path / "shop.pem"
    pem.write_bytes(certificate())
    with woocommerce.start(certificate=str(pem)) as simulator, woo.Shop(simulator) as shop:
        shop.verify = str(pem)
        ident = shop.order()["id"]
        assert shop.url.startswith("https://")
        shop.auth = ("ck_simulator", "cs_simulator")
        read = shop.get(f"{shop.url}{V3}/orders/{ident}", timeout=5)
        assert read.json()["_links"]["self"][0]["href"] == f"{shop.url}{V3}/orders/{ident}"
        shop.auth = None
        assert shop.get(f"{shop.url}{V3}/orders/{ident}", timeout=5).status_code == 401


def certificate() -> bytes:
    """Key and self-signed certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key.private_bytes(*plain) + made.public_bytes(Encoding.PEM)


def test_unknown_routes_methods_and_ids_have_their_own_codes(store: woo.Shop) -> None:
    ident = store.order()["id"]
    asked = {
        ("GET", "nothing"): (404, "rest_no_route"), ("DELETE", "orders"): (404, "rest_no_route"),
        ("GET", "orders/1"): (404, "woocommerce_rest_shop_order_invalid_id"),
        ("PUT", "orders/1"): (400, "woocommerce_rest_shop_order_invalid_id"),
        ("GET", "orders/1/notes"): (404, "woocommerce_rest_order_invalid_id"),
        ("POST", "orders/1/refunds"): (404, "woocommerce_rest_invalid_order_id"),
        ("GET", f"orders/{ident}/refunds/1"): (404, "woocommerce_rest_invalid_order_refund_id"),
        ("GET", "products/1"): (404, "woocommerce_rest_product_invalid_id"),
        ("GET", "webhooks/1"): (400, "woocommerce_rest_shop_webhook_invalid_id"),
        ("GET", "settings/none"): (404, "rest_setting_setting_group_invalid"),
    }  # fmt: skip
    assert {call: code(store.rest(*call, {})) for call in asked} == asked
    assert store.read("orders/1/refunds") == []
    broken = store.put(
        signed_url(store, "PUT", f"orders/{ident}"), data=b"{", headers={"Content-Type": "application/json"}
    )
    assert code(broken) == (400, "rest_invalid_json")
    assert code(store.rest("GET", "orders", customer="me")) == (400, "rest_invalid_param")
    assert code(store.rest("GET", "orders", per_page=101)) == (400, "rest_invalid_param")
    assert store.rest("GET", "orders", status="done").json()["data"]["params"].keys() == {"status"}
    assert code(store.rest("GET", "orders", modified_after="yesterday")) == (400, "rest_invalid_param")
    assert code(store.rest("GET", "orders", modified_since="2026-01-01")) == (400, "rest_invalid_param")


def signed_url(store: woo.Shop, method: str, path: str) -> str:
    url = f"{store.url}{V3}/{path}"
    return f"{url}?{urlencode(signed(method, url, {}))}"
