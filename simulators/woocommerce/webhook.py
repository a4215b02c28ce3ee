"""A webhook of the shop: what it is, what it sends, and when it is switched off (sections 1.1 to 1.9)."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

# More than this many failures in a row, and the next one switches off: the 7th (section 1.7).
PATIENCE = 5
STATUSES = ("active", "paused", "disabled")
HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
}
TOPIC = re.compile(r"(coupon|customer|order|product)\.(created|updated|deleted|restored)|action\.(woocommerce|wc)_\w+")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&amp;": "&"}


@dataclass
class Webhook:
    """`pending_ping` stays until a ping got exactly 200."""

    ident: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created: datetime
    modified: datetime
    status: str = "active"
    failures: int = 0
    pending_ping: bool = True

    @property
    def resource(self) -> str:
        return self.topic.partition(".")[0]

    @property
    def event(self) -> str:
        return self.topic.partition(".")[2]

    @property
    def hooks(self) -> list[str]:
        return HOOKS.get(self.topic, [self.event] if self.resource == "action" else [])

    def signature(self, body: bytes) -> str:
        """Over the raw bytes, by the secret with its entities decoded (section 1.4)."""
        secret = self.secret
        for entity, sign in ENTITIES.items():
            secret = secret.replace(entity, sign)
        return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()

    def delivery_id(self, seconds: int) -> str:
        """The same for all deliveries of one second (section 1.5)."""
        return hmac.new(b"salt", f"{self.ident}{seconds}".encode(), hashlib.md5).hexdigest()

    def count(self, succeeded: bool) -> None:
        """A success forgets all failures; re-enabling does not (section 1.7)."""
        if succeeded:
            self.failures = 0
        elif self.failures > PATIENCE:
            self.status = "disabled"
        else:
            self.failures += 1
