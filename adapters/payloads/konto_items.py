"""The lines of a Konto document, and which items of its register they are: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from adapters.payloads import konto as say
from adapters.styles import STYLES, Price, Style
from adapters.wire import Position, encode
from adapters.words import number_text
from schemas.document import Draft, LineItem
from schemas.errors import Permanent

#: konto.is/api/v1/document, `uom`: Konto's words for UN/ECE units.
UNITS = {"C62": "C62", "H87": "C62", "KGM": "KGS", "MTR": "MTR", "LTR": "LTR", "MTK": "MTK", "MTQ": "MTQ",
         "TNE": "TNE", "KWH": "KWH", "DAY": "DAY", "HUR": "HUR", "MIN": "MIN", "KTM": "KTM"}  # fmt: skip
#: `tax`: standard, reduced, zero. Which percentages these are is not in the API: option `vat_rates`.
STANDARD, REDUCED, ZERO = "S", "AA", "Z"
VAT_RATES = "S 24, AA 11"
GROSS = Style(Price.GROSS, 2, pieces=0, source="option price_mode; to be tried with one saved document (sheet 3.1)")


def items(draft: Draft, options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Whole quantities at unit prices; a discount has a negative quantity, as e-invoices forbid negative prices.

    Raises Permanent NO_EXACT_ENCODING or VAT_RATE_UNKNOWN.
    """
    styles = (GROSS,) if options.get("price_mode") == "gross" else STYLES[say.SYSTEM]
    encoding = encode(draft, styles, say.SYSTEM)
    lines = [_item(position, number, options) for number, position in enumerate(encoding.positions, 1)]
    if encoding.rounding:
        name, pieces = say.word(draft, options, 2), 1 if encoding.rounding > 0 else -1
        lines.append(_line(name, pieces, abs(encoding.rounding), ZERO, "C62", str(len(lines) + 1)))
    return lines


def _item(position: Position, number: int, options: Mapping[str, str]) -> dict[str, Any]:
    line = position.line
    code, unit = tax(line, options), UNITS.get(line.unit, "C62")
    return _line(position.name, int(position.quantity), position.price, code, unit, line.sku or str(number))


def _line(name: str, pieces: int, price: Decimal, code: str, unit: str, number: str) -> dict[str, Any]:
    return {"item_number": number[: say.LONGEST], "description": name, "qty": pieces, "uom": unit, "tax": code,
            "unit_price": number_text(price), "discount": 0, "discount_type": 0}  # fmt: skip


def rates(options: Mapping[str, str]) -> dict[str, Decimal]:
    """Konto's VAT codes and their percentages, as the account's option says."""
    said = re.findall(r"(S|AA) ([\d.]+)", options.get("vat_rates") or VAT_RATES)
    return {**{code: Decimal(percent) for code, percent in said}, ZERO: Decimal(0)}


def tax(line: LineItem, options: Mapping[str, str]) -> str:
    """S, AA or Z. Raises Permanent VAT_RATE_UNKNOWN for a percentage that is none of these."""
    percent = line.vat_rate or Decimal(0)
    found = next((code for code, known in rates(options).items() if known == percent), None)
    if found:
        return found
    raise Permanent(
        f"Konto has no VAT code for {number_text(percent)} %.", system=say.SYSTEM, code="VAT_RATE_UNKNOWN",
        remedy='If the law changed: flask account edit KEY --set vat_rates="S 24, AA 11" with the new percentages. '
               "Otherwise issue this document by hand.",
    )  # fmt: skip


def article(line: Mapping[str, Any], register: Iterable[Mapping[str, Any]]) -> str:
    """The guid of the item that is this line to the last field, "" where there is none: an item's own price would
    stand on the invoice, so it must be the order's."""
    for row in register:
        same = _names(row, line) and all(row.get(name) == line[name] for name in ("uom", "tax"))
        if same and Decimal(str(row["unit_price"])) == Decimal(str(line["unit_price"])):
            return str(row["guid"])
    return ""


def is_known(line: Mapping[str, Any], register: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the register has it, be it at another price: then it is not added again."""
    return any(_names(row, line) for row in register)


def _names(row: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    return any(row.get(name) == line[name] for name in ("item_number", "description"))


def item(line: Mapping[str, Any]) -> dict[str, Any]:
    """A new item of the register, which gives it its number (sheet section 5)."""
    return {**{name: line[name] for name in ("description", "uom", "tax", "unit_price")}, "category": "", "active": "1"}


def line_of(guid: str, line: Mapping[str, Any]) -> dict[str, Any]:
    return {"guid": guid, **{name: line[name] for name in ("qty", "discount", "discount_type")}}
