"""Which VAT rates Jortt lets a customer be invoiced with: by country, person or company, and one-stop shop."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

HOME = "NL"
# Percent, the standard rate first, in force in November 2026.
RATES: dict[str, tuple[str, ...]] = {
    "AT": ("20", "13", "10"), "BE": ("21", "12", "6"), "BG": ("20", "9"), "CY": ("19", "9", "5", "3"),
    "CZ": ("21", "12"), "DE": ("19", "7"), "DK": ("25",), "EE": ("24", "13", "9"), "ES": ("21", "10", "4"),
    "FI": ("25.5", "13.5", "10"), "FR": ("20", "10", "5.5", "2.1"), "GR": ("24", "13", "6"),
    "HR": ("25", "13", "5"), "HU": ("27", "18", "5"), "IE": ("23", "13.5", "9", "4.8"),
    "IT": ("22", "10", "5", "4"), "LT": ("21", "12", "5"), "LU": ("17", "14", "8", "3"), "LV": ("21", "12", "5"),
    "MT": ("18", "12", "7", "5"), "NL": ("21", "9"), "PL": ("23", "8", "5"), "PT": ("23", "13", "6"),
    "RO": ("21", "11"), "SE": ("25", "12", "6"), "SI": ("22", "9.5", "5"), "SK": ("23", "19", "5"),
}  # fmt: skip
NAMES = {"NL": "Nederland", "BE": "België", "DE": "Duitsland", "FR": "Frankrijk", "AT": "Oostenrijk", "PL": "Polen",
         "CZ": "Tsjechië", "SK": "Slowakije", "HU": "Hongarije", "IT": "Italië", "ES": "Spanje", "SE": "Zweden",
         "GB": "Verenigd Koninkrijk", "CH": "Zwitserland", "US": "Verenigde Staten"}  # fmt: skip
Rate = tuple[Decimal, str | None]


def in_union(country: str) -> bool:
    return country in RATES


def allowed(customer: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Rate]:
    """(fraction, category) pairs, the usual one first (GET /v2/customers/{id}/vat-percentages)."""
    if settings["vat_type"] == "never_vat":
        return [(Decimal(0), None), (Decimal(0), "exempt")]
    if customer["shift_vat"]:
        return [(Decimal(0), None)]
    country = customer["address_country_code"]
    abroad = customer["is_private"] and settings["one_stop_shop"] and in_union(country) and country != HOME
    own = [(Decimal(rate) / 100, None) for rate in RATES[country if abroad else HOME]]
    named = [(Decimal(0), "exempt"), (Decimal("0.21"), "margin_goods_high"), (Decimal("0.21"), "travel_services_high")]
    return [*own, (Decimal(0), None), *named]


def text(value: Decimal) -> str:
    """As the vendor writes fractions and percentages: one digit after the point at least."""
    plain = f"{value.normalize():f}"
    return plain if "." in plain else f"{plain}.0"
