"""A shop's webhooks to us: one that it switched off is switched on again, and what it kept to itself is fetched."""

from __future__ import annotations

from datetime import timedelta

import structlog

from adapters.shops.base import Hooks
from ledger import alarms, polls
from ledger.polls import Poll
from schemas.connection import Shop
from schemas.errors import AdapterError, RateLimited
from workers.services import Services

log = structlog.get_logger(__name__)

WRONG, WERE_OFF = "webhooks_wrong", "webhooks_were_off"


def mind(services: Services, shop: Shop, row: Poll) -> bool:
    """Look at the webhooks and mend them; True when the shop may have kept something to itself.

    What cannot be mended, or not even looked at, is one alarm per shop; it clears itself once all is well.
    """
    if not (services.public_url and shop.secrets):
        return False
    try:
        client = services.shop_client(shop)
        hooks = client.mend_hooks(f"{services.public_url}/webhooks/{shop.key}", shop.secrets[0])
    except RateLimited as error:
        log.info("webhooks_looked_at_later", shop=shop.key, code=error.code)
        return False
    except AdapterError as error:
        hooks = Hooks(problem=f"The webhooks cannot be looked at: {error.detail}", remedy=error.remedy)
    _write_down(services, shop, hooks, were_good=row.hooks_good_at is not None)
    return bool(hooks.mended)


def _write_down(services: Services, shop: Shop, hooks: Hooks, *, were_good: bool) -> None:
    """Webhooks that were good before and had to be mended are worth an alarm; those made at the beginning are not."""
    now = services.now()
    with services.ledger.write() as tx:
        polls.hooks(tx, shop.id, None if hooks.problem else now, hooks.problem)
        if hooks.problem:
            alarms.sound(tx, WRONG, shop.key, hooks.problem, now, hooks.remedy)
        else:
            alarms.clear(tx, WRONG, shop.key, now)
        if hooks.mended and were_good:
            alarms.sound(tx, WERE_OFF, shop.key, _said(hooks), now, _REMEDY)
        else:
            alarms.fade(tx, WERE_OFF, shop.key, now - timedelta(seconds=services.timing.alarm), now)
    if hooks.mended:
        log.warning("webhooks_mended", shop=shop.key, webhooks=hooks.mended)


def _said(hooks: Hooks) -> str:
    return f"The shop had switched webhooks off; they are on again: {', '.join(hooks.mended)}. The gap is fetched."


_REMEDY = (
    "Nothing is lost. If it happens again, see why deliveries fail: WooCommerce switches a webhook off when seven in a "
    "row are not answered."
)
