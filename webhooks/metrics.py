"""What the door counts. Names are stable; a shop is labelled by its id, since its key is its address."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

STORED = Counter("billhook_stored", "Deliveries stored as new events.", ["shop"])
DUPLICATE = Counter("billhook_duplicate", "Deliveries that repeated the order's latest event.", ["shop"])
REJECTED = Counter("billhook_rejected", "Deliveries refused at the door.", ["shop", "code"])
UNKNOWN_SHOP = Counter("billhook_unknown_shop", "Requests for a shop that does not exist.")
NOT_STORED = Counter("billhook_not_stored", "Authentic deliveries answered 503 because the ledger was down.", ["shop"])
PINGS = Counter("billhook_pings", "Unsigned WooCommerce pings.", ["shop"])
LAST_PING = Gauge(
    "billhook_last_ping_timestamp_seconds", "When a shop last pinged.", ["shop"], multiprocess_mode="mostrecent"
)
RING_FAILED = Counter("billhook_ring_failed", "Events stored whose bell could not be rung; the clock rings them.")
ACK_SECONDS = Histogram(
    "billhook_ack_seconds",
    "From the first look at a delivery to its answer.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
