"""The lines of a Számlázz.hu document: net, VAT and gross as the draft has them; the server only checks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.payloads import szamlazz as say
from adapters.styles import STYLES
from adapters.wire import Position, encode
from adapters.words import filled
from schemas.document import Draft, Kind
from schemas.errors import Permanent
from schemas.money import is_whole, round_to

UNITS = {"C62": "db", "H87": "db", "KGM": "kg", "GRM": "g", "MTR": "m", "MTK": "m2", "LTR": "l", "HUR": "óra",
         "DAY": "nap", "MON": "hó"}  # fmt: skip
#: Decimals of a unit price to try, the fewest first: it must multiply to the line's net.
DECIMALS = (2, 4, 6, 8, 10)


def items(draft: Draft, options: Mapping[str, str]) -> list[dict[str, Any]]:
    """`tetel` of each line; a credit note's are negative. Raises Permanent NO_EXACT_ENCODING.

    Forints: net and VAT of a line must be whole (fact sheet section 4).
    """
    if draft.currency == "HUF" and not all(is_whole(line.net) and is_whole(line.vat) for line in draft.lines):
        raise Permanent(
            "Számlázz.hu takes whole forints only, and this order has parts of one.", system=say.SYSTEM,
            code="NO_EXACT_ENCODING", remedy="Set the shop's decimals to 0 for HUF, or issue this document by hand.",
        )  # fmt: skip
    sign = -1 if draft.kind is Kind.CREDIT_NOTE else 1
    positions = encode(draft, STYLES[say.SYSTEM], say.SYSTEM).positions
    return [_item(position, draft, options, sign) for position in positions]


def _item(position: Position, draft: Draft, options: Mapping[str, str], sign: int) -> dict[str, Any]:
    line, quantity = position.line, position.quantity
    return filled({
        "megnevezes": position.name, "azonosito": line.sku or None, "mennyiseg": say.plain(sign * quantity),
        "mennyisegiEgyseg": UNITS.get(line.unit, "db"),
        "nettoEgysegar": say.plain(unit_net(abs(line.net), abs(quantity), draft.decimals)),
        "afakulcs": say.vat_code(line, draft, options), "nettoErtek": say.plain(sign * line.net),
        "afaErtek": say.plain(sign * line.vat), "bruttoErtek": say.plain(sign * line.gross),
        "megjegyzes": line.note or None,
    })  # fmt: skip


def unit_net(net: Decimal, pieces: Decimal, decimals: int) -> Decimal:
    """A line's net price per piece, with as few decimals as multiply to its net."""
    for places in DECIMALS:
        price = round_to(net / pieces, places)
        if round_to(price * pieces, decimals) == net:
            return price
    return price
