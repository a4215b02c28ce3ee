"""Making a document: the number that may be taken meanwhile, dates, addresses, lines, the rounding line, payment."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from simulators.idoklad import accepted, codebooks
from simulators.idoklad.arithmetic import REDUCTION, ROUNDING, Exchange, Line, line_of, line_prices, rounding_line
from simulators.idoklad.document import BLANK, CREDIT, INVOICE, PROFORMA, UNSET, Document
from simulators.idoklad.numbering import Series, symbol
from simulators.idoklad.payments import pay
from simulators.idoklad.rules import rate_for, tax_country

if TYPE_CHECKING:
    from simulators.idoklad.world import Idoklad

DATES = ("DateOfIssue", "DateOfMaturity", "DateOfTaxing", "DateOfVatApplication", "DateOfVatClaim")
NOT_KEPT = {"Items", "NumericSequenceId", "DateOfPayment", "VatRegime", "VatRatePeriods", "DiscountType", "Tags",
            "Iban", "AccountNumber", "Swift", "BankId", "DeliveryAddressId", "DateOfTaxingCreditedInvoice", "Id",
            "PartnerAddress", "MyAddress", "SalesOrderId", "Exported"}  # fmt: skip
ADDRESS = ("AccountNumber", "City", "CountryId", "Email", "Fax", "Firstname", "Iban", "IdentificationNumber", "Mobile",
           "Phone", "PostalCode", "Street", "Surname", "Swift", "Title", "VatIdentificationNumber",
           "VatIdentificationNumberSk", "Www")  # fmt: skip
TERM = 14
POSTS = {INVOICE: accepted.INVOICE, PROFORMA: accepted.PROFORMA, CREDIT: accepted.CREDIT}


def make(world: "Idoklad", kind: str, given: dict[str, Any]) -> Document:
    """Keep a new document out of a request that has passed every rule."""
    lines = built_lines(world, given)
    series = world.series[given["NumericSequenceId"]]
    serial = _serial(world, kind, series, given["DocumentSerialNumber"])
    document = Document(kind, {**BLANK[kind], "Id": world.next_id("document")}, series.ident)
    document.fields["Tags"] = list(given.get("Tags") or [])
    take(world, document, given)
    _number(world, document, given, series, serial)
    set_lines(world, document, lines, given)
    stamp = world.now()
    document.fields["Metadata"] = {"DateCreated": stamp, "DateLastChange": stamp, "UserCreatedId": 1,
                                   "UserLastChangeId": 1}  # fmt: skip
    world.documents[document.ident] = document
    series.take(serial)
    if "DateOfPayment" in given and given["DateOfPayment"] > UNSET:
        pay(world, document, document.gross, world.day(given["DateOfPayment"]).isoformat())
    return document


def take(world: "Idoklad", document: Document, given: Mapping[str, Any]) -> None:
    """Fields as sent, days as days, the partner's address as it is now."""
    fields = document.fields
    for name, value in given.items():
        if name not in NOT_KEPT:
            fields[name] = world.day(value).isoformat() if name in DATES else value
    if "PartnerId" in given or "PartnerAddress" not in fields:
        fields["PartnerAddress"] = partner_address(world.contacts[fields["PartnerId"]])
    fields.setdefault("MyAddress", my_address(world))
    fields["PartnerAddress"] |= changed_address(given.get("PartnerAddress") or {})
    fields["MyAddress"] = fields["MyAddress"] | {
        name: given[name] for name in ("AccountNumber", "Iban", "Swift") if given.get(name)
    } | (given.get("MyAddress") or {})  # fmt: skip
    fields["VatRegime"] = int(world.settings["vat_payer"])
    fields["DateOfTaxing"] = fields.get("DateOfTaxing") or fields["DateOfIssue"]
    fields["DateOfVatApplication"] = fields.get("DateOfVatApplication") or fields["DateOfTaxing"]
    fields["DateOfAccountingEvent"] = fields["DateOfTaxing"]


def built_lines(world: "Idoklad", given: Mapping[str, Any]) -> list[Line]:
    """The items with the rates of the day; the server's own rounding lines of a body sent back are dropped."""
    country, day = tax_country(world, given), world.day(given.get("DateOfTaxing") or world.today().isoformat())
    discount = Decimal(given.get("DiscountPercentage") or 0)
    return [line_of(kept(world, item), rate_for(world, item, country, day),
                    Decimal(0) if item.get("ItemType") == REDUCTION else discount)
            for item in given["Items"] if item.get("ItemType") != ROUNDING]  # fmt: skip


def kept(world: "Idoklad", item: Mapping[str, Any]) -> dict[str, Any]:
    """The item with as many decimals of its price as the agenda keeps."""
    unit = Decimal(1).scaleb(-world.settings["price_decimals"])
    return {**item, "UnitPrice": Decimal(item["UnitPrice"]).quantize(unit, ROUND_HALF_UP)}


def set_lines(world: "Idoklad", document: Document, lines: list[Line], given: Mapping[str, Any]) -> None:
    """Lines with ids (those sent are kept), the exchange rate, and the rounding line."""
    rounding = rounding_line(lines, rounding_unit(world, document.fields))
    document.exchange = exchange_of(world, document.fields)
    document.fields.update(ExchangeRate=document.exchange.rate, ExchangeRateAmount=document.exchange.units)
    known = {ident for ident, _ in document.lines}
    document.lines = [(line.given["Id"] if line.given.get("Id") in known else world.next_id("item"), line)
                      for line in [*lines, *([rounding] if rounding else [])]]  # fmt: skip


