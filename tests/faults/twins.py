"""One order comes in two states, and both are worked on at once."""

from __future__ import annotations

import base64
import hmac
import json
import time
from dataclasses import replace
from datetime import datetime, timedelta

from ledger import events
from schemas.event import ORDER
from tests.faults.lab import Order, Scene, fault
from tests.faults.systems import SECRET

#: So slowly the invoicing system answers, and at most so long after its first state an order changes (seconds).
SLOW, APART = 0.15, 0.3


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
    """The second state comes while the first is being looked up or issued."""
    scene.lab.admin("faults", {"name": "slow", "times": None, "params": {"seconds": SLOW}})
    scene.worker()
    for order in scene.orders:
        scene.post([order])
        time.sleep(scene.rng.uniform(0, APART))
        scene.post([later(order)])
    return all(_states(scene, order) == 2 for order in scene.orders)


def _states(scene: Scene, order: Order) -> int:
    with scene.lab.books.ledger.read() as tx:
        return sum(event.kind == ORDER for event in events.page(tx, order=order.id))
