"""One order comes in two states, and both are worked on at once."""

from __future__ import annotations

import base64
import hmac
import json
import time
from dataclasses import replace
from datetime import datetime, timedelta

from tests.faults.lab import Order, Scene, fault
from tests.faults.systems import SECRET

#: So slowly the invoicing system answers, and at most so long after its first state an order changes (seconds).
SLOW, APART = 0.15, 0.3
#: So many of a run's orders, at least, have to be met at work by their second state.
ENOUGH = 5


def later(order: Order) -> Order:
    """The same order, changed a minute later in something that no document tells of, signed anew."""
    data = json.loads(order.delivery.body)
    changed = datetime.fromisoformat(data["date_modified_gmt"]) + timedelta(minutes=1)
    body = json.dumps({**data, "date_modified_gmt": changed.isoformat(timespec="seconds"), "cart_hash": "2"}).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
    headers = {**order.delivery.headers, "X-WC-Webhook-Signature": signature}
    return replace(order, delivery=replace(order.delivery, headers=headers, body=body))


@fault
def every_order_in_two_states_at_once(scene: Scene) -> bool:
    """The second state comes while the first is being looked up or issued; where that has not begun, the two join."""
    scene.lab.admin("faults", {"name": "slow", "times": None, "params": {"seconds": SLOW}})
    scene.worker()
    for order in scene.orders:
        scene.post([order])
        time.sleep(scene.rng.uniform(0, APART))
        scene.post([later(order)])
    return sum(scene.lab.books.stored(order.id) == 2 for order in scene.orders) >= ENOUGH
