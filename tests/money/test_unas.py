"""UNAS orders: unit prices gross, Budapest time, virtual items, its own statuses (documents.md 1.4, unas.md)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.document import Address, Party
from schemas.errors import Unreadable
from schemas.policy import read_policy
from schemas.unas import read_order
from tests.money.models import check_document
from tests.money.shop import SHARED, document, issued, rules
from workers.decide import Decision, Rules, Trigger, decide
from workers.money.rules import INVOICE_REQUESTED

TABLE = {
    "documents": {
        "transfer": {"open_normal": "proforma", "close_ok": "invoice"},
        "cod": {"close_ok": "invoice"},
        "*": {"open_normal": "invoice", "close_ok": "invoice"},
    }
}
HUNGARIAN = replace(rules("HU"), policy=read_policy(TABLE))
MUG = "<Item><Id>11</Id><Name>Bögre</Name><Quantity>2</Quantity><PriceNet>3929.1339</PriceNet><PriceGross>4990</PriceGross><Vat>27%</Vat></Item>"  # noqa: E501


def xml(items: str = MUG, total: str = "9980", **changes: str) -> bytes:
    parts = {
        "status": "open_normal",
        "method": "bankcard",
        "paid": "paid",
        "country": "hu",
        "currency": "HUF",
        "invoice": "",
        "address": "",
        "extra": "",
    } | changes
    return f"""<?xml version="1.0" encoding="UTF-8" ?><Order><Key>1-2</Key><Id>9</Id><Date>2026.03.02 23:15:00</Date>
