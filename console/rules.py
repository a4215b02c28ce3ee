"""The rules of a shop's route, for `flask preview --shop`."""

from __future__ import annotations

from datetime import UTC, datetime

from console.parts import house
from ledger import connections
from schemas.errors import BillhookError
from workers.money.rules import Rules, rules_of


def rules_for_shop(key: str) -> Rules:
    """By today's route: the one for every channel, else the shop's first; raises BillhookError when there is none."""
    ledger = house().ledger
    with ledger.read() as tx:
        shop = connections.shop_by_key(tx, ledger.vault, key)
        if shop is None:
            raise BillhookError(f"There is no shop {key!r}: flask shop list names them.", code="NO_SHOP")
        ways = sorted(connections.list_routes(tx, shop.id), key=lambda route: route.channel)
        if not ways:
            raise BillhookError(f"Shop {key} has no route: add one with flask route add.", code="NO_ROUTE")
        account = connections.account(tx, ledger.vault, ways[0].account_id)
    return rules_of(key, ways[0], account, datetime.now(UTC))
