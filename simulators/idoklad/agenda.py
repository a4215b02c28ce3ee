"""The agenda itself and its code lists."""

from collections.abc import Callable
from typing import Any

from simulators.exchange import Request, Response
from simulators.idoklad import codebooks
from simulators.idoklad.filters import EQUAL, BadFilter, Column, condition, ids, words
from simulators.idoklad.making import home_currency, my_address
from simulators.idoklad.routes import ROUTES
from simulators.idoklad.world import Idoklad

AGENDA_ID = 301_001
_NUMBERS = ("Id", "CountryId", "CurrencyId", "RateType")
COLUMNS: dict[str, Column] = {**{name: ids(name) for name in _NUMBERS}, "Code": words("Code", EQUAL)}
REVERSE_CHARGE = (("4", "Stavební nebo montážní práce"), ("5", "Zboží uvedené v příloze č. 5"))
VAT_CODES = (("19Ř01,02", 1), ("19Ř26", 2))


def reverse_charge_codes() -> list[dict[str, Any]]:
    return [{"Id": ident, "Code": code, "Name": name, "DateValidityFrom": "2011-01-01T00:00:00",
             "DateValidityTo": codebooks.FOREVER, "DateCreated": codebooks.CHANGED, "DateLastChange": codebooks.CHANGED}
            for ident, (code, name) in enumerate(REVERSE_CHARGE, 1)]  # fmt: skip


def vat_codes() -> list[dict[str, Any]]:
    return [{"Id": ident, "Code": code, "Name": code, "CountryId": 1, "Moss": False, "VatMovementType": 1,
             "DateValidityFrom": "2011-01-01T00:00:00", "DateValidityTo": codebooks.FOREVER}
            for code, ident in VAT_CODES]  # fmt: skip


LISTS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "Currencies": codebooks.currencies, "Countries": codebooks.countries, "PaymentOptions": codebooks.payment_options,
    "VatRates": codebooks.vat_rates, "VatReverseChargeCodes": reverse_charge_codes, "VatCodes": vat_codes,
    "ConstantSymbols": list, "Banks": list, "BankAccounts": list, "Tags": list,
}  # fmt: skip


@ROUTES.add("GET", "/v3/Account/CurrentAgenda")
def agenda(world: Idoklad, request: Request) -> Response:
    own = world.settings
    return world.envelope({
        "Id": AGENDA_ID, "Name": "Simulator s.r.o.", "IsRegisteredForVat": own["vat_payer"],
        "VatRegistrationType": int(own["vat_payer"]), "DefaultCurrencyId": home_currency(world),
        "RoundingDifference": own["rounding"], "HasVatRegimeOss": own["oss"], "Contact": my_address(world),
        "BankAccounts": [], "CashRegisters": [], "CountOfDecimalsForAmount": 2, "CountOfDecimalsForPrice": 2,
        "IsRegisteredForVatOnPay": False, "IsSendPaymentConfirmation": True, "PreferredPriceType": 0,
        "PreferredVatRate": 1, "TaxSubjectType": 1,
        "Subscription": {"DateFrom": "2026-01-01", "DateTo": "2026-12-31", "IsTrial": False, "Type": 3},
    })  # fmt: skip


def listing(rows: Callable[[], list[dict[str, Any]]]) -> Callable[[Idoklad, Request], Response]:
    def answer(world: Idoklad, request: Request) -> Response:
        asked = request.query
        try:
            wanted = condition(asked.get("filter", ""), COLUMNS, asked.get("filtertype", "and"))
        except BadFilter as error:
            raise world.fail(400, 400, f"filter: {error}") from error
        return world.page([row for row in rows() if wanted(row)], asked)

    return answer


for name, source in LISTS.items():
    ROUTES.add("GET", f"/v3/{name}")(listing(source))
