"""From an order to the draft of an invoice or proforma: every sum checked, or refused (documents.md 2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.connection import Policy
from schemas.document import Draft, Kind, LineItem, Party, Payment, Preceding, Seller, reference_of
from schemas.mapping import Source
from schemas.order import Order, Refund
from schemas.rates import canonical
from schemas.taxnumbers import is_valid
from workers.money.figures import amounts_of, breakdown_of, lines_of, totals_of
from workers.money.percent import Taxes, rounds_to_whole
from workers.money.rules import Rules
from workers.money.sums import Sums, check_total, rounding_of, sums_of
from workers.money.vat import Priced, price
from workers.money.zero import Place, buyer_number, destination_of, is_other_eu

#: BT-81 by the shop's payment method (UNTDID 4461); anything else is ZZZ, mutually defined.
MEANS = {
    "cod": "10",
    "cash": "10",
    "bacs": "30",
    "transfer": "30",
    "cheque": "20",
    "check": "20",
    "bankcard": "48",
    "bankcard_offline": "48",
    "stripe": "48",
    "woocommerce_payments": "48",
    "paypal": "68",
    "ppcp-gateway": "68",
    "voucher": "97",
}
_COD_DAYS = 7


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft and what people should know about it."""

    draft: Draft
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to draft: kind and counter, the refunds to take off first, and the proforma it follows."""

    kind: Kind
    counter: str
    deduct: tuple[Refund, ...] = ()
    proforma: Preceding | None = None


def day_of(moment: datetime | None, seller: Seller) -> date | None:
    """The day in the seller's time zone (documents.md 4.5)."""
    return moment.astimezone(ZoneInfo(seller.timezone)).date() if moment else None


def tax_point_of(order: Order, seller: Seller) -> date | None:
    """Earliest of paid and completed; None = the issue date (documents.md 4.5)."""
    days = [day for moment in (order.paid_at, order.completed_at) if (day := day_of(moment, seller))]
    return min(days) if days else None


def is_paid(order: Order) -> bool:
    """The shop says so, or gift cards cover all (documents.md 4.2)."""
    return order.paid or (order.total == 0 and order.gifts > 0)


def draft(order: Order, rules: Rules, wanted: Wanted) -> Drafted:
    """Draft an invoice or proforma of what the shopper was asked to pay (documents.md 2.3, EN 16931 BR-CO-10 to 16).

    Amounts are in the order's currency. Raises Unbalanced with the reason code of documents.md 4.7 and both amounts.
    """
    sums = sums_of(order, rules.policy, wanted.deduct)
    whole = rounds_to_whole(order)
    on = tax_point_of(order, rules.seller) or rules.today
    taxes = Taxes(order, rules.seller, rules.policy, on, sums.decimals, whole)
    priced = price(taxes, sums.elements)
    check_total(order, sums, whole, wanted.deduct)
    figures, adjusted = amounts_of(priced.parts, sums.target, order.basis, sums.decimals)
    lines = lines_of(priced.parts, figures, sums.decimals)
    warnings = {
        "NET_LINES_ADJUSTED": adjusted,
        "B2B_VAT_CHARGED": _charged_business(order, rules, lines),
        "REFUND_DEDUCTED": bool(wanted.deduct),
    }
    made = _document(order, rules, wanted, _Content(sums, priced, lines))
    return Drafted(made, tuple(sorted(name for name, given in warnings.items() if given)))


@dataclass(frozen=True, slots=True)
class _Content:
    sums: Sums
    priced: Priced
    lines: tuple[LineItem, ...]


def _charged_business(order: Order, rules: Rules, lines: Sequence[LineItem]) -> bool:
    """A business of another EU state with a right VAT number was charged VAT: invoiced as paid, warned of (3.3)."""
    goods = rules.policy.supply == "goods"
    if not any(line.vat_category == "S" and line.gross for line in lines):
        return False
    if not is_other_eu(rules.seller, destination_of(order, rules.policy), goods):
        return False
    number = buyer_number(order, rules.policy)
    return is_valid(number) and canonical(number[:2]) != canonical(rules.seller.country)


def _document(order: Order, rules: Rules, wanted: Wanted, content: _Content) -> Draft:
    seller, sums = rules.seller, content.sums
    rows = breakdown_of(content.lines, sums.decimals)
    outside = any(row.category == "O" for row in rows)
    inside_union = any(row.category == "K" for row in rows)
    tax_point = None if wanted.kind is Kind.PROFORMA else tax_point_of(order, seller)
    rounding = rounding_of(order, rules.policy, sums)
    paid = sums.target + rounding if is_paid(order) else order.gifts
    return Draft(
        kind=wanted.kind,
        counter=wanted.counter,
        reference=reference_of(rules.shop_key, order.id, wanted.kind, wanted.counter),
        order_id=order.id,
        order_number=_mapped(rules.mapping.order_reference, order) or order.number,
        currency=order.currency,
        decimals=sums.decimals,
        basis=order.basis,
        # BR-O-02: with category O neither the seller's nor the buyer's VAT number may be shown.
        seller=replace(seller, vat_id=None) if outside else seller,
        buyer=_buyer(order, rules.policy, outside),
        lines=content.lines,
        breakdown=rows,
        totals=totals_of(rows, paid, rounding),
        issue_date=rules.today,
        tax_point=tax_point,
        due_date=_due(order, rules),
        delivery=_delivery(order, inside_union),
        payment=_payment(order, seller),
        gift_cards=order.gift_cards,
        oss=_is_oss(content.priced.countries, seller),
        vat_countries=content.priced.countries,
        proforma_ref=wanted.proforma,
        language=order.language,
        note=_mapped(rules.mapping.note, order) or order.note,
        delivery_date=(day_of(order.completed_at, seller) or tax_point or rules.today) if inside_union else None,
        deducted_refunds=tuple(refund.id for refund in wanted.deduct),
    )


def _mapped(source: Source | None, order: Order) -> str:
    return source.of(order.meta, order.number) if source else ""


def _is_oss(countries: Sequence[str], seller: Seller) -> bool:
    """VAT of another EU state than the seller's: the one-stop shop (documents.md 3.3)."""
    return any(is_other_eu(seller, Place(country), goods=True) for country in countries)


def _buyer(order: Order, policy: Policy, outside: bool) -> Party:
    number = buyer_number(order, policy)
    return replace(order.buyer, vat_id=number if is_valid(number) and not outside else None)


def _delivery(order: Order, needed: bool) -> Party | None:
    """The deliver-to when it differs from the buyer, and always with category K (EN 16931 BR-IC-12)."""
    to = order.delivery or order.buyer
    same = to.address == order.buyer.address and (not to.name or to.name == order.buyer.name)
    return to if needed or not same else None


def _payment(order: Order, seller: Seller) -> Payment:
    means = "97" if order.total == 0 and order.gifts else MEANS.get(order.payment_method, "ZZZ")
    return Payment(
        means, order.payment_method, order.payment_title, day_of(order.paid_at, seller), order.transaction_id
    )


def _due(order: Order, rules: Rules) -> date:
    """Paid: today; else the account's terms, seven days for cash on delivery, the route's days (documents.md 4.5)."""
    if is_paid(order):
        return rules.today
    terms = rules.mapping.due_days
    usual = _COD_DAYS if order.payment_method == "cod" else rules.policy.due_days
    days = terms.get(order.payment_method, terms.get("*", usual))
    return rules.today + timedelta(days=days)
