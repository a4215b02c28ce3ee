"""A document as Fakturownia keeps and shows it."""

import time
from dataclasses import dataclass, field
from typing import Any

from simulators.fakturownia.accepted import INVOICE
from simulators.fakturownia.arithmetic import Amounts
from simulators.fields import flag, ident, on
from simulators.money import number

ACCOUNT_ID = 489001
LISTS = ("descriptions", "settlement_positions", "recipients", "issuers")
# Given with a document, but no field of it.
NOT_KEPT = ("positions", *LISTS, "oid_unique", "copy_invoice_from", "buyer_override", "use_oss")
# Every key of an answer to a create on a live account, in the order of the recording; then what came with KSeF.
_NULL = (
    "id user_id app number place sell_date payment_type price_net price_gross currency status description seller_name"
    " seller_tax_no seller_street seller_post_code seller_city seller_country seller_email seller_phone seller_fax"
    " seller_www seller_person seller_bank seller_bank_account buyer_name buyer_tax_no buyer_post_code buyer_city"
    " buyer_street buyer_first_name buyer_country created_at updated_at token buyer_email buyer_www buyer_fax"
    " buyer_phone kind pattern pattern_nr pattern_nr_m pattern_nr_d client_id payment_to paid seller_bank_account_id"
    " lang issue_date price_tax department_id correction buyer_note additional_info_desc additional_info product_cache"
    " buyer_last_name from_invoice_id oid discount show_discount sent_time print_time recurring_id tax2_visible"
    " warehouse_id paid_date product_id issue_year internal_note invoice_id invoice_template_id description_long"
    " buyer_tax_no_kind seller_tax_no_kind description_footer sell_date_kind payment_to_kind exchange_currency"
    " discount_kind income from_api category_id warehouse_document_id exchange_kind exchange_rate use_delivery_address"
    " delivery_address accounting_kind buyer_person buyer_bank_account buyer_bank buyer_mass_payment_code exchange_note"
    " client_company buyer_company show_attachments exchange_currency_rate has_attachments exchange_date"
    " attachments_count delivery_date fiscal_status use_moss transaction_date email_status exclude_from_stock_level"
    " exclude_from_accounting exchange_rate_den exchange_currency_rate_den accounting_scheme exchange_difference"
    " not_cost reverse_charge issuer use_issuer cancelled recipient_id recipient_name test discount_net approval_status"
    " accounting_vat_tax_date accounting_income_tax_date accounting_other_tax_date accounting_status view_url"
    " payment_url gov_status gov_id gov_send_date gov_sell_date gov_verification_link gov_link gov_error_messages"
    " gov_corrected_invoice_number"
)
_SET = {
    "currency": "PLN", "status": "issued", "lang": "pl", "discount": "0.0", "discount_kind": "percent_total",
    "exchange_kind": "nbp", "exchange_rate": "1.0", "exchange_rate_den": "1.0", "exchange_currency_rate_den": "1.0",
    "exchange_difference": "0.0", "exchange_note": "", "buyer_person": "", "attachments_count": 0, "user_id": 621001,
    "invoice_template_id": 1, "pattern": "nr-m/mm/yyyy",
}  # fmt: skip
_TRUE = ("income", "from_api", "client_company", "buyer_company")
_FALSE = (
    "additional_info", "show_discount", "tax2_visible", "use_delivery_address", "show_attachments", "has_attachments",
    "use_moss", "exclude_from_stock_level", "exclude_from_accounting", "not_cost", "reverse_charge", "use_issuer",
    "cancelled", "test",
)  # fmt: skip
BLANK: dict[str, Any] = {
    **dict.fromkeys(_NULL.split()), **_SET, **dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False),
}  # fmt: skip
# Only answers to PUT and GET showed these.
WIDE: dict[str, Any] = {"account_id": ACCOUNT_ID, "additional_fields": {}, "deleted": False, "origin": "api",
                        "search_data": None, "check_fiscal_print": False, "calculating_strategy": None,
                        "sales_code": None}  # fmt: skip


_FLAGS = {name for name, check in INVOICE.items() if check is flag}
_AMOUNTS = {"paid", "exchange_currency_rate"}
_IDENTS = {name for name, check in INVOICE.items() if check is ident}


@dataclass
class Line:
    """One position: what was sent for it, and what was made of it."""

    ident: int
    given: dict[str, Any]
    amounts: Amounts
    shown: dict[str, Any]


@dataclass
class Document:
    """One document with its lines and lists; `fields` is the flat answer."""

    fields: dict[str, Any]
    lines: list[Line] = field(default_factory=list)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in LISTS})
    born: float = field(default_factory=time.monotonic)
    unique: bool = False
    deleted: bool = False
    pdf_reads: int = 0
    official_at: float | None = None

    @property
    def ident(self) -> int:
        return int(self.fields["id"])

    @property
    def oid(self) -> str:
        return str(self.fields["oid"] or "")

    @property
    def live(self) -> bool:
        return not self.deleted and not self.fields["cancelled"]

    def take(self, given: dict[str, Any]) -> None:
        """Fields as sent, in the types the system answers with."""
        self.fields.update({name: typed(name, value) for name, value in given.items() if name not in NOT_KEPT})

    def shown(self, positions: bool = False, wide: bool = False, full_corrections: bool = False) -> dict[str, Any]:
        lists = {name: entries for name, entries in self.lists.items() if entries or wide}
        extra = {"adjust_invoice_price": self.fields["price_gross"]} if wide else {}
        answer = {**(WIDE if wide else {}), **self.fields, **extra, **lists}
        if positions:
            answer["positions"] = [_position(line, full_corrections) for line in self.lines]
        return answer


def typed(name: str, value: Any) -> Any:
    """Flags as booleans, ids as numbers, amounts as Decimal; all else as it came."""
    if value is None:
        return BLANK.get(name)
    if name in _FLAGS:
        return on(value)
    if name in _IDENTS:
        return int(value)
    if name == "payment_to_kind":
        return str(value)
    return number(value) if name in _AMOUNTS else value


def _position(line: Line, full: bool) -> dict[str, Any]:
    states = ("correction_before_attributes", "correction_after_attributes") if full else ()
    return {**line.shown, **{name: line.given[name] for name in states if line.given.get(name)}}
