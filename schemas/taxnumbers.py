"""Buyers' tax numbers: which extra field holds them, how they are written, whether the check digit is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

#: Extra fields of plugins that hold a VAT number (woocommerce.md 4, documents.md 1.3), the surest first.
VAT_KEYS: tuple[str, ...] = (
    "_billing_vat_number",
    "_vat_number",
    "vat_number",
    "billing_vat_number",
    "VAT Number",
    "_billing_eu_vat_number",
    "billing_eu_vat_number",
    "_billing_eu_vat",
    "_wcj_eu_vat_number",
    "yweu_billing_vat",
    "_billing_yweu_vat",
    "_billing_vat",
    "billing_vat",
    "_billing_vat_id",
    "_shipping_vat_id",
    "_vat_id",
    "_billing_dic_dph",
    "billing_dic_dph",
    "_billing_company_wi_vat",
    "billing_company_wi_vat",
    "_billing_btw_nummer",
    "_billing_piva",
    "_billing_partita_iva",
    "_billing_nif",
    "_wc_billing/apg/nif",
    "_billing_nip",
    "billing_nip",
    "nip_number",
    "_nip",
)
#: Local tax numbers: shown as the buyer typed them; in CZ, HU and PL the VAT number is made from them.
LOCAL_KEYS: tuple[str, ...] = (
    "_billing_wc_szamlazz_adoszam",
    "wc_szamlazz_adoszam",
    "_billing_wc_billingo_plus_adoszam",
    "billingo_plus_adoszam",
    "adoszam",
    "_billing_tax_number",
    "_billing_dic",
    "billing_dic",
    "_billing_company_wi_tax",
    "billing_company_wi_tax",
    "_billing_nip",
    "billing_nip",
)
REGISTRATION_KEYS: tuple[str, ...] = ("_billing_ic", "billing_ic", "_billing_company_wi_id", "billing_company_wi_id")

#: In these countries the local number is the VAT number without its prefix (documents.md 1.3, 3.6).
LOCAL_IS_VAT = frozenset({"CZ", "HU", "PL"})
_PREFIXES = frozenset(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI GB".split()  # noqa: SIM905
)
_NOISE = re.compile(r"[\s.\-/]+")
_HUNGARIAN = re.compile(r"(?:HU)?(\d{8})\d{0,3}")


def first_of(meta: Mapping[str, str], keys: Iterable[str]) -> str:
    """The first field that is not empty."""
    return next((value for key in keys if (value := meta.get(key, "").strip())), "")


def vat_number_in(meta: Mapping[str, str], country: str, more: Iterable[str] = ()) -> str:
    """The buyer's VAT number as typed, "" if none; `more` are the shop's own field names and come first."""
    found = first_of(meta, more) or first_of(meta, VAT_KEYS)
    return found or (first_of(meta, LOCAL_KEYS) if country in LOCAL_IS_VAT else "")


def with_prefix(number: str, country: str) -> str:
    """Compact form with country prefix: upper case, no blanks, dots, dashes or slashes (documents.md 3.6).

    Without a prefix the billing country's is added (Greece writes EL); a Hungarian 8-1-2 number gives its first eight.
    """
    compact = _NOISE.sub("", number).upper()
    if not compact:
        return ""
    if compact.startswith("GR"):
        compact = "EL" + compact[2:]
    if compact[:2] not in _PREFIXES:
        compact = {"GR": "EL"}.get(country, country) + compact
    hungarian = _HUNGARIAN.fullmatch(compact)
    return "HU" + hungarian[1] if hungarian and compact.startswith("HU") else compact


def is_valid(number: str) -> bool:
    """Whether a prefixed VAT number has the right form and check digit; Northern Ireland (XI) is checked as GB."""
    if number[:2] in ("XI", "GB"):
        return bool(gb_vat.is_valid(number[2:]))
    return number[:2] in _PREFIXES and bool(eu_vat.is_valid(number))