<DateMod>2026.03.03 00:20:00</DateMod><Customer><Addresses><Invoice><Name>Teszt Személy</Name>
<CountryCode>{parts["country"]}</CountryCode>{parts["address"]}</Invoice></Addresses></Customer>
<Currency>{parts["currency"]}</Currency><StatusType>{parts["status"]}</StatusType><Invoice>{parts["invoice"]}</Invoice>
<Payment><Type>{parts["method"]}</Type><Status>{parts["paid"]}</Status></Payment>{parts["extra"]}
<SumPriceGross>{total}</SumPriceGross><Items>{items}</Items></Order>""".encode()


def ask(body: bytes, given: Rules = HUNGARIAN, history: Any = (), trigger: Trigger | None = None) -> Decision:
    return decide(read_order(body), history, given, trigger or Trigger())


def one(item_id: str, gross: str, vat: str = "27%", net: str = "") -> str:
    said = f"<PriceNet>{net}</PriceNet>" if net else ""
    return (
        f"<Item><Id>{item_id}</Id><Quantity>1</Quantity>{said}<PriceGross>{gross}</PriceGross><Vat>{vat}</Vat></Item>"
    )


def test_local_times_are_budapests() -> None:
    order = read_order(xml())
    assert str(order.placed_at) == "2026-03-02 22:15:00+00:00"
    assert document(ask(xml()))["tax_point"] == "2026-03-03"


def test_a_finished_transaction_is_the_day_of_payment() -> None:
    done = "<Status>finish</Status><Date>2026.03.02 23:16:00</Date>"
    done = f"<Transactions><Transaction>{done}</Transaction></Transactions>"
    body = xml().replace(b"<Status>paid</Status>", f"<Status>paid</Status>{done}".encode())
    assert document(ask(body))["tax_point"] == "2026-03-02"


@pytest.mark.parametrize(
    ("method", "status", "paid", "expected"),
    [
        ("transfer", "open_normal", "unpaid", ("proforma", "UNPAID")),
        ("transfer", "open_normal", "paid", ("invoice", "DUE")),
        ("transfer", "open_prepare", "unpaid", ("wait", "NOT_DUE")),
        ("transfer", "close_ok", "unpaid", ("invoice", "DUE")),
        ("bankcard", "open_normal", "paid", ("invoice", "DUE")),
        ("cod", "open_normal", "unpaid", ("wait", "COD_NOT_DELIVERED")),
        ("cod", "close_ok", "paid", ("invoice", "DUE")),
        ("bankcard", "base", "paid", ("wait", "NOT_DUE")),
        ("bankcard", "close_fault", "paid", ("nothing", "NO_DOCUMENT_TO_CANCEL")),
    ],
)
def test_status_type_and_payment_decide(method: str, status: str, paid: str, expected: tuple[str, str]) -> None:
    decision = ask(xml(method=method, status=status, paid=paid))
    assert (decision.action, decision.reason) == expected


def test_close_fault_cancels_a_proforma_and_credits_an_invoice() -> None:
    proforma = issued(ask(xml(method="transfer", paid="unpaid")))
    falls = ask(xml(method="transfer", paid="unpaid", status="close_fault"), history=[proforma])
    assert (falls.action, falls.reason) == ("cancel_proforma", "ORDER_CLOSE_FAULT")
    full = ask(xml(status="close_fault"), history=[issued(ask(xml()))])
    assert (full.action, full.reason) == ("credit_note", "FULL_CANCEL")


def test_virtual_items_are_shipping_and_fees_in_their_place() -> None:
    items = MUG + one("discount-percent", "-980") + one("shipping-cost", "1490") + one("handel-cost", "300")
    items += one("gift", "-790") + one("12", "1990", "5%")
    made = document(ask(xml(items, "11990")))
    check_document(made)
    assert [x["source"] for x in made["lines"]] == [
        "line_item:1",
        "fee:2",
        "shipping:3",
        "fee:4",
        "fee:5",
        "line_item:6",
    ]


def test_fractional_quantities_and_prices_are_multiplied_unrounded() -> None:
    item = one("1", "4990.5555").replace("<Quantity>1", "<Quantity>0.347")
    made = document(ask(xml(item, "1732")))
    assert (made["lines"][0]["quantity"], made["totals"]["gross"]) == ("0.347", "1732")


def test_free_shipping_without_vat_takes_the_largest_groups_rate() -> None:
    free = "<Item><Id>shipping-cost</Id><Quantity>1</Quantity><PriceGross>0</PriceGross></Item>"
    assert [x["vat_rate"] for x in document(ask(xml(MUG + free)))["lines"]] == ["27", "27"]


def test_a_missing_vat_is_computed_from_net_and_gross() -> None:
    assert document(ask(xml(one("1", "1270", "", "1000"), "1270")))["lines"][0]["vat_rate"] == "27"
    assert document(ask(xml(one("1", "1050", "", "1000"), "1050")))["lines"][0]["vat_rate"] == "5"


def test_zero_percent_and_codes_need_the_merchants_reason() -> None:
    body = xml(one("1", "1000", "AAM", "1000"), "1000")
    assert ask(body).reason == "ZERO_RATE_UNEXPLAINED"
    mapped = replace(rules("HU"), policy=read_policy({**TABLE, "zero_rate_map": {"AAM": "E", "0%": "Z"}}))
    assert document(ask(body, mapped))["vat_breakdown"][0]["category"] == "E"
    zero = xml(one("1", "1000", "0%", "1000"), "1000")
    assert document(ask(zero, mapped))["vat_breakdown"][0]["category"] == "Z"


def test_a_gross_price_that_is_not_net_plus_vat_is_a_mismatch() -> None:
    assert ask(xml(one("1", "1270", "5%", "1000"), "1270")).reason == "TAX_MISMATCH"


def test_an_illegal_rate_is_refused() -> None:
    assert ask(xml(one("1", "1250", "25%"), "1250")).reason == "RATE_NOT_LEGAL"


def test_a_sum_that_does_not_add_up_is_refused() -> None:
    assert ask(xml(total="12700")).reason == "TOTAL_MISMATCH"


def test_an_order_that_unas_invoiced_is_not_invoiced_again() -> None:
    decision = ask(xml(invoice="<Status>2</Status><Number>SZ-2026-100</Number>"))
    assert (decision.action, decision.reason) == ("nothing", "INVOICED_ELSEWHERE")
    assert "SZ-2026-100" in decision.detail
    assert ask(xml(invoice="<Status>1</Status><Number></Number>")).reason == "DUE"


def test_vat_country_and_destination_make_it_oss() -> None:
    oss = xml(
        one("1", "1210", "21%"), "1210", country="cz", currency="EUR", extra="<VatCountryCode>cz</VatCountryCode>"
    )
    made = document(ask(oss))
    assert (made["oss"], made["vat_countries"]) == (True, ["CZ"])
    assert document(ask(xml(one("1", "1210", "21%"), "1210", country="cz")))["oss"] is True


def test_an_eu_company_without_vat_is_an_intra_community_supply() -> None:
    company = "<EUTaxNumber>DE136695976</EUTaxNumber><CustomerType>company</CustomerType>"
    made = document(ask(xml(one("1", "100", "0%"), "100", country="de", currency="EUR", address=company)))
    assert (made["vat_breakdown"][0]["category"], made["buyer"]["vat_id"]) == ("K", "DE136695976")


def test_a_private_persons_numbers_are_not_shown() -> None:
    private = "<TaxNumber>12892312-2-42</TaxNumber><CustomerType>private</CustomerType>"
    assert document(ask(xml(address=private)))["buyer"]["vat_id"] is None


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"not xml", "body"),
        (b"<Error>Invalid Key</Error>", "Error"),
        (b"<Orders></Orders>", "Orders"),
        (b"<Order><Key>1</Key></Order>", "Currency"),
        (xml(total=""), "SumPriceGross"),
        (xml("<Item><Quantity>two</Quantity><PriceGross>1</PriceGross></Item>"), "Items.0.Quantity"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Order>&a;</Order>', "body"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Order>&a;</Order>', "body"),
    ],
)
def test_what_cannot_be_read_is_said_by_path(body: bytes, path: str) -> None:
    with pytest.raises(Unreadable) as odd:
        read_order(body)
    assert path in odd.value.problems, odd.value.problems


@pytest.mark.skipif(not SHARED.exists(), reason="the UNAS samples in ../shared are not there: not run")
def test_the_official_example_adds_up() -> None:
    sample = SHARED / "samples" / "unas" / "xml" / "official-getorder-response.xml"
    order = read_order(sample.read_bytes())
    assert sum((e.gross for e in order.elements), Decimal(0)) == order.total == Decimal("7620")


#: Every sample: the paths of what keeps it from being read, or the order's own total and what becomes of its invoice.
SAMPLES: dict[str, tuple[str, ...]] = {
    "client-test-un-1001": ("12700", "invoice", "DUE"),
    "client-test-un-3": ("SumPriceGross",),
    "client-test-un-4c-invoiced": ("SumPriceGross",),
    "client-test-un-4h-empty-tags": ("SumPriceGross",),
    "client-test-un-8-eu-company": ("SumPriceGross",),
    "error-ban": ("Error",),
    "error-invalid-key": ("Error",),
    "getorder-empty": ("Orders",),
    "live-items-eur-zero-vat-100-percent": ("SumPriceGross",),
    "live-items-huf-99212-298722": ("SumPriceGross",),
    "login-response": ("Login",),
    "official-getorder-request": ("Params",),
    "official-getorder-response": ("7620", "nothing", "INVOICED_ELSEWHERE"),
    "official-getsetting-vat-response": ("Settings",),
    "official-login-request": ("Params",),
    "official-setorder-response": ("Currency", "SumPriceGross"),
    "order-99212-459544": ("SumPriceGross",),
    "order-99212-962676-sum-mismatch": ("12700", "refuse", "TOTAL_MISMATCH"),
    "real-test-shop-54017-285726": ("23790", "invoice", "DUE"),
    "setautomatism-webhook-request": ("Automatisms",),
    "setorder-add-photo-shop": ("Currency", "Key"),
    "setorder-invoice-request": ("Currency", "SumPriceGross"),
}


@pytest.mark.skipif(not SHARED.exists(), reason="the UNAS samples in ../shared are not there: not run")
def test_every_sample_is_read_or_refused_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """A person asks for the invoice, and a sample without a buyer gets one, so that none ends as merely not due."""
    found: dict[str, tuple[str, ...]] = {}
    said: dict[str, str] = {}
    for sample in sorted((SHARED / "samples" / "unas" / "xml").glob("*.xml")):
        try:
            order = read_order(sample.read_bytes())
        except Unreadable as odd:
            found[sample.stem] = tuple(sorted(odd.problems))
            said[sample.stem] = "; ".join(f"{path} {problem}" for path, problem in odd.problems.items())
        else:
            named = order if order.buyer.name else replace(order, buyer=Party("Teszt János", Address(country="HU")))
            asked = decide(named, (), HUNGARIAN, Trigger(INVOICE_REQUESTED))
            found[sample.stem] = (str(order.total), asked.action, asked.reason)
    with capsys.disabled():
        print(f"\n{len(found)} samples of UNAS's XML: {len(found) - len(said)} are orders with a total, decided on; ")
        print(f"{len(said)} are refused: " + ", ".join(f"{name} ({words})" for name, words in sorted(said.items())))
    assert found == SAMPLES
    assert all(said.values()) and len(found) - len(said) == 4


def test_a_number_beside_any_invoice_status_is_another_invoicers() -> None:
    decision = ask(xml(invoice="<Status>1</Status><Number>UO-1000/2012</Number>"))
    assert (decision.action, decision.reason) == ("nothing", "INVOICED_ELSEWHERE")
    ours = [issued(ask(xml()))]
    assert ask(xml(invoice="<Status>2</Status><Number>FV/1</Number>"), history=ours).reason == "ALREADY_INVOICED"


def test_a_return_is_no_sale() -> None:
    info = "<Info><ReturnedFrom><Key>54017-1</Key></ReturnedFrom></Info>"
    for body in (xml(extra=info), xml(extra=info, status="close_ok")):
        decision = ask(body)
        assert (decision.action, decision.reason) == ("refuse", "RETURN_ORDER")
        assert "54017-1" in decision.detail and "54017-1" in decision.remedy
    back = "<Info><ReturnedTo><Key>54017-9</Key></ReturnedTo></Info>"
    assert ask(xml(extra=back)).reason == "DUE"


def test_what_an_order_was_made_of_is_read() -> None:
    keys = "<MergedFrom><Key>1-1</Key><Key>1-2</Key></MergedFrom><SeparatedFrom><Key>1-3</Key></SeparatedFrom>"
    assert read_order(xml(extra=f"<Info>{keys}</Info>")).made_of == ("1-1", "1-2", "1-3")
    assert read_order(xml()).made_of == ()


@pytest.mark.parametrize(
    ("preset", "method", "status", "paid", "reason"),
    [
        ("invoice when paid", "bankcard", "open_normal", "paid", "DUE"),
        ("invoice when paid", "bankcard", "open_prepare", "overpaid", "DUE"),
        ("invoice when paid", "bankcard", "open_normal", "unpaid", "NOT_DUE"),
        ("invoice when paid", "transfer", "open_normal", "partly paid", "NOT_DUE"),
        ("invoice when paid", "cod", "open_normal", "paid", "COD_NOT_DELIVERED"),
        ("invoice when paid", "cod", "close_ok", "unpaid", "DUE"),
        ("proforma on transfer, invoice on payment", "transfer", "open_normal", "unpaid", "UNPAID"),
        ("proforma on transfer, invoice on payment", "transfer", "open_prepare", "paid", "DUE"),
        ("proforma on transfer, invoice on payment", "bankcard", "open_normal", "paid", "DUE"),
        ("invoice on completed", "bankcard", "open_normal", "paid", "NOT_DUE"),
        ("invoice on completed", "bankcard", "close_ok", "paid", "DUE"),
    ],
)
def test_the_presets_know_that_a_paid_unas_order_stays_open(
    preset: str, method: str, status: str, paid: str, reason: str
) -> None:
    chosen = replace(rules("HU"), policy=read_policy({"presets": [preset]}))
    assert ask(xml(method=method, status=status, paid=paid), chosen).reason == reason
