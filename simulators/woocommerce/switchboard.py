"""The shop's webhooks: who hears of which event, what is sent, and what an answer does to them."""

from functools import partial
from typing import TYPE_CHECKING, Any

from simulators.woocommerce import mail
from simulators.woocommerce.order import DRAFTS, Order
from simulators.woocommerce.sender import Sender
from simulators.woocommerce.webhook import Webhook

if TYPE_CHECKING:
    from simulators.woocommerce.world import WooCommerce


class Switchboard:
    """All under the world's lock, except the sender, which has one of its own."""

    def __init__(self, world: "WooCommerce") -> None:
        self.world = world
        self.webhooks: dict[int, Webhook] = {}
        self.sender = Sender(world, self)

    def clear(self) -> None:
        self.webhooks.clear()
        self.sender.clear()

    def add(self, name: str, topic: str, url: str, secret: str) -> Webhook:
        """A new webhook; its ping goes out at once, beside the answer."""
        now = self.world.now()
        hook = Webhook(self.world.next_id("webhook"), name, topic, url, secret, now, now)
        self.webhooks[hook.ident] = hook
        self.sender.ping(hook.ident)
        return hook

    def save(self, hook: Webhook, moved: bool = False) -> None:
        """Every save of an active webhook whose ping is still owed pings again (section 1.6)."""
        hook.modified = self.world.now()
        if hook.status == "active" and (moved or hook.pending_ping):
            self.sender.ping(hook.ident)

    def announce(self, order: Order) -> None:
        """Both topics within one request, once the order has left the drafts (sections 1.2 and 1.8)."""
        if order.status in DRAFTS:
            return
        order.announced = True
        for event in ("updated", "created") if self.world.settings["updated_first"] else ("created", "updated"):
            self._ring(order, event)

    def saved(self, order: Order, event: str) -> None:
        if order.announced:
            self._ring(order, event)
        else:
            self.announce(order)

    def letter(self, webhook: int, order: int | None, old: bytes | None) -> mail.Letter | None:
        """What to send now; None when the webhook is gone. A disabled one still sends what is queued."""
        hook = self.webhooks.get(webhook)
        if hook is None:
            return None
        return mail.ping(self.world, hook) if order is None else mail.delivery(self.world, hook, order, old)

    def answered(self, webhook: int, ping: bool, status: int | None) -> None:
        """301 and 302 count as success though nobody follows them; for a ping only 200 does."""
        hook = self.webhooks.get(webhook)
        if hook is None:
            return
        if ping:
            hook.pending_ping = hook.pending_ping and status != 200
            return
        hook.count(status is not None and 200 <= status < 303)
        self.save(hook)

    def told(self) -> list[dict[str, Any]]:
        """With what REST does not show."""
        return [{"id": hook.ident, "topic": hook.topic, "status": hook.status, "failures": hook.failures,
                 "pending_ping": hook.pending_ping} for hook in self.webhooks.values()]  # fmt: skip

    def _ring(self, order: Order, event: str) -> None:
        for hook in self.webhooks.values():
            if hook.status == "active" and hook.topic == f"order.{event}":
                state = partial(mail.payload, self.world, hook, order.ident)
                self.sender.event(hook.ident, order.ident, state)
