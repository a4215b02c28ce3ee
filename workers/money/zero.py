"""Why an element bears no VAT: the reasons of documents.md 3.4 in their order, never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from schemas.connection import Policy
from schemas.document import Party, Seller
from schemas.errors import Unbalanced
from schemas.money import ZERO, said
from schemas.order import Element, Order
from schemas.rates import EU, canonical, inside_eu_vat
from schemas.taxnumbers import is_valid, vat_number_in, with_prefix


@dataclass(frozen=True, slots=True)
class Place:
    """Where the supply goes: the delivery address for goods, the buyer's for services."""

    country: str
    postcode: str = ""


def destination_of(order: Order, policy: Policy) -> Place:
    """Goods are taxed where they arrive, services where the buyer is (documents.md 3.3)."""
    to: Party = order.delivery if policy.supply == "goods" and order.delivery else order.buyer
    return Place(to.address.country, to.address.postcode)


def buyer_number(order: Order, policy: Policy) -> str:
    """The buyer's VAT number with prefix, as it is, right or wrong; "" if none."""
    typed = vat_number_in(order.meta, order.buyer.country, policy.vat_number_keys) or order.buyer.vat_id or ""
    return with_prefix(typed, order.buyer.country)


def seller_in_eu(seller: Seller) -> bool:
    return canonical(seller.country) in EU


def is_other_eu(seller: Seller, place: Place, goods: bool) -> bool:
    """Another EU state than the seller's, inside EU VAT territory."""
    other = canonical(place.country) != canonical(seller.country)
    return seller_in_eu(seller) and other and inside_eu_vat(place.country, place.postcode, goods)


def leaves_eu(seller: Seller, place: Place, goods: bool) -> bool:
    """An export: out of the EU's VAT territory, or out of a seller's country that is not in it."""
    if not place.country:
        return False
    if not seller_in_eu(seller):
        return canonical(place.country) != canonical(seller.country)
    return not inside_eu_vat(place.country, place.postcode, goods)


def category_of(element: Element, order: Order, seller: Seller, policy: Policy) -> tuple[str, Decimal | None]:
    """Category and rate of an element without VAT (documents.md 3.4, in its order of tests).

    Raises Unbalanced ZERO_RATE_UNEXPLAINED or INVALID_BUYER_VAT_ID.
    """
    if seller.vat_status == "non_payer":
        return "O", None
    if seller.vat_status == "exempt":
        return "E", ZERO
    mapped = _mapped(element, order, policy)
    if mapped:
        _check_mapped(mapped, element, order, seller, policy)
        return mapped, None if mapped == "O" else ZERO
    place = destination_of(order, policy)
    goods = policy.supply == "goods"
    if leaves_eu(seller, place, goods):
        return "G", ZERO
    if is_other_eu(seller, place, goods) and buyer_number(order, policy):
        check_number(order, seller, policy)
        return ("K" if goods else "AE"), ZERO
    raise _unexplained(element, order, "no VAT was charged and nothing says why")


def _mapped(element: Element, order: Order, policy: Policy) -> str:
    """The merchant's own reason, by tax class, VAT text or the label of the element's rate."""
    labels = [order.rates[share.rate_id].label for share in element.taxes if share.rate_id in order.rates]
    words = [element.tax_class, element.vat_text, *labels]
    table = {key.casefold(): category for key, category in policy.zero_rate_map.items()}
    return next((table[word.casefold()] for word in words if word.casefold() in table), "")


def _check_mapped(category: str, element: Element, order: Order, seller: Seller, policy: Policy) -> None:
    """A merchant may map to K or AE, but not without the numbers that these need (BR-IC-02, BR-AE-02)."""
    if category == "K":
        if not buyer_number(order, policy):
            raise _unexplained(element, order, "an intra-Community supply needs the buyer's VAT number")
        check_number(order, seller, policy)
    known = buyer_number(order, policy) or order.buyer.tax_number or order.buyer.registration
    if category == "AE" and not known:
        raise _unexplained(element, order, "a reverse charge needs the buyer's VAT number")


def check_number(order: Order, seller: Seller, policy: Policy) -> None:
    """K and AE need both VAT numbers, the buyer's of another state (EN 16931 BR-IC-02, BR-AE-02).

    Raises Unbalanced INVALID_BUYER_VAT_ID or ZERO_RATE_UNEXPLAINED.
    """
    number = buyer_number(order, policy)
    if not is_valid(number):
        raise Unbalanced(
            f"{said(order.total)} {order.currency} were charged with 0.00 VAT, but the buyer's VAT number {number} "
            "is not a valid one.",
            code="INVALID_BUYER_VAT_ID",
            remedy="Ask the buyer for the right VAT number and correct it in the order, or charge VAT.",
        )
    if canonical(number[:2]) == canonical(seller.country) or not seller.vat_id:
        why = (
            "the buyer's VAT number is of the seller's own country" if seller.vat_id else "the seller has no VAT number"
        )
        raise Unbalanced(
            f"{said(order.total)} {order.currency} were charged with 0.00 VAT, but {why}.",
            code="ZERO_RATE_UNEXPLAINED",
        )


def _unexplained(element: Element, order: Order, why: str) -> Unbalanced:
    return Unbalanced(
        f"{element.name} ({element.source}): {said(element.net)} {order.currency} with 0.00 VAT in an order of "
        f"{said(order.total)} {order.currency}: {why}.",
        code="ZERO_RATE_UNEXPLAINED",
        remedy="Map this tax class to a reason in the route's zero_rate_map, or correct the tax in the shop.",
    )
