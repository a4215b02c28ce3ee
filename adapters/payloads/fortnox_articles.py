"""Articles and units of Fortnox: a row may name only what is there already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapters.codelists import CodeLists
from adapters.payloads.fortnox_books import Books, numbered, printable
from adapters.words import filled
from schemas.document import Draft, LineItem
from schemas.ports import Turns

#: Sheet section 6; others cannot stand in a path, or are refused.
NUMBER = re.compile(r"[\w+-][\w.+-]{0,49}")
DESCRIPTION = 200
#: UN/ECE unit -> the code that a new Fortnox account has.
UNITS = {"C62": "st", "H87": "st", "KGM": "kg", "MTR": "m", "HUR": "h"}


class Articles:
    """What rows may name. `policy` is the account's: text (name no article), sku (those that are there), create."""

    def __init__(self, books: Books, owner: str, turns: Turns) -> None:
        self.books, self.turns = books, turns
        self.lists = CodeLists(owner, lambda path: books.listed(path, "Units"))
        self.known = CodeLists(f"{owner} articles", self._one)

    def units(self) -> frozenset[str]:
        return frozenset(str(row.get("Code")) for row in self.lists.rows("/units"))

    def of(self, draft: Draft) -> Mapping[str, str]:
        """SKU -> article number, for the lines whose article is there or was made."""
        policy = self.books.options.get("articles", "text")
        if policy == "text":
            return {}
        lines = {line.sku: line for line in draft.lines if NUMBER.fullmatch(line.sku)}
        units = self.units()
        return {sku: sku for sku, line in lines.items() if self._there(line, units, make=policy == "create")}

    def _there(self, line: LineItem, units: frozenset[str], *, make: bool) -> bool:
        if self._is_known(line.sku):
            return True
        if make:
            with self.turns(f"article/{line.sku}"):
                if not self._is_known(line.sku):
                    self.books.step("POST", "/articles", "Article", article(line, units))
        return make

    def _is_known(self, sku: str) -> bool:
        found = self.known.one(numbered("/articles", sku), lambda row: row.get("ArticleNumber") == sku)
        return found is not None

    def _one(self, path: str) -> list[Mapping[str, Any]]:
        row = self.books.known(path, "Article")
        return [row] if row else []


def article(line: LineItem, units: frozenset[str]) -> dict[str, Any]:
    """A new article; its price stays the shop's affair."""
    rate = line.vat_rate
    whole = rate is not None and rate == rate.to_integral_value()
    name = printable(line.name)[:DESCRIPTION].strip()
    return filled({
        "ArticleNumber": line.sku, "Description": name or line.sku, "Type": "STOCK",
        "StockGoods": False, "WebshopArticle": True, "Unit": unit(line, units),
        "VAT": int(rate) if whole and rate is not None and line.vat_category == "S" else None,
    })  # fmt: skip


def unit(line: LineItem, units: frozenset[str]) -> str | None:
    """The unit's code where the account has it: an unknown one would be refused."""
    code = UNITS.get(line.unit)
    return code if code in units else None
