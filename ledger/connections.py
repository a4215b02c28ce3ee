"""Connections: shops, accounts and the routes between them."""

from ledger.accounts import (
    account,
    account_by_key,
    add_account,
    change_account,
    list_accounts,
    pause_account,
    remove_account,
    resume_account,
    set_account_credentials,
)
from ledger.routes import add_route, change_route, list_routes, route_by_key, route_for, set_route_state, ways
from ledger.shops import (
    ShopBook,
    add_shop,
    change_shop,
    list_shops,
    rotate_secret,
    set_credentials,
    set_shop_state,
    shop,
    shop_by_key,
)

__all__ = [
    "ShopBook",
    "account",
    "account_by_key",
    "add_account",
    "add_route",
    "add_shop",
    "change_account",
    "change_route",
    "change_shop",
    "list_accounts",
    "list_routes",
    "list_shops",
    "pause_account",
    "remove_account",
    "resume_account",
    "rotate_secret",
    "route_by_key",
    "route_for",
    "set_account_credentials",
    "set_credentials",
    "set_route_state",
    "set_shop_state",
    "shop",
    "shop_by_key",
    "ways",
]
