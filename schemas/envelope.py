"""The envelope of a WooCommerce delivery: the four fields to file it by (specs/woocommerce.md 1.2, 1.9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from schemas import strict_json
from schemas.errors import Unreadable
from schemas.event import Envelope

DELETED = "order.deleted"
ORDER_TOPICS = frozenset({"order.created", "order.updated", "order.restored", DELETED})

#: Topics that a shop may well send and that owe no document, by what stands before the first dot, with the reason.
IGNORED: Mapping[str, str] = {
    "coupon": "Coupons owe no document; what they took off stands in the order's own lines.",
    "customer": "Customers owe no document; the buyer stands in the order itself.",
    "product": "Products owe no document; what was sold stands in the order's own lines.",
    "subscription": "A subscription is no order: each of its renewals comes as an order of its own.",
    "action": "Custom actions carry a hook's argument, not an order.",
}
_TOPIC_CHARS = 100
_LARGEST_ID = 2**63 - 1


class _Id(fields.Integer):
    """An order's id: a JSON integer above 0 (5309091028 was seen), never `true`."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class _Count(fields.Field[int]):
    """How many entries a list has; null and "" count as none, as PHP writes empty lists in places."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, list):
            raise ValidationError("Not a list.")
        return len(value)


class _Envelope(Schema):
    class Meta:
        unknown = EXCLUDE

    id = _Id(strict=True, required=True, validate=validate.Range(1, _LARGEST_ID))
    status = fields.String(required=True, validate=validate.Regexp(r"[^\x00-\x20\x7f]{1,64}\Z"))
    date_modified_gmt = fields.NaiveDateTime("iso", timezone=UTC, required=True)
    refunds = _Count(load_default=0)


class _Deleted(Schema):
    class Meta:
        unknown = EXCLUDE

    id = _Id(strict=True, required=True, validate=validate.Range(1, _LARGEST_ID))


_ENVELOPE = _Envelope()
_DELETED = _Deleted()


def read_envelope(topic: str, body: bytes) -> Envelope:
    """What a delivery under `topic` is; never raises, since what is authentic is kept whatever it holds."""
    topic = topic.strip()[:_TOPIC_CHARS]
    if topic not in ORDER_TOPICS:
        return _other_topic(topic)
    try:
        return _order(topic, strict_json.parse(body))
    except Unreadable as error:
        return Envelope("unreadable", topic, why=error.detail, remedy=error.remedy)


def _other_topic(topic: str) -> Envelope:
    why = IGNORED.get(topic.partition(".")[0]) if "." in topic else None
    if why:
        return Envelope("ignored", topic, why=why)
    return Envelope(
        "unknown",
        topic,
        why=f"Nobody here knows the topic {topic!r}." if topic else "The delivery names no topic.",
        remedy="Set the webhook's topic in the shop to order created, updated, deleted or restored.",
    )


def _order(topic: str, data: object) -> Envelope:
    if not isinstance(data, dict):
        raise Unreadable(f"The body is a JSON {type(data).__name__}, not an object.", remedy=_NOT_AN_ORDER)
    error = _error_object(topic, data)
    if error is not None:
        return error
    if topic == DELETED:
        return Envelope("order", topic, str(_load(_DELETED, data)["id"]), "trash")
    if "date_created_gmt" not in data and "meta_data" not in data and "line_items" in data:
        raise Unreadable("The body has the form of API version 1.", remedy=_USE_V3)
    loaded = _load(_ENVELOPE, data)
    modified = loaded["date_modified_gmt"].replace(tzinfo=UTC)
    return Envelope("order", topic, str(loaded["id"]), loaded["status"], modified, loaded["refunds"])


def _error_object(topic: str, data: Mapping[str, object]) -> Envelope | None:
    """A signed REST error in the order's place: `code` and `data.status` (specs/woocommerce.md 1.9)."""
    inner = data.get("data")
    if not isinstance(data.get("code"), str) or not isinstance(inner, dict) or "status" not in inner:
        return None
    status = inner["status"]
    cause, remedy = _CAUSES.get(status if isinstance(status, int) else 0, _OTHER_CAUSE)
    code = "".join(c for c in str(data["code"])[:80] if c.isprintable())
    return Envelope("error", topic, why=f"{cause} The shop sent {code} instead of the order.", remedy=remedy)


def _load(schema: Schema, data: Mapping[str, object]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(data)
    except (ValidationError, OverflowError) as error:
        raise Unreadable(_sentence(error), remedy=_NOT_AN_ORDER) from None
    return loaded


def _sentence(error: ValidationError | OverflowError) -> str:
    problems = error.messages_dict if isinstance(error, ValidationError) else {"date_modified_gmt": ["Out of range."]}
    return " ".join(f"{name}: {' '.join(map(str, said))}" for name, said in problems.items())


_USE_V3 = "Set the webhook's API version to v3 in the shop (WooCommerce, Advanced, Webhooks), then save the order."
_NOT_AN_ORDER = "Look at the body, mend what changes it in the shop, then save the order there again."
_NO_RIGHTS = (
    "The webhook's owner lost the right to read orders.",
    "Save the webhook anew in the shop as a user who may read orders (shop manager), then save this order again.",
)
_CAUSES: Mapping[int, tuple[str, str]] = {
    401: _NO_RIGHTS,
    403: _NO_RIGHTS,
    404: (
        "The order was gone before it was delivered, or the webhook's API version cannot be used.",
        "If the order still exists, set the webhook's API version to v3 and save the order; if not, close this one.",
    ),
}
_OTHER_CAUSE = (
    "The shop could not build the order.",
    "Look at the shop's own log for this error, mend it, then save the order again.",
)
