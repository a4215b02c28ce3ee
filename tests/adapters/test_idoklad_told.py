"""What iDoklad tells, read: samples, and answers of our own making."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.idoklad import to_document
from adapters.payloads import idoklad_told as told
from schemas.document import Kind
from tests.adapters.drafts import CZECHIA, at, draft

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "idoklad"


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    with at(CZECHIA):
        yield


def sample(name: str) -> Any:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the samples are not here ({SAMPLES}); they are of public origin and not part of the project")
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


def answered(items: list[dict[str, Any]], **prices: Any) -> dict[str, Any]:
    """An answer with these items: (type, gross, VAT)."""
    rows = [{"ItemType": kind, "VatRate": rate, "Prices": {"TotalWithVat": Decimal(gross), "TotalVat": Decimal(vat)}}
            for kind, gross, vat, rate in (row.values() for row in items)]  # fmt: skip
    return {"Id": 7, "CurrencyId": 1, "DateOfIssue": "2026-11-21", "Description": "Order W-1 [shop/1/i1]",
            "PaymentStatus": 1, "Items": rows, "Prices": prices}  # fmt: skip


def row_of(kind: int, gross: str, vat: str, rate: str) -> dict[str, Any]:
    return {"kind": kind, "gross": gross, "vat": vat, "rate": Decimal(rate)}


@pytest.mark.parametrize("whole", ["0.00", "135.30"])
def test_an_invoice_after_a_proforma_is_read_with_its_whole_sum_whatever_the_total_has_taken_off(whole: str) -> None:
    summary = [{"VatRate": Decimal("21.0"), "TotalVat": Decimal("23.48")}]
    data = answered([row_of(0, "135.30", "23.48", "21"), row_of(2, "-135.30", "0", "0")],
                    TotalWithVat=Decimal(whole), TotalVat=Decimal("23.48"), VatRateSummary=summary)  # fmt: skip
    document = to_document(data, Kind.INVOICE, {1: "CZK"})
    assert (document.gross, document.vat, document.paid) == (Decimal("135.30"), Decimal("23.48"), Decimal("135.30"))
    assert document.vat_by_rate["21"] == Decimal("23.48")


def test_cash_rounding_is_left_out_only_when_it_is_the_one_that_was_wanted() -> None:
    data = answered([row_of(0, "242.50", "42.09", "21"), row_of(1, "0.50", "0", "0")],
                    TotalWithVat=Decimal("243.00"), TotalVat=Decimal("42.09"))  # fmt: skip
    assert to_document(data, Kind.INVOICE, {1: "CZK"}, Decimal("0.50")).gross == Decimal("242.50")
    assert to_document(data, Kind.INVOICE, {1: "CZK"}, Decimal("-0.50")).gross == Decimal("243.00")
    assert to_document(data, Kind.INVOICE, {1: "CZK"}).gross == Decimal("243.00")


def test_a_credit_note_told_with_negative_sums_becomes_positive() -> None:
    data = answered([row_of(0, "-61.50", "-10.67", "21")], TotalWithVat=Decimal("-61.50"), TotalVat=Decimal("-10.67"),
                    VatRateSummary=[{"VatRate": 21, "TotalVat": Decimal("-10.67")}])  # fmt: skip
    document = to_document(data, Kind.CREDIT_NOTE, {1: "CZK"})
    assert (document.gross, document.vat, document.vat_by_rate["21"]) == (
        Decimal("61.50"), Decimal("10.67"), Decimal("10.67"),
    )  # fmt: skip


def test_a_recount_without_vat_is_a_difference_though_the_total_is_right() -> None:
    data = answered([row_of(0, "135.30", "0", "0")], TotalWithVat=Decimal("135.30"), TotalVat=Decimal("0"))
    assert told.differs(draft(), data) == (f"VAT 0, not {draft().totals.vat}",)


def test_a_sample_document_is_read_with_its_sums_and_currency() -> None:
    data = sample("coderocket_IssuedInvoice")["Data"]
    document = to_document(data, Kind.INVOICE, {1: "CZK"})
    assert (document.system_id, document.number, document.currency) == ("15", "sample string 11", "CZK")
    assert (document.gross, document.vat, document.paid) == (Decimal(9), Decimal(5), Decimal(3))
    (row,) = sample("coderocket_IssuedInvoices")["Data"]["Items"]
    assert to_document(row, Kind.INVOICE, {1: "CZK"}) == document


def test_the_vendors_own_recount_of_a_rounded_document_is_read() -> None:
    (vector,) = [row for row in sample("sdk-recount-and-flow-vectors")["vectors"] if "VatRateSummary" in row["expect"]]
    told_prices = vector["expect"]["Prices"]
    sums = told.sums({"Prices": {**told_prices, "TotalVat": Decimal("37.8")}, "Items": []})
    assert (sums.gross, sums.vat) == (Decimal(218), Decimal("37.8"))
