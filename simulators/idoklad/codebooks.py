"""iDoklad's code lists: currencies, countries, payment options, VAT rates. Ids are this simulator's own, as the real
ones differ by source: look them up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

CHANGED = "2026-01-02T08:00:00"
FOREVER = "9999-12-31T00:00:00"
REDUCED1, BASIC, ZERO, REDUCED2 = 0, 1, 2, 3

# code -> (id, name, symbol, units of it the exchange rate is quoted for, the day's rate in CZK)
_CURRENCIES = {
    "CZK": (1, "Koruna česká", "Kč", "1", "1"), "EUR": (2, "Euro", "€", "1", "24.35"),
    "USD": (3, "Americký dolar", "$", "1", "21.10"), "GBP": (4, "Libra šterlinků", "£", "1", "27.95"),
    "PLN": (5, "Polský zlotý", "zł", "1", "5.72"), "HUF": (6, "Maďarský forint", "Ft", "100", "6.24"),
    "SEK": (7, "Švédská koruna", "kr", "1", "2.21"), "DKK": (8, "Dánská koruna", "kr", "1", "3.26"),
    "NOK": (9, "Norská koruna", "kr", "1", "2.07"), "CHF": (10, "Švýcarský frank", "CHF", "1", "26.02"),
    "RON": (11, "Rumunské leu", "lei", "1", "4.79"), "ISK": (12, "Islandská koruna", "kr", "100", "16.80"),
}  # fmt: skip
# code -> (id, name, currency, rates in force: basic, reduced 1, reduced 2)
_COUNTRIES = {
    "CZ": (1, "Česká republika", "CZK", "21", "12", None), "SK": (2, "Slovensko", "EUR", "23", "19", "5"),
    "DE": (3, "Německo", "EUR", "19", "7", None), "AT": (4, "Rakousko", "EUR", "20", "10", "13"),
    "PL": (5, "Polsko", "PLN", "23", "8", "5"), "HU": (6, "Maďarsko", "HUF", "27", "18", "5"),
    "FR": (7, "Francie", "EUR", "20", "10", "5.5"), "IT": (8, "Itálie", "EUR", "22", "10", "5"),
    "NL": (9, "Nizozemsko", "EUR", "21", "9", None), "BE": (10, "Belgie", "EUR", "21", "12", "6"),
    "ES": (11, "Španělsko", "EUR", "21", "10", "4"), "SI": (12, "Slovinsko", "EUR", "22", "9.5", "5"),
    "HR": (13, "Chorvatsko", "EUR", "25", "13", "5"), "RO": (14, "Rumunsko", "EUR", "21", "11", None),
    "BG": (15, "Bulharsko", "EUR", "20", "9", None), "SE": (16, "Švédsko", "EUR", "25", "12", "6"),
    "DK": (17, "Dánsko", "EUR", "25", None, None), "FI": (18, "Finsko", "EUR", "25.5", "13.5", "10"),
    "IE": (19, "Irsko", "EUR", "23", "13.5", "9"), "PT": (20, "Portugalsko", "EUR", "23", "13", "6"),
    "LU": (21, "Lucembursko", "EUR", "17", "14", "8"), "EE": (22, "Estonsko", "EUR", "24", "9", "13"),
    "LV": (23, "Lotyšsko", "EUR", "21", "12", "5"), "LT": (24, "Litva", "EUR", "21", "12", "5"),
    "GR": (25, "Řecko", "EUR", "24", "13", "6"), "CY": (26, "Kypr", "EUR", "19", "9", "5"),
    "MT": (27, "Malta", "EUR", "18", "7", "5"), "GB": (28, "Velká Británie", "GBP", "20", "5", None),
    "US": (29, "USA", "USD", None, None, None), "CH": (30, "Švýcarsko", "EUR", "8.1", "2.6", "3.8"),
}  # fmt: skip
OUTSIDE_EU = ("GB", "US", "CH")
# What was in force before: (country, type, rate, from, to)
_FORMER = (
    ("CZ", BASIC, "21", "2013-01-01", "2023-12-31"), ("CZ", REDUCED1, "15", "2013-01-01", "2023-12-31"),
    ("CZ", REDUCED2, "10", "2015-01-01", "2023-12-31"), ("SK", BASIC, "20", "2011-01-01", "2024-12-31"),
    ("SK", REDUCED1, "10", "2011-01-01", "2024-12-31"),
)  # fmt: skip
_SINCE = {"CZ": "2024-01-01", "SK": "2025-01-01"}
# (id, code, name, whether amounts are rounded): codes and names are our own reading, the client must match by Code.
_PAYMENT_OPTIONS = ((1, "B", "Převodem", False), (2, "K", "Kartou", False), (3, "H", "Hotově", True),
                    (4, "D", "Dobírka", False), (5, "Z", "Zápočtem", False))  # fmt: skip
BANK_TRANSFER = 1


@dataclass(frozen=True)
class VatRate:
    """A rate of a country between two days, both included."""

    country_id: int
    kind: int
    percent: Decimal
    since: date
    until: date

    def holds(self, day: date) -> bool:
        return self.since <= day <= self.until


def currencies() -> list[dict[str, Any]]:
    return [{"Code": code, "CountryName": name, "Id": ident, "Name": name, "Priority": ident, "Symbol": symbol}
            for code, (ident, name, symbol, _, _) in _CURRENCIES.items()]  # fmt: skip


def countries() -> list[dict[str, Any]]:
    return [
        {"Code": code, "CurrencyId": currency_id(row[2]), "DateLastChange": CHANGED, "Id": row[0],
         "IsEuMember": code not in OUTSIDE_EU, "Name": row[1], "NameEnglish": code, "NameGerman": code,
         "NameSlovak": row[1]}
        for code, row in _COUNTRIES.items()
    ]  # fmt: skip


def payment_options() -> list[dict[str, Any]]:
    return [{"Code": code, "DateLastChange": CHANGED, "Id": ident, "IsDefault": ident == BANK_TRANSFER,
             "IsRounded": rounded, "Name": name}
            for ident, code, name, rounded in _PAYMENT_OPTIONS]  # fmt: skip


def vat_rates() -> list[dict[str, Any]]:
    return [
        {"CountryId": rate.country_id, "DateLastChange": CHANGED, "DateValidityFrom": f"{rate.since}T00:00:00",
         "DateValidityTo": f"{rate.until}T00:00:00", "Id": ident, "Name": f"{rate.percent} %", "Rate": rate.percent,
         "RateType": rate.kind}
        for ident, rate in enumerate(RATES, 1)
    ]  # fmt: skip


def currency_id(code: str) -> int:
    return _CURRENCIES[code][0]


def currency_code(ident: int) -> str:
    return next((code for code, row in _CURRENCIES.items() if row[0] == ident), "")


def country_id(code: str) -> int:
    return _COUNTRIES[code][0]


def country_code(ident: int | None) -> str:
    return next((code for code, row in _COUNTRIES.items() if row[0] == ident), "")


def country_name(ident: int | None) -> str:
    return next((row[1] for row in _COUNTRIES.values() if row[0] == ident), "")


def in_eu(code: str) -> bool:
    return code in _COUNTRIES and code not in OUTSIDE_EU


def is_rounded(payment_option: int) -> bool:
    return any(rounded for ident, _, _, rounded in _PAYMENT_OPTIONS if ident == payment_option)


def knows_payment_option(ident: int) -> bool:
    return any(row[0] == ident for row in _PAYMENT_OPTIONS)


def exchange_rate(code: str, home: str) -> tuple[Decimal, Decimal]:
    """The day's rate of a currency in the home currency, and the number of units it is quoted for."""
    if code == home:
        return Decimal(1), Decimal(1)
    units, rate = Decimal(_CURRENCIES[code][3]), Decimal(_CURRENCIES[code][4])
    return (rate / Decimal(_CURRENCIES[home][4])).quantize(Decimal("0.0001")), units


def rate_of(country: int, kind: int, day: date) -> Decimal | None:
    """The percentage of a rate type in a country on a day; None where there is none."""
    if kind == ZERO:
        return Decimal(0)
    return next((rate.percent for rate in RATES
                 if (rate.country_id, rate.kind) == (country, kind) and rate.holds(day)), None)  # fmt: skip


def _all_rates() -> Iterable[VatRate]:
    for code, (ident, _, _, *percents) in _COUNTRIES.items():
        since = date.fromisoformat(_SINCE.get(code, "2000-01-01"))
        for kind, percent in zip((BASIC, REDUCED1, REDUCED2), percents, strict=True):
            if percent is not None:
                yield VatRate(ident, kind, Decimal(percent), since, date.max)
        yield VatRate(ident, ZERO, Decimal(0), date(2000, 1, 1), date.max)
    for code, kind, percent, start, end in _FORMER:
        yield VatRate(country_id(code), kind, Decimal(percent), date.fromisoformat(start), date.fromisoformat(end))


RATES = tuple(_all_rates())
