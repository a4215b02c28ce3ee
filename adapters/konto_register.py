"""Konto's registers of customers and items: which of them an order's buyer and lines are, made where there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.contacts import key_of
from adapters.konto_calls import Calls, guid_of
from adapters.payloads import konto as say
from adapters.payloads import konto_items as items
from adapters.payloads.konto_told import Row, rows_of
from schemas.document import Draft, Party
from schemas.errors import Ambiguous, Permanent, Transient
from schemas.ports import Turns

NO_DEFAULT = "Set default_customer_guid, the guid of a customer in Konto, or customer=per buyer."
#: What an invoice says of a customer who stands on it as the register has them.
SHOWN = ("guid", "name", "registration_no", "address", "zip", "city", "email", "lang", "currency")


class Register:
    """The registers of one account, `options` its own."""

    def __init__(self, calls: Calls, options: Mapping[str, str], turns: Turns) -> None:
        self.calls, self.options, self.turns = calls, options, turns

    def customer(self, draft: Draft) -> dict[str, Any]:
        """The customer object of an invoice. Always all of it: a guid alone is refused (sheet section 4)."""
        if self.options.get("customer") == "default":
            return self._default()
        with self.turns(f"customer/{key_of(draft.buyer)}"):
            known = say.the_buyer(draft.buyer, self.options, self._candidates(draft.buyer))
            guid = str(known["guid"]) if known else self._made("/create-customer", say.customer(draft, self.options))
        return {"guid": guid, **say.customer(draft, self.options, str((known or {}).get("trading_partner_id") or ""))}

    def lines(self, draft: Draft, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The lines of an invoice; with `articles` those that the register has exactly so refer to it. Only what has a
        SKU is an article to be made: no delivery, no rounding."""
        policy = self.options.get("articles", "text")
        if policy == "text":
            return lines
        made = {line.sku for line in draft.lines if line.sku} if policy == "create" else set()
        register = self._items()
        return [self._line(line, register, makes=line["item_number"] in made) for line in lines]

    def _default(self) -> dict[str, Any]:
        guid = self.options.get("default_customer_guid")
        if not guid:
            raise self.calls.speaker.error(Permanent, "No default customer is chosen.", code="NO_DEFAULT_CUSTOMER",
                                           remedy=NO_DEFAULT)  # fmt: skip
        told = self.calls.asked(dict, "/get-customer", guid=guid)
        return {**{name: told[name] for name in SHOWN if told.get(name)}, "guid": guid, "output_select": say.PRINT}

    def _candidates(self, buyer: Party) -> Iterator[Row]:
        """By kennitala where this Konto has that look-up (it is not documented), else by what names hold."""
        own = say.kennitala(buyer)
        if own:
            yield from self._by_kennitala(own)
        yield from self.calls.pages(self.calls.asked, "/get-customers", search=say.name(buyer))

    def _by_kennitala(self, own: str) -> Iterable[Row]:
        try:
            return self.calls.asked(rows_of, "/get-customers-by-kennitala", kennitala=own)
        except Permanent:
            return ()

    def _line(self, line: dict[str, Any], register: list[Row], *, makes: bool) -> dict[str, Any]:
        found = self.calls.sure(lambda: items.article(line, register))
        if not found and makes and not items.is_known(line, register):
            found = self._article(line)
        return items.line_of(found, line) if found else line

    def _article(self, line: dict[str, Any]) -> str:
        """The item that this line is by now, or a new one; "" where it came to be at another price."""
        key = hashlib.sha256(f"{line['item_number']}/{line['description']}".encode()).hexdigest()[:24]
        with self.turns(f"article/{key}"):
            register = self._items()
            if items.is_known(line, register):
                return self.calls.sure(lambda: items.article(line, register))
            return self._made("/create-item", items.item(line))

    def _items(self) -> list[Row]:
        return list(self.calls.pages(self.calls.asked, "/get-items"))

    def _made(self, path: str, data: Mapping[str, Any]) -> str:
        """Made once: an unclear end is no document in doubt, and the next try looks for it first."""
        try:
            return self.calls.wrote(guid_of, path, data)
        except Ambiguous as error:
            words = f"Whether {path.partition('-')[2]} was made is not clear: {error.detail}"
            raise self.calls.speaker.error(Transient, words, error.exchange, code="CONTACT_UNCLEAR") from None
