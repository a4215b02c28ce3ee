"""The books of one run: what was answered, stored, issued over there and written down here must be one and the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger import documents

if TYPE_CHECKING:
    from tests.faults.lab import Order, Scene


@dataclass(frozen=True, slots=True)
class Result:
    """The books of one run. `wrong` are sentences: totals that differ, events that are stuck."""

    fault: str
    system: str
    seed: int
    fired: bool
    stored: int
    documents: int
    lost: int
    duplicated: int
    wrong: list[str]
    seconds: float

    @property
    def good(self) -> bool:
        return self.fired and not (self.lost or self.duplicated or self.wrong)


def close(scene: Scene, fault: str, seed: int, fired: bool, stuck: list[str], seconds: float) -> Result:
    """Answered 200 ⇒ stored ⇒ one document there ⇒ the same one in the ledger; sums per currency equal."""
    lab, mine = scene.lab, {order.id: order for order in scene.orders}
    summary = lab.admin("summary")
    there = _over_there(summary["per_oid"], mine)
    with lab.books.ledger.read() as tx:
        rows = [d for o in mine for d in documents.page(tx, shop_id=lab.books.shop_id, order=o, state="live")]
    stored = {o for o in mine if lab.books.stored(o)}
    here = {row.order_id: row.document.gross for row in rows if row.document}
    due = stored | scene.answered
    wrong = [f"order {o}: {here[o]} instead of {mine[o].total}" for o in here if here[o] != mine[o].total]
    return Result(
        fault=fault,
        system=lab.place.system,
        seed=seed,
        fired=fired,
        stored=len(stored),
        documents=len(rows),
        lost=len(scene.answered - stored) + sum(1 for o in due if o not in here or there[o] == 0),
        duplicated=sum(n - 1 for n in there.values() if n > 1) + len(rows) - len(here),
        wrong=wrong + stuck + _sums(scene, summary["totals"], due),
        seconds=seconds,
    )


def _over_there(per_reference: Mapping[str, int], mine: Mapping[str, Order]) -> dict[str, int]:
    """Documents over there per order of this run: the order's id is a part of each reference (`…/ORDER/…`)."""
    found = dict.fromkeys(mine, 0)
    for reference, count in per_reference.items():
        order = reference.split("/")[1] if reference.count("/") > 1 else ""
        if order in found:
            found[order] += count
    return found


def _sums(scene: Scene, totals: Mapping[str, str], due: set[str]) -> list[str]:
    """Per currency: what came to the system's own sums in this run against the orders that were due."""
    owed = {currency: Decimal(text) - Decimal(scene.sums.get(currency, "0")) for currency, text in totals.items()}
    for order in scene.orders:
        if order.id in due:
            owed[order.currency] = owed.get(order.currency, Decimal(0)) - order.total
    return [f"{currency}: the system's sum is {rest:+} off" for currency, rest in owed.items() if rest]
