"""A Kontozz document as kept and as shown."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulators.kontozz.accepted import ISSUED
from simulators.kontozz.arithmetic import Amounts, Reckoning, total, value

# Shown as they came, with what stands here where nothing came.
KEPT: dict[str, Any] = {
    "format": "electronic", "block_id": None, "order_id": "", "order_number": "", "issue_date": "",
    "fulfilment_date": "", "due_date": "", "currency": "HUF", "exchange_rate": None, "payment_method": "",
    "language": "hu", "notes": "", "oss": False, "price_mode": "gross",
}  # fmt: skip
ITEM_KEPT: dict[str, Any] = {"name": "", "unit": "", "vat": "", "sku": "", "comment": ""}


@dataclass
class Document:
    """`sums` are the document's amounts per VAT code."""

    ident: int
    number: str
    type: str
    given: dict[str, Any]
    sums: dict[str, Amounts]
    reckoning: Reckoning
    created_at: str
    status: str = ISSUED
    related: int | None = None
    cancelled_by: int | None = None
    emailed_at: str | None = None
    born: float = field(default_factory=time.monotonic)

    @property
    def order(self) -> str:
        return str(self.given.get("order_id") or "")

    @property
    def total(self) -> Amounts:
        return total(self.sums)

    def shown(self, address: str, company: int) -> dict[str, Any]:
        return {
            "id": self.ident, "number": self.number, "type": self.type, "status": self.status, "company_id": company,
            **{name: _or(self.given.get(name), empty) for name, empty in KEPT.items()},
            "customer": self.given["customer"], "items": [self._item(item) for item in self.given["items"]],
            **self.total.shown(),
            "vat_summary": [{"vat": vat, **amounts.shown()} for vat, amounts in self.sums.items()],
            "related_id": self.related, "cancelled_by": self.cancelled_by,
            "pdf_url": f"{address}/szamla/{self.ident}", "emailed_at": self.emailed_at, "created_at": self.created_at,
        }  # fmt: skip

    def _item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name: _or(item.get(name), empty) for name, empty in ITEM_KEPT.items()}
        numbers = {name: value(item[name]) for name in ("quantity", "unit_price")}
        return {**texts, **numbers, **self.reckoning.line(item).shown()}


def _or(given: Any, empty: Any) -> Any:
    return empty if given is None else given
