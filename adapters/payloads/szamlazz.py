"""Számlázz.hu's fields, piece by piece: pure, every table of codes beside the function that reads it.

Sources: https://docs.szamlazz.hu (Számla Agent), fact sheet section 2; VAT codes: documents.md 3.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapters.words import filled
from schemas.document import Document, Draft, Kind, LineItem, Party
from schemas.money import ZERO

SYSTEM = "szamlazz"
#: `fizmod` is free text; these are the words of the vendor's own pages.
MEANS = {"10": "készpénz", "20": "csekk", "30": "átutalás", "58": "átutalás", "48": "bankkártya"}
METHODS = {"cod": "utánvét", "bacs": "átutalás", "cheque": "csekk", "paypal": "PayPal", "ppcp-gateway": "PayPal",
           "barion": "Barion", "simplepay": "OTP Simple", "otp_simple": "OTP Simple"}  # fmt: skip
OTHER = "egyéb"
#: Stands where the schema wants an address and the buyer gave none.
NOTHING = "-"
#: `szamlaNyelve`, where it is not the ISO code itself.
LANGUAGES = {"cs": "cz", "sl": "si"}
SPOKEN = frozenset({"hu", "en", "de", "it", "ro", "sk", "hr", "fr", "es", "cz", "pl", "bg", "nl", "ru", "si"})
#: `orszag` is free text, printed and reported in Hungarian; any other country goes by its ISO code.
COUNTRIES = {
    "HU": "Magyarország", "AT": "Ausztria", "BE": "Belgium", "BG": "Bulgária", "CY": "Ciprus", "CZ": "Csehország",
    "DE": "Németország", "DK": "Dánia", "EE": "Észtország", "ES": "Spanyolország", "FI": "Finnország",
    "FR": "Franciaország", "GR": "Görögország", "HR": "Horvátország", "IE": "Írország", "IT": "Olaszország",
    "LT": "Litvánia", "LU": "Luxemburg", "LV": "Lettország", "MT": "Málta", "NL": "Hollandia", "PL": "Lengyelország",
    "PT": "Portugália", "RO": "Románia", "SE": "Svédország", "SI": "Szlovénia", "SK": "Szlovákia",
    "CH": "Svájc", "GB": "Egyesült Királyság", "IS": "Izland", "LI": "Liechtenstein", "NO": "Norvégia",
    "RS": "Szerbia", "TR": "Törökország", "UA": "Ukrajna", "US": "Amerikai Egyesült Államok",
}  # fmt: skip
EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
#: `adoalany`: tax number in Hungary, in the EU, elsewhere; not known; a private person.
HUNGARIAN, EUROPEAN, FOREIGN, UNKNOWN, PRIVATE = "1", "6", "7", "0", "-1"
#: What zero VAT is called: the tax office's case codes, and the labels from before. AE is of services to another state
#: of the EU; within the country it is F.AFA in both (documents.md 3.5).
NAV = {"Z": "0", "E": "TAM", "K": "KBAET", "AE": "EUFAD37", "G": "EAM", "O": "ATK"}
LABELS = {"Z": "0", "E": "TAM", "K": "EUT", "AE": "EU", "G": "EUKT", "O": "TAHK"}
FAMILIES = {"nav": NAV, "labels": LABELS}
SMALL_SELLER, REVERSED_AT_HOME = "AAM", "F.AFA"


def vat_code(line: LineItem, draft: Draft, options: Mapping[str, str]) -> str:
    """`afakulcs`: the percentage, or the word for zero VAT of the account's family; the account may name its own."""
    category = line.vat_category
    if category == "S":
        return plain(line.vat_rate or ZERO)
    own = dict(re.findall(r"([A-Z]{1,2}) (\S+?)(?:,|$)", options.get("own_vat_codes", "")))
    if category in own:
        return str(own[category])
    if category == "E" and draft.seller.vat_status != "payer":
        return SMALL_SELLER
    if category == "AE" and draft.buyer.country == draft.seller.country:
        return REVERSED_AT_HOME
    return FAMILIES[options.get("vat_codes") or "nav"].get(category) or plain(line.vat_rate or ZERO)


def means(draft: Draft) -> str:
    payment = draft.payment
    return METHODS.get(payment.method) or MEANS.get(payment.means) or payment.title or OTHER


def language(draft: Draft, options: Mapping[str, str]) -> str:
    """The order's, where Számlázz.hu speaks it; else the account's; else Hungarian at home and English abroad."""
    spoken = draft.language[:2].lower()
    spoken = LANGUAGES.get(spoken, spoken)
    at_home = "hu" if draft.buyer.country in ("HU", "") else "en"
    return spoken if spoken in SPOKEN else options.get("language") or at_home


