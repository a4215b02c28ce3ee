"""Seller and buyers: who issues, how a buyer is found among the contacts or becomes one (section 5)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.fields import on
from simulators.superfaktura.accepted import CONTACT

if TYPE_CHECKING:
    from simulators.superfaktura.world import SuperFaktura

# ISO code -> the system's id and name; 191 is the vendor's, the other ids are ours.
COUNTRIES = {
    "sk": (191, "Slovensko", True), "cz": (57, "Česká republika", True), "at": (14, "Rakúsko", True),
    "de": (81, "Nemecko", True), "hu": (98, "Maďarsko", True), "pl": (172, "Poľsko", True),
    "fr": (74, "Francúzsko", True), "it": (106, "Taliansko", True), "gb": (225, "Veľká Británia", False),
    "us": (226, "Spojené štáty", False),
}  # fmt: skip
BY_ID = {str(ident): iso for iso, (ident, _, _) in COUNTRIES.items()}
SELLER = {
    "id": "1", "user_id": "1", "user_profile_id": "", "company_name": "Simulator, s.r.o.", "address": "Hlavná 1",
    "city": "Bratislava", "zip": "811 04", "ico": "46655034", "dic": "2023513470", "ic_dph": "SK2023513470",
    "update_profile": "", "logo_key": "", "logo_id": "", "web": "", "travel_agencies": "",
    "business_register": "Obchodný register, vložka 1/B",
}  # fmt: skip
BANK = {"id": "1", "user_id": "1", "user_profile_id": "1", "currency": None, "default": True, "show": True,
        "country_id": "191", "bank_name": "Banka", "bank_code": "", "account": "",
        "iban": "SK0000000000000000000000", "swift": "AAAASKBX", "created": "2025-01-01 00:00:00",
        "modified": "2025-01-01 00:00:00"}  # fmt: skip
# The same as a document shows it, and what is filled up where one came with the document.
_SHOWN = ("id", "country_id", "bank_name", "bank_code", "account", "iban", "swift")
SHOWN_BANK = {**{name: BANK[name] for name in _SHOWN}, "default": "1", "show_account": "1"}
NO_BANK = {"bank_name": "", "iban": "", "swift": "", "account": "", "bank_code": "", "country_id": "",
           "show_account": True}  # fmt: skip
BLANK: dict[str, Any] = {
    **dict.fromkeys(CONTACT, ""), "bank_account_id": "0", "country_id": None, "delivery_country_id": None,
    "discount": None, "due_date": None, "distance": None, "dont_travel": None, "notices": True, "user_id": "1",
    "user_profile_id": "1", "currency": None, "tags": None, "uuid": None, "account": None, "bank_account_prefix": None,
}  # fmt: skip


def country(iso: str) -> dict[str, Any]:
    ident, name, union = COUNTRIES.get(iso.lower(), (999, iso.upper(), False))
    return {"id": ident, "iso": iso.lower(), "name": name, "eu": union}


def contact(world: "SuperFaktura", given: Mapping[str, Any]) -> dict[str, Any]:
    """A contact's data out of what was sent; without a country it is that of the version (SK, CZ, AT)."""
    sent = {name: str(value) for name, value in given.items() if name in CONTACT and value is not None}
    found = {**BLANK, **sent}
    for prefix in ("", "delivery_"):
        iso = _iso(given, prefix) or str(world.settings["country"])
        found[f"{prefix}country_id"] = str(given.get(f"{prefix}country_id") or country(iso)["id"])
        found[f"{prefix}country"] = found[f"{prefix}country"] or country(iso)["name"]
    for name in ("discount", "due_date"):
        found[name] = None if given.get(name) is None else str(given[name])
    return found


def buyer(world: "SuperFaktura", given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Id and data of a document's buyer: a stored contact where one fits, else a new one."""
    stored = world.clients.get(str(given.get("id"))) or _match(world, given)
    if stored is None:
        stored = keep(world, contact(world, given))
    elif on(given.get("update_addressbook")):
        stored.update({**contact(world, {**stored, **given}), "modified": world.clock()})
    source = given.get("data_source") or "empty"
    if source == "addressbook" or not given.get("name"):
        return stored["id"], dict(stored)
    mixed = {**stored, **given} if source == "merge" else given
    return stored["id"], {**contact(world, mixed), "id": stored["id"], "created": stored["created"],
                          "modified": stored["modified"]}  # fmt: skip


def keep(world: "SuperFaktura", data: dict[str, Any]) -> dict[str, Any]:
    now = world.clock()
    stored = {**data, "id": str(world.next_id("clients")), "created": now, "modified": now}
    world.clients[stored["id"]] = stored
    world.index_client(stored)
    return stored


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """As a document shows its buyer, with both countries."""
    iso, there = (BY_ID.get(str(data[f"{prefix}country_id"]), "sk") for prefix in ("", "delivery_"))
    return {**data, "Country": country(iso), "DeliveryCountry": country(there), "updateClient": "0",
            "save_contact_from_document": ""}  # fmt: skip


def seller(
    world: "SuperFaktura", given: Mapping[str, Any], banks: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """MyData and bank_accounts override the profile for this document."""
    iso = str(world.settings["country"])
    own = [{**NO_BANK, **bank} for bank in banks or []]
    mine = {**SELLER, "country_id": str(country(iso)["id"]), "country": country(iso),
            "tax_payer": "1" if world.settings["tax_payer"] else "0", "BankAccount": own or [SHOWN_BANK],
            "Logo": "[]", "Signature": "{}"}  # fmt: skip
    return {**mine, **{name: value for name, value in given.items() if value is not None}}


def _iso(given: Mapping[str, Any], prefix: str) -> str:
    if given.get(f"{prefix}country_iso_id"):
        return str(given[f"{prefix}country_iso_id"]).lower()
    return BY_ID.get(str(given.get(f"{prefix}country_id")), "")


def _match(world: "SuperFaktura", given: Mapping[str, Any]) -> dict[str, Any] | None:
    """By registration number, else by name; by the address too where match_address is set (section 5)."""
    key = ("ico", given["ico"]) if given.get("ico") else ("name", given.get("name"))
    for ident in world.client_keys.get(key, []):
        stored = world.clients.get(ident)
        same = stored and all(stored[name] == (given.get(name) or "") for name in ("address", "city", "zip"))
        if stored and (same or not on(given.get("match_address"))):
            return stored
    return None
