"""The shape of a problem (RFC 9457), for publishing it."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields


class PlaceSchema(Schema):
    """One place of a body, and what is wrong there."""

    class Meta:
        unknown = RAISE

    pointer = fields.String(required=True, metadata={"description": 'JSON pointer (RFC 6901); "" is the whole body.'})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """Why a request was refused, and what to do."""

    class Meta:
        unknown = RAISE

    type = fields.String(required=True, metadata={"description": "Where the code is explained."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "What happened, in one sentence."})
    code = fields.String(required=True, metadata={"description": "Its name; stable."})
    remedy = fields.String(required=True, metadata={"description": "What to do."})
    problems = fields.List(fields.Nested(PlaceSchema), metadata={"description": "Every place, at most fifty."})


class StoredSchema(Schema):
    """An order that is written down."""

    class Meta:
        unknown = RAISE

    event = fields.String(required=True, metadata={"description": "flask event show tells what became of it."})
    duplicate = fields.Boolean(required=True, metadata={"description": "It was sent before, unchanged."})
