"""Rows of documents: articles, units, accounts and rates looked up, prices and quantities cut to two decimals."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.fortnox import errors
from simulators.fortnox.accepted import BLANK
from simulators.fortnox.arithmetic import NOTHING, plain, row_total, two_decimals
from simulators.fortnox.document import ORDER

if TYPE_CHECKING:
    from simulators.fortnox.world import Fortnox

# The customer's VAT type alone decides whether VAT is charged: a row cannot (sheet section 3).
VAT_FREE = ("SEREVERSEDVAT", "EUREVERSEDVAT", "EXPORT")
DEFAULT_RATE, DEFAULT_ACCOUNT = 25, 3001
NO_ARTICLE: dict[str, Any] = {"Description": "", "Unit": "", "VAT": DEFAULT_RATE, "SalesAccount": DEFAULT_ACCOUNT}


def rows_of(world: "Fortnox", kind: str, given: Sequence[Mapping[str, Any]], vat_type: str,
            negative: bool = False) -> list[dict[str, Any]]:  # fmt: skip
    """`negative` rows belong to a credit note: what it takes back cannot be positive."""
    rows = [_row(world, kind, entry, vat_type) for entry in given]
    if negative and any(row["Total"] > 0 for row in rows):
        raise world.forbidden("En kreditfaktura kan inte ha positiva rader.")
    return rows


def unblanked(body: object) -> object:
    """The literal API_BLANK of a row's field, in place before types are looked at, is a null."""
    if isinstance(body, dict):
        return {name: unblanked(value) for name, value in body.items()}
    if isinstance(body, list):
        return [unblanked(value) for value in body]
    return None if body == BLANK else body


def _row(world: "Fortnox", kind: str, given: Mapping[str, Any], vat_type: str) -> dict[str, Any]:
    article = _article(world, given.get("ArticleNumber") or "")
    unit = given.get("Unit") or article["Unit"] or ""
    if unit and unit not in world.units:
        raise world.missing("unit", 400)
    row = {
        "AccountNumber": _account(world, given, article), "ArticleNumber": given.get("ArticleNumber") or "",
        "CostCenter": given.get("CostCenter") or "", "Project": given.get("Project") or "",
        "DeliveredQuantity": plain(two_decimals(given.get("DeliveredQuantity"))),
        "Description": given.get("Description") or article["Description"],
        "Discount": two_decimals(given.get("Discount")), "DiscountType": given.get("DiscountType") or "PERCENT",
        "HouseWork": bool(given.get("HouseWork")), "Price": two_decimals(given.get("Price")),
        "RowId": world.next_id("row"), "Unit": unit, "VAT": _rate(world, given, article, vat_type),
    }  # fmt: skip
    if kind == ORDER:
        row |= {"OrderedQuantity": plain(two_decimals(given.get("OrderedQuantity"))),
                "ReservedQuantity": plain(two_decimals(given.get("ReservedQuantity")))}  # fmt: skip
    else:
        row["VATCode"] = given.get("VATCode")
    return {**row, "Total": row_total(row)}


def _article(world: "Fortnox", number: str) -> Mapping[str, Any]:
    if not number:
        return NO_ARTICLE
    if number not in world.articles:
        raise world.missing("article", 400)
    return world.articles[number]


def _account(world: "Fortnox", given: Mapping[str, Any], article: Mapping[str, Any]) -> int:
    account = int(given.get("AccountNumber") or article["SalesAccount"] or DEFAULT_ACCOUNT)
    if account in world.settings["missing_accounts"]:
        raise world.fail(400, errors.ACCOUNT, f"Kontot {account} finns inte.")
    return account


def _rate(world: "Fortnox", given: Mapping[str, Any], article: Mapping[str, Any], vat_type: str) -> Decimal:
    """A rate that is none of the country's needs an account of its own (2004167)."""
    if vat_type in VAT_FREE:
        return NOTHING
    rate = given.get("VAT")
    if rate is None:
        return Decimal(article["VAT"])
    if rate not in world.settings["vat_rates"] and not given.get("AccountNumber"):
        raise world.fail(400, errors.CUSTOM_RATE, f"Momssatsen {rate} kräver ett konto.")
    return Decimal(rate)
