"""What we ask an invoicing system for (Draft) and what it gave back (Document), in EN 16931's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """The documents there are; the value is what the ledger stores."""

    INVOICE = "invoice"
    PROFORMA = "proforma"
    CREDIT_NOTE = "credit_note"


#: BT-3 by kind (UNTDID 1001).
TYPE_CODES: Mapping[Kind, str] = {Kind.INVOICE: "380", Kind.PROFORMA: "325", Kind.CREDIT_NOTE: "381"}


def reference_of(shop_key: str, order_id: str, kind: Kind, counter: str = "1") -> str:
    """The text a system is searched for: unique per shop, order, kind and counter, so a proforma blocks no invoice.

    `counter` is the sequence of a proforma or invoice ("1", "2" …) and the refund id of a credit note ("full" and
    "rest" for the cancellation of all or of the remainder).
    """
    return f"{shop_key}/{order_id}/{kind.value[0]}{counter}"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address (BG-5, BG-8, BG-15); `country` is ISO 3166 alpha-2, upper case."""

    street: str = ""
    street2: str = ""
    city: str = ""
    postcode: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A buyer or a deliver-to (BG-7, BG-13): `name` is the company if there is one, else first and last name.

    `vat_id` (BT-48) has its country prefix and is well-formed; `tax_number` is the local number as the buyer typed it.
    """

    name: str
    address: Address
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    vat_id: str | None = None
    tax_number: str | None = None
    registration: str | None = None
    email: str = ""
    phone: str = ""

    @property
    def is_company(self) -> bool:
        """A business: it gave a company name or a tax number."""
        return bool(self.company or self.vat_id or self.tax_number)

    @property
    def country(self) -> str:
        return self.address.country


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells (BG-4): `vat_status` payer | exempt | non_payer; `timezone` is an IANA name and rules every date."""

    name: str
    country: str
    vat_status: str = "payer"
    vat_id: str | None = None
    oss: bool = False
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line (BG-25). Amounts are for the whole line; a discount has negative quantity and positive unit prices.

    `source` names the shop's element: `line_item:101`, `shipping:103`, `fee:104`, `fee:104@23`, `refund:9`,
    `remainder`.
    `vat_rate` is a percentage, None with category O. Unit prices have up to six decimals and are informative.
    """

    id: str
    source: str
    name: str
    quantity: Decimal
    unit_net: Decimal
    unit_gross: Decimal
    vat_category: str
    vat_rate: Decimal | None
    net: Decimal
    vat: Decimal
    gross: Decimal
    sku: str = ""
    unit: str = "C62"
    note: str = ""


@dataclass(frozen=True, slots=True)
class TaxBreakdown:
    """One row per category and rate (BG-23); `reason` is BT-120, needed unless the category is S or Z."""

    category: str
    rate: Decimal | None
    taxable: Decimal
    vat: Decimal
    gross: Decimal
    vat_minus_taxable_x_rate: Decimal = Decimal(0)
    net_reachable: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22: net BT-109, vat BT-110, gross BT-112, paid BT-113, rounding BT-114, due BT-115."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    paid: Decimal
    rounding: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """How the order is or was paid: `means` is BT-81, `method` and `title` are the shop's; `paid_on` None = unpaid."""

    means: str = "ZZZ"
    method: str = ""
    title: str = ""
    paid_on: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Preceding:
    """The document this one corrects or follows (BG-3): its reference with us, number, date and id over there."""

    reference: str
    number: str = ""
    issue_date: date | None = None
    system_id: str = ""


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A multi-purpose card: a payment, not a discount."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Draft:
    """A document we ask for, every sum already checked (EN 16931 BR-CO-10 … 16). Adapters compute no money.

    `reference` is unique per shop, order, kind and counter and is what the system is searched for;
    `order_number` is what people read. Dates are days in the seller's time zone; `tax_point` None = issue date;
    `delivery_date` (BT-72) is set with category K. `deducted_refunds` are the refunds an invoice was reduced by, None =
    not recorded.
    """

    kind: Kind
    counter: str
    reference: str
    order_id: str
    order_number: str
    currency: str
    decimals: int
    basis: str
    seller: Seller
    buyer: Party
    lines: tuple[LineItem, ...]
    breakdown: tuple[TaxBreakdown, ...]
    totals: Totals
    issue_date: date
    tax_point: date | None = None
    due_date: date | None = None
    delivery: Party | None = None
    payment: Payment = Payment()
    gift_cards: tuple[GiftCard, ...] = ()
    oss: bool = False
    vat_countries: tuple[str, ...] = ()
    proforma_ref: Preceding | None = None
    preceding: Preceding | None = None
    refund_id: str | None = None
    reason: str = ""
    language: str = ""
    note: str = ""
    delivery_date: date | None = None
    deducted_refunds: tuple[str, ...] | None = None

    @property
    def type_code(self) -> str:
        return TYPE_CODES[self.kind]


@dataclass(frozen=True, slots=True)
class Document:
    """What the invoicing system says it has. `gross` is its own total; `vat_by_rate` maps a rate text to VAT if it
    tells.

    `system_id` addresses it in calls, `number` is what people read ("" while a draft has none), `url` opens it.
    """

    system: str
    system_id: str
    kind: Kind
    reference: str
    number: str
    currency: str
    gross: Decimal
    net: Decimal | None = None
    vat: Decimal | None = None
    vat_by_rate: Mapping[str, Decimal] = field(default_factory=dict)
    issue_date: date | None = None
    paid: Decimal | None = None
    url: str = ""
    state: str = "issued"
    extra: Mapping[str, str] = field(default_factory=dict)


class Sight(StrEnum):
    """What a look-up saw. NONE only when surely absent."""

    NONE = "none"
    ONE = "one"
    MANY = "many"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a look-up: with ONE the document, with MANY all of them, with UNSURE why."""

    sight: Sight
    documents: tuple[Document, ...] = ()
    why: str = ""

    @property
    def document(self) -> Document:
        """The one document; only to be asked when `sight` is ONE."""
        (only,) = self.documents
        return only


@dataclass(frozen=True, slots=True)
class Issued:
    """An earlier document of an order as decide sees it; `state` issued | in_flight | cancelled."""

    kind: Kind
    reference: str
    state: str
    draft: Draft
    document: Document | None = None
    order_modified: datetime | None = None
    refund_id: str | None = None