def rounding_unit(world: "Idoklad", given: Mapping[str, Any]) -> Decimal | None:
    """Whole crowns, or five cents for Slovak euros, when the agenda or the payment option says so (section 5)."""
    rule, currency = world.settings["rounding"], codebooks.currency_code(given["CurrencyId"])
    if rule == 0 or (rule == 2 and not codebooks.is_rounded(given["PaymentOptionId"])):
        return None
    return {("CZ", "CZK"): Decimal(1), ("SK", "EUR"): Decimal("0.05")}.get((world.settings["country"], currency))


def exchange_of(world: "Idoklad", given: Mapping[str, Any]) -> Exchange:
    """The rate sent, else the day's."""
    if given.get("ExchangeRate"):
        return Exchange(Decimal(given["ExchangeRate"]), Decimal(given.get("ExchangeRateAmount") or 1))
    home = codebooks.currency_code(home_currency(world))
    return Exchange(*codebooks.exchange_rate(codebooks.currency_code(given["CurrencyId"]), home))


def home_currency(world: "Idoklad") -> int:
    return codebooks.currency_id("CZK" if world.settings["country"] == "CZ" else "EUR")


def partner_address(contact: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: contact.get(name) or "" for name in ADDRESS}
    return {**kept, "BankCode": "", "BankName": "", "CountryName": codebooks.country_name(contact["CountryId"]),
            "NickName": contact["CompanyName"]}  # fmt: skip


def changed_address(given: Mapping[str, Any]) -> dict[str, Any]:
    """A change is said with CompanyName and CountryId; a document tells NickName and the country's name too."""
    told = {name: value for name, value in given.items() if name != "CompanyName"}
    named = {"NickName": given["CompanyName"]} if "CompanyName" in given else {}
    country = {"CountryName": codebooks.country_name(given["CountryId"])} if given.get("CountryId") else {}
    return {**told, **named, **country}


def my_address(world: "Idoklad") -> dict[str, Any]:
    country = codebooks.country_id(world.settings["country"])
    return {**dict.fromkeys(ADDRESS, ""), "BankCode": "0600", "BankName": "Banka", "City": "Praha",
            "CountryId": country, "CountryName": codebooks.country_name(country), "NickName": "Simulator s.r.o.",
            "IdentificationNumber": "25568736", "VatIdentificationNumber": "CZ25568736", "Street": "Ulice 1",
            "PostalCode": "11000", "AccountNumber": "1234567890"}  # fmt: skip


def default_body(
    world: "Idoklad", kind: str, series: Series, items: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """What .../Default brings: complete but for partner, description and items, with computed Prices to be dropped."""
    today, serial = world.today(), series.next
    number = series.number(serial, today)
    body = {
        **BLANK[kind],
        "CurrencyId": home_currency(world), "DateOfIssue": today.isoformat(), "DateOfTaxing": today.isoformat(),
        "DateOfMaturity": (today + timedelta(TERM)).isoformat(), "DateOfVatApplication": today.isoformat(),
        "DateOfPayment": None, "DocumentSerialNumber": serial, "ExchangeRate": Decimal(1),
        "ExchangeRateAmount": Decimal(1), "NumericSequenceId": series.ident, "PartnerId": 0,
        "PaymentOptionId": codebooks.BANK_TRANSFER, "VariableSymbol": symbol(number), "AccountNumber": "", "Iban": "",
        "Swift": "", "BankId": None, "DeliveryAddressId": None, "VatRatePeriods": [today.isoformat()],
        "Items": [default_item(kind, item) for item in items or [{}]],
    }  # fmt: skip
    return {name: value for name, value in body.items() if name in POSTS[kind]}


def default_item(kind: str, item: Mapping[str, Any]) -> dict[str, Any]:
    blank = {"Name": "", "Amount": Decimal(1), "UnitPrice": Decimal(0), "Unit": "", "Code": "", "PriceType": 0,
             "VatRateType": 1, "VatCodeId": None, "PriceListItemId": None, "IsTaxMovement": False}  # fmt: skip
    shaped = {**blank, **({} if kind == PROFORMA else {"DiscountName": "", "DiscountPercentage": Decimal(0)}), **item}
    return {**shaped, "Prices": line_prices(line_of(shaped, Decimal(0)), Exchange())}


def _serial(world: "Idoklad", kind: str, series: Series, wanted: int) -> int:
    """Default reserves nothing: the number may be taken by now."""
    if wanted not in series.taken and wanted > series.floor:
        return wanted
    rule = world.settings["taken_proforma_number" if kind == PROFORMA else "taken_number"]
    if rule == "refused":
        raise world.fail(409, 123, f"DocumentSerialNumber: {wanted} is not unique in the numeric sequence.")
    return wanted if rule == "twin" else series.next


def _number(world: "Idoklad", document: Document, given: Mapping[str, Any], series: Series, serial: int) -> None:
    """The variable symbol previewed for a number follows it when the number had to change."""
    day: date = world.day(document.fields["DateOfIssue"])
    number, previewed = series.number(serial, day), symbol(series.number(given["DocumentSerialNumber"], day))
    own = given.get("VariableSymbol")
    document.fields.update(DocumentNumber=number, DocumentSerialNumber=serial,
                           VariableSymbol=symbol(number) if own in (None, "", previewed) else own)  # fmt: skip
