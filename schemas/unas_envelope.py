"""The envelope of a UNAS webhook: which order, by which event; all else is read afresh (specs/unas.md 5)."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from schemas import strict_json
from schemas.errors import Unreadable
from schemas.event import Envelope

DELETED = "order_delete"
ORDER_EVENTS = frozenset(
    {
        "order_send",
        "order_status_modify",
        "order_modify_admin",
        "order_add_admin",
        "order_send_thirdparty",
        "successful_payment",
        DELETED,
    }
)

#: Events that a shop may well send and that owe no document, by how they begin, with the reason.
IGNORED: Mapping[str, str] = {
    "customer_": "Customers owe no document; the buyer stands in the order itself.",
    "newsletter_": "Newsletters owe no document.",
    "abandoned_cart": "An abandoned cart is no order.",
    "opinion_send": "Opinions owe no document.",
}
_TOPIC_CHARS = 100
_REMEDY = "Nothing is lost while the shop is polled; otherwise save the order in the shop again."


class _Status(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.String(load_default="")


class _Envelope(Schema):
    """`orderID` is the order's Key. `time` is not said to be the time of a change, so it is none here."""

    class Meta:
        unknown = EXCLUDE

    order_id = fields.String(required=True, data_key="orderID", validate=validate.Regexp(r"[^\x00-\x20\x7f]{1,64}\Z"))
    status = fields.Nested(_Status, data_key="orderStatus", load_default=dict, allow_none=True)


_ENVELOPE = _Envelope()


def read_envelope(event: str, header: str, body: bytes) -> Envelope:
    """What a delivery is; never raises. `event` is what its address says, `header` what X-Unas-Topic says, if anything.

    The header is not documented, so it only helps where it has a known word. Bodies carry no time of modification: none
    is ever a duplicate, since a payment's body may equal the order's own.
    """
    topic = (event.strip() or (header.strip() if _known(header.strip()) else ""))[:_TOPIC_CHARS]
    why = next((said for begins, said in IGNORED.items() if topic.startswith(begins)), None)
    if why:
        return Envelope("ignored", topic, why=why)
    if topic and topic not in ORDER_EVENTS:
        return _unknown(topic, f"Nobody here knows the event {topic!r}.")
    try:
        return _order(topic, strict_json.parse(body))
    except Unreadable as error:
        return Envelope("unreadable", topic, why=error.detail, remedy=_REMEDY)


def _known(topic: str) -> bool:
    return topic in ORDER_EVENTS or topic.startswith(tuple(IGNORED))


def _unknown(topic: str, why: str) -> Envelope:
    remedy = "Let the webhook's address in UNAS end in the event that it is for: ?event=order_send (docs/unas.md)."
    return Envelope("unknown", topic, why=why, remedy=remedy)


def _order(topic: str, data: object) -> Envelope:
    if not isinstance(data, dict):
        raise Unreadable(f"The body is a JSON {type(data).__name__}, not an object.")
    if not topic and "orderID" not in data:
        return _unknown("", "The address names no event, and the body no order.")
    try:
        loaded = _ENVELOPE.load(data)
    except ValidationError as odd:
        raise Unreadable(" ".join(f"{name}: {told}" for name, told in odd.messages_dict.items())) from None
    if topic == DELETED:
        return Envelope("order", topic, loaded["order_id"], "trash")
    name = (loaded["status"] or {}).get("name", "")
    status = "".join(c for c in name if c.isprintable())[:64]
    return Envelope("order", topic or "order", loaded["order_id"], status)
