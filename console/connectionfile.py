"""A file of connections: its shape, its problems by path, and its secrets, which it only names (`env:NAME`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import available_timezones

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from adapters import ADAPTERS, manifest_of
from adapters.shops import is_secret
from console.shops import PLATFORMS
from schemas.errors import Unreadable
from schemas.fields import problems_of
from schemas.policy import read_policy
from workers.follow_ups import wanted

_REMEDY = "Correct the file; nothing was changed. docs/connections.md shows its shape."
_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_KEY = validate.Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", error="A key has lower-case letters, digits and single dashes.")
_SHOP_KEY = validate.Regexp(
    r"^[a-z0-9]+(-[a-z0-9]+)*-[a-z0-9]{8}$", error="A shop's key ends in a dash and eight random letters or digits."
)
_ZONE = validate.OneOf(sorted(available_timezones()), error="This is no time zone; write it like Europe/Warsaw.")
_STATE = validate.OneOf(["active", "paused"])

#: Gives what a name stands for in this process' environment, None when it stands for nothing.
ValueOf = Callable[[str], str | None]


class Day(fields.Field[date]):
    """A TOML day."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if isinstance(value, datetime) or not isinstance(value, date):
            raise ValidationError("This is no day like 2027-03-31, without quotes.")
        return value


class Moment(fields.Field[datetime]):
    """A TOML time with its zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValidationError("This is no time with its zone like 2026-11-21T00:00:00Z, without quotes.")
        return value.astimezone(UTC)


_NO_PLACE = "Write env:NAME: this file is no place for a secret."


def _only_named(value: str) -> None:
    if not _ENV.fullmatch(value):
        raise ValidationError(_NO_PLACE)


def _texts(**more: Any) -> fields.Dict:
    return fields.Dict(fields.String(), fields.String(**more), load_default=dict)


class ShopSchema(Schema):
    """A shop; its key names the table. UNAS alone works without a secret, by polling."""

    platform = fields.String(required=True, validate=validate.OneOf(PLATFORMS))
    name = fields.String(required=True, validate=validate.Length(min=1))
    url = fields.String(load_default="")
    timezone = fields.String(load_default="UTC", validate=_ZONE)
    secret = fields.String(validate=_only_named)
    credentials = _texts()
    state = fields.String(load_default=None, validate=_STATE)

    @validates_schema
    def _signed(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "secret" not in data and data["platform"] != "unas":
            raise ValidationError("Missing data for required field.", "secret")

    @validates_schema
    def _hidden(self, data: dict[str, Any], **_kwargs: Any) -> None:
        for name, text in data["credentials"].items():
            if is_secret(data["platform"], name) and not _ENV.fullmatch(text):
                raise ValidationError({"credentials": {name: [_NO_PLACE]}})


class SellerSchema(Schema):
    """The company on the documents."""

    name = fields.String(required=True, validate=validate.Length(min=1))
    country = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{2}$", error="Two capital letters."))
    vat_status = fields.String(load_default="payer", validate=validate.OneOf(["payer", "exempt", "non_payer"]))
    vat_id = fields.String(load_default=None, allow_none=True)
    oss = fields.Boolean(load_default=False)
    timezone = fields.String(load_default="UTC", validate=_ZONE)


class AccountSchema(Schema):
    """A login to an invoicing system."""

    system = fields.String(required=True, validate=validate.OneOf(sorted(ADAPTERS)))
    name = fields.String(required=True, validate=validate.Length(min=1))
    seller = fields.Nested(SellerSchema, required=True)
    settings = _texts()
    expires_on = Day(load_default=None)
    state = fields.String(load_default=None, validate=_STATE)


class RouteSchema(Schema):
    """A way of orders. `starts_at` is needed, since "now" would be another moment at every import."""

    shop = fields.String(required=True)
    account = fields.String(required=True)
    starts_at = Moment(required=True)
    channel = fields.String(load_default="")
    series = fields.String(load_default="")
    options = _texts()
    policy = fields.Dict(fields.String(), load_default=lambda: {"presets": ["invoice when paid"]})
    state = fields.String(load_default=None, validate=_STATE)


class FileSchema(Schema):
    """The whole file."""

    shops = fields.Dict(fields.String(validate=_SHOP_KEY), fields.Nested(ShopSchema), load_default=dict)
    accounts = fields.Dict(fields.String(validate=_KEY), fields.Nested(AccountSchema), load_default=dict)
    routes = fields.Dict(fields.String(validate=_KEY), fields.Nested(RouteSchema), load_default=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file says, every value checked but for its secrets."""

    shops: Mapping[str, dict[str, Any]]
    accounts: Mapping[str, dict[str, Any]]
    routes: Mapping[str, dict[str, Any]]


def read(text: str) -> Contents:
    """What the file says; raises Unreadable with path → sentence."""
    try:
        loaded = FileSchema(unknown=RAISE).load(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"The file is not TOML: {error}.", remedy=_REMEDY) from None
    except ValidationError as odd:
        raise unusable(problems_of(odd)) from None
    contents = Contents(**loaded)
    problems = _policies(contents)
    if problems:
        raise unusable(problems)
    return contents


def unusable(problems: Mapping[str, str]) -> Unreadable:
    """The error for these problems, each beside its path."""
    told = "\n".join(f"  {path.replace('.value', '')}: {said}" for path, said in sorted(problems.items()))
    return Unreadable(f"The file cannot be used:\n{told}\n", problems, remedy=_REMEDY)


def _policies(contents: Contents) -> dict[str, str]:
    """Read every route's rules in place; gives what is wrong with them, and with what is to follow documents."""
    problems: dict[str, str] = {}
    for key, route in contents.routes.items():
        try:
            route["policy"] = read_policy(route["policy"])
        except Unreadable as odd:
            problems |= {f"routes.{key}.policy.{path}": said for path, said in odd.problems.items()}
        leads = contents.accounts.get(route["account"])
        if leads:
            odd_ones = wanted.problems(route["options"], manifest_of(leads["system"], leads["settings"]))
            problems |= {f"routes.{key}.options.{name}": said for name, said in odd_ones.items()}
    return problems


def resolved(text: str, value_of: ValueOf) -> str | None:
    """A text itself, or what `env:NAME` stands for; None when that is not set."""
    named = _ENV.fullmatch(text)
    return value_of(named[1]) if named else text
