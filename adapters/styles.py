"""How each system takes prices: the styles of documents.md 2.6, to be replaced by what the adapters' manifests say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Price(StrEnum):
    """What a system takes as given: line totals, gross unit prices, or net unit prices."""

    TOTALS = "totals"
    GROSS = "gross"
    NET = "net"


@dataclass(frozen=True, slots=True)
class Style:
    """How a system takes prices: `decimals` of a unit price it keeps, `rounding` a position outside VAT exists,
    `split` lines may be sent as two positions, `kept` decimals of an amount it keeps whatever the currency (None: the
    currency's own), `pieces` decimals of a quantity it keeps (None: any, 0: whole ones alone), `carried` the total must
    hold as well when nothing is rounded before it. `source` says where the knowledge is from.
    """

    price: Price
    decimals: int = 2
    rounding: bool = False
    split: bool = True
    kept: int | None = None
    pieces: int | None = None
    carried: bool = False
    source: str = ""


#: Styles per system, first choice first. Unit price decimals marked [U] are not confirmed by a recorded answer.
STYLES: Mapping[str, tuple[Style, ...]] = {
    "fakturownia": (Style(Price.TOTALS, 6, source="documents.md 2.6 [S: fakturownia/API README], total_price_gross"),),
    "fakturoid": (Style(Price.GROSS, 4, source="fakturoid.cz/api/v3 invoices, decimals [U]"),),
    "superfaktura": (
        Style(Price.GROSS, 2, kept=2, source="superfaktura/docs value-lists, item_ext (documents.md 2.3)"),
    ),
    "idoklad": (
        Style(Price.GROSS, 4, kept=2, source="documents.md 2.6; IdokladSdk DecimalRange: SQL decimal(18, 4)"),
        Style(Price.GROSS, 2, kept=2, source="the same, should an agenda keep fewer; its recount tells"),
    ),
    # Recorded: a price of 1.125 becomes 1.13, quantities alike.
    "fortnox": (Style(Price.GROSS, 2, kept=2, pieces=2, source="recorded, accodeing/fortnox-api row_price_limit"),),
    # `net_amounts` true says that VAT is in the amounts; VAT is reckoned per rate from the whole (POST /v3/invoices).
    "jortt": (Style(Price.GROSS, 2, kept=2, source="api.jortt.nl swagger, CreateInvoiceV3, decimals [U]"),),
    # Where Konto rounds is said nowhere: per rate or at the end, both must give the total. Two decimals of a price are
    # what a client in production sends (sheet section 3.1 [X]); the other ways are for one document in two hundred.
    "konto": tuple(
        Style(Price.NET, decimals, True, split, pieces=0, carried=True, source="konto.is/api/v1/document, [U]")
        for decimals, split in ((2, True), (4, True), (2, False), (0, False))
    ),
    # What a profile says in [prices]; this when it says nothing. Two decimals are kept in forints too (or lost without
    # harm): a shop's gross arrives either way.
    "kontozz": (Style(Price.GROSS, 2, kept=2, source="the account's profile [U]"),),
    "billingo": (Style(Price.GROSS, 2, source="sheet section 5: up to six decimals are taken, two are exact"),),
    "szamlazz": (Style(Price.TOTALS, 6, source="documents.md 2.6 [S: plugin source], unit net informative"),),
}
