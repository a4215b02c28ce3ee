"""Reading, deciding and drafting an order, as a multiple of `json.loads` of it in the same run; must stay within 40."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from schemas.document import Seller
from schemas.policy import read_policy
from schemas.woocommerce import read_order
from workers.decide import Decision, Rules, Trigger, decide

MOST = 40.0
CAPTURED = Path(__file__).resolve().parents[1] / "fixtures" / "woocommerce-8.2.2"
SELLER = Seller("Bench Kft.", "HU", "payer", "HU12892312", True, "Europe/Budapest")
POLICY = read_policy({"documents": {"*": {"processing": "invoice", "completed": "invoice"}}})


def bodies() -> dict[int, bytes]:
    """The captured order of 60 lines, and the same with its first five (its total corrected)."""
    sixty = (CAPTURED / "028.body").read_bytes()
    order = json.loads(sixty)
    order["line_items"] = order["line_items"][:5]
    parts = order["line_items"] + order["shipping_lines"] + order["fee_lines"]
    order["total"] = f"{sum(float(part['total']) + float(part['total_tax']) for part in parts):.2f}"
    return {5: json.dumps(order).encode(), 60: sixty}


def work(body: bytes) -> Decision:
    """What the desk does with an order before it speaks to anybody."""
    order = read_order(body)
    moment = order.modified_at or order.placed_at
    assert moment is not None
    return decide(order, (), Rules("bench", SELLER, POLICY, None, moment.date()), Trigger())


def best_of(call: Callable[[], object], repeats: int = 7, times: int = 20) -> float:
    """Seconds per call, the best of several rounds: what is left is the code's own cost."""
    rounds = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(times):
            call()
        rounds.append((time.perf_counter() - start) / times)
    return min(rounds)


def ratio(body: bytes) -> tuple[float, float, float]:
    """(multiple, seconds of json.loads, seconds of the work)."""
    assert work(body).action == "invoice", work(body)
    loads = best_of(lambda: json.loads(body), times=200)
    whole = best_of(lambda: work(body))
    return whole / loads, loads, whole


def main() -> int:
    """Print a line per size; 1 when a ratio is above the limit."""
    worst = 0.0
    for lines, body in bodies().items():
        multiple, loads, whole = ratio(body)
        worst = max(worst, multiple)
        print(
            f"{lines:3d} lines, {len(body)} bytes: json.loads {loads * 1e6:.0f} µs, read + decide + draft "
            f"{whole * 1e6:.0f} µs, ratio {multiple:.1f} (at most {MOST:.0f})"
        )
    return int(worst > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
