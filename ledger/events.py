"""Events: written down (storing), rung (ringing), brought to rest (endings) and read (listing)."""

from ledger.endings import (
    abandon,
    add_attempt,
    close_dead,
    die,
    done,
    put_off,
    replay,
    replay_all,
    wait,
    wake,
    wake_order,
)
from ledger.listing import Filter, body, counts, dead_of_order, load, oldest_due, page, waiting_of_order
from ledger.listing import attempts_of as attempts
from ledger.ringing import apart, dead_ids, due, mark_rung, older_than, void_rings
from ledger.storing import add_internal, store

__all__ = [
    "Filter",
    "abandon",
    "add_attempt",
    "add_internal",
    "apart",
    "attempts",
    "body",
    "close_dead",
    "counts",
    "dead_ids",
    "dead_of_order",
    "die",
    "done",
    "due",
    "load",
    "mark_rung",
    "older_than",
    "oldest_due",
    "page",
    "put_off",
    "replay",
    "replay_all",
    "store",
    "void_rings",
    "wait",
    "waiting_of_order",
    "wake",
    "wake_order",
]
