"""The types of a UNAS shop's own statuses, for orders that name only the status; asked for rarely (unas.md 2, 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from adapters.shops.unas_api import Api
from adapters.shops.unas_xml import text

#: Thirty calls an hour are all there are, for all processes together.
KEPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Known:
    """StatusID → type, and when they were asked for."""

    types: Mapping[str, str]
    at: datetime


_known: dict[str, _Known] = {}
_lock = Lock()


def type_of(api: Api, status_id: str) -> str:
    """open_normal, open_prepare, close_ok or close_fault; "" for a status that the shop does not have."""
    with _lock:
        known = _known.get(api.entry.origin)
        if known is None or not timedelta(0) <= api.now() - known.at < KEPT:
            told = api.read("getOrderStatus", {}, "OrderStatuses").findall("OrderStatus")
            known = _known[api.entry.origin] = _Known({text(one, "Id"): text(one, "Type") for one in told}, api.now())
    return known.types.get(status_id, "")