def order_number(draft: Draft, options: Mapping[str, str]) -> str:
    """`rendelesSzam`, printed: what people read; our own reference where several shops share an account."""
    return draft.reference if options.get("order_number") == "reference" else draft.order_number.strip()


def head(draft: Draft, options: Mapping[str, str], original: Document | None) -> dict[str, Any]:
    """`fejlec`. The issue date is left out: it must be today's in Budapest, which the server knows best (352)."""
    invoice, credit = draft.kind is Kind.INVOICE, draft.kind is Kind.CREDIT_NOTE
    totals, abroad = draft.totals, draft.currency != "HUF"
    due = max(draft.due_date or draft.issue_date, draft.issue_date)
    return filled({
        "teljesitesDatum": (draft.tax_point or draft.delivery_date or draft.issue_date).isoformat(),
        "fizetesiHataridoDatum": due.isoformat(), "fizmod": means(draft), "penznem": draft.currency,
        "szamlaNyelve": language(draft, options), "megjegyzes": comment(draft, options) or None,
        "arfolyamBank": options.get("exchange_bank") or "MNB" if abroad else None,
        "rendelesSzam": order_number(draft, options),
        "dijbekeroSzamlaszam": original.number if invoice and original else None,
        "helyesbitoszamla": "true" if credit else None,
        "helyesbitettSzamlaszam": original.number if credit and original else None,
        "dijbekero": "true" if draft.kind is Kind.PROFORMA else None,
        "logoExtra": options.get("logo"), "szamlaszamElotag": options.get("prefix") or None,
        "fizetendoKorrekcio": plain(totals.rounding) if totals.rounding and not credit else None,
        "fizetve": "true" if invoice and totals.paid > 0 and totals.due <= 0 else None,
        "eusAfa": "true" if draft.oss else None, "szamlaSablon": options.get("template"),
    })  # fmt: skip


def comment(draft: Draft, options: Mapping[str, str]) -> str:
    """The legal reasons of zero VAT, why it was credited, the shop's note, the account's own words."""
    reasons = [row.reason for row in draft.breakdown if row.reason]
    return "\n".join(dict.fromkeys(filter(None, (*reasons, draft.reason, draft.note, options.get("note", "")))))


def seller(options: Mapping[str, str]) -> dict[str, str]:
    """`elado`: only what differs from the account's own settings."""
    names = {"bank": "bank", "bankszamlaszam": "bank_account", "emailReplyto": "mail_reply_to",
             "emailTargy": "mail_subject", "emailSzoveg": "mail_text", "alairoNeve": "signer"}  # fmt: skip
    return {name: options[option] for name, option in names.items() if options.get(option)}


def buyer(draft: Draft, options: Mapping[str, str]) -> dict[str, str]:
    """`vevo`: whole with every document; Számlázz.hu keeps its own list of partners by name."""
    party, address = draft.buyer, draft.buyer.address
    mails = options.get("mail") == "yes" and bool(party.email)
    return filled({
        "nev": party.name, "orszag": COUNTRIES.get(party.country, party.country) or None,
        "irsz": address.postcode or NOTHING, "telepules": address.city or NOTHING,
        "cim": ", ".join(filter(None, (address.street, address.street2))) or NOTHING,
        "email": party.email or None, "sendEmail": "true" if mails else "false", "adoalany": taxable(party),
        **_numbers(party), "telefonszam": party.phone or None,
    })  # fmt: skip


def taxable(party: Party) -> str:
    """Who the buyer is to the tax office; a private buyer never becomes a company."""
    if not party.is_company:
        return PRIVATE
    if not (party.vat_id or party.tax_number):
        return UNKNOWN
    if party.country == "HU":
        return HUNGARIAN
    return EUROPEAN if party.vat_id and party.country in EU else FOREIGN


def _numbers(party: Party) -> dict[str, str | None]:
    """`adoszam` is the Hungarian 8-1-2 (or a foreign number outside the EU), `adoszamEU` has its country in front."""
    if not party.is_company:
        return {}
    if party.country != "HU":
        european = party.vat_id if taxable(party) == EUROPEAN else None
        return {"adoszam": None if european else party.tax_number or party.vat_id, "adoszamEU": european}
    own = party.tax_number or (party.vat_id or "").removeprefix("HU")
    digits = re.sub(r"\D", "", own.upper().removeprefix("HU"))
    whole = f"{digits[:8]}-{digits[8]}-{digits[9:]}" if len(digits) == 11 else own
    return {"adoszam": whole or None, "adoszamEU": party.vat_id}


def plain(number: Any) -> str:
    """A number as xsd:double reads it, never with an exponent."""
    return f"{number.normalize():f}" if number else "0"
