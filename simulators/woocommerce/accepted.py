"""The compact description of an order, refund or product that /_sim/ takes: every field known and well typed."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from simulators.fields import Check, Faults, amount, checked, each, flag, ident, one_of, table, text
from simulators.money import number
from simulators.woocommerce.order import HIDDEN, STATUSES

MINUTES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|\+00:00)?")


def instant(value: Any, place: str) -> Faults:
    if not isinstance(value, str) or not MINUTES.fullmatch(value):
        yield place, "must be an instant in UTC, YYYY-MM-DDTHH:MM:SS"


def moment(value: str) -> datetime:
    """A text that `instant` has let through."""
    return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)


def anything(value: Any, place: str) -> Faults:
    return iter(())


def texts(value: Any, place: str) -> Faults:
    if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
        yield place, "must be an object of strings"


def meta(value: Any, place: str) -> Faults:
    if not isinstance(value, dict):
        yield place, "must be an object of key -> value"


def tax(value: Any, place: str) -> Faults:
    """A percentage, "none", or a list of {percent, label, compound}."""
    if isinstance(value, list):
        yield from each(table(RATE))(value, place)
    elif value != "none" and number(value) is None:
        yield place, 'must be a percentage, a list of rates, or "none"'


def either(*checks: Check) -> Check:
    """Good when one of the checks finds nothing wrong; otherwise what the last one says."""

    def check(value: Any, place: str) -> Faults:
        found = [list(one(value, place)) for one in checks]
        if all(found):
            yield from found[-1]

    return check


RATE: dict[str, Check] = {
    "percent": amount(0),
    "label": text(),
    "compound": flag,
    "country": text(2),
    "priority": ident,
}
LINE: dict[str, Check] = {
    "name": text(), "sku": text(), "product_id": ident, "variation_id": ident, "parent_name": text(),
    "price": amount(0), "net_price": amount(0), "quantity": amount(0), "tax": tax, "tax_class": text(),
    "label": text(), "virtual": flag, "meta": meta, "categories": each(text()),
}  # fmt: skip
SHIPPING: dict[str, Check] = {"title": text(), "method": text(), "total": amount(0), "gross": amount(0), "tax": tax,
                              "label": text()}  # fmt: skip
FEE: dict[str, Check] = {"name": text(), "total": amount(), "gross": amount(0), "tax": tax, "label": text(),
                         "tax_class": text()}  # fmt: skip
COUPON: dict[str, Check] = {"code": text(), "percent": amount(0, "100"), "amount": amount(0)}
ORDER: dict[str, Check] = {
    "lines": each(table(LINE)), "shipping": either(amount(0), each(table(SHIPPING))), "fees": each(table(FEE)),
    "coupons": each(table(COUPON)), "currency": text(3), "prices_include_tax": flag, "payment_method": text(),
    "payment_method_title": text(), "status": one_of(*STATUSES, *HIDDEN), "paid": flag, "created": instant,
    "number": text(), "country": text(2), "billing": texts, "shipping_address": texts, "meta": meta,
    "customer_note": text(100_000), "customer_id": ident, "transaction_id": text(), "created_via": text(),
    "quiet": flag, "extra": meta,
    "gift_cards": each(table({"code": text(), "amount": amount(0)})),
}  # fmt: skip
REFUND_LINE: dict[str, Check] = {"item": either(ident, text()), "quantity": amount(0), "total": amount(0)}
REFUND: dict[str, Check] = {"amount": amount(0), "reason": text(), "refunded_payment": flag,
                            "lines": either(one_of("all"), each(table(REFUND_LINE)))}  # fmt: skip
PRODUCT: dict[str, Check] = {"id": ident, "name": text(), "sku": text(), "categories": each(text()), "virtual": flag,
                             "tax_class": text(), "price": text()}  # fmt: skip


def known(given: Any, fields: dict[str, Check], place: str = "") -> dict[str, Any]:
    """What was given, or ValueError with every fault."""
    if faults := [f"{where} {told}" for where, told in checked(given, fields, place)]:
        raise ValueError("; ".join(faults))
    return dict(given)


def dec(value: Any, default: str = "0") -> Decimal:
    return number(default if value is None else value) or Decimal(0)
