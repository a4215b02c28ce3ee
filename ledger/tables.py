"""The tables, said once; migrations must end in exactly this (tests compare)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    literal_column,
)

from ledger.columns import Instant, Money, RowId

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Said as literals, since a partial index serves a query only when both say the same.
WAITING: ColumnElement[str] = literal_column("'waiting'")
DEAD: ColumnElement[str] = literal_column("'dead'")
DONE: ColumnElement[str] = literal_column("'done'")
REMOVED: ColumnElement[str] = literal_column("'removed'")
LIVE: ColumnElement[str] = literal_column("'live'")


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


shops = Table(
    "shops",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("platform"),
    _text("name"),
    _text("url"),
    _text("timezone", "UTC"),
    _text("sealed_secrets"),
    _text("sealed_credentials"),
    _text("state", "active"),
    _count("rejections"),
    Column("created_at", Instant, nullable=False),
    Column("pinged_at", Instant),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _text("system"),
    _text("name"),
    _text("seller", "{}"),
    _text("options", "{}"),
    _text("sealed_credentials"),
    _text("state", "active"),
    _text("paused_reason"),
    Column("paused_at", Instant),
    Column("expires_on", Date),
    Column("created_at", Instant, nullable=False),
)

routes = Table(
    "routes",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("shop_id", RowId, ForeignKey("shops.id"), nullable=False),
    Column("account_id", RowId, ForeignKey("accounts.id"), nullable=False),
    _text("channel"),
    _text("series"),
    _text("policy", "{}"),
    _text("options", "{}"),
    _text("state", "active"),
    Column("starts_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
)

is_kept = routes.c.state != REMOVED
Index("uq_routes_way", routes.c.shop_id, routes.c.channel, unique=True, sqlite_where=is_kept, postgresql_where=is_kept)

orders = Table(
    "orders",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("shop_id", RowId, ForeignKey("shops.id"), nullable=False),
    _text("shop_key"),
    _text("order_id"),
    Column("account_id", RowId, ForeignKey("accounts.id")),
    Column("latest_event_id", Text),
    Column("latest_digest", LargeBinary),
    Column("newest_event_id", Text),
    Column("newest_modified", Instant),
    _count("newest_refunds"),
    _text("newest_status"),
    _text("number"),
    _text("identity"),
    _text("currency"),
    Column("total", Money),
    _text("decision"),
    _text("reason"),
    Column("decided_at", Instant),
    _flag("issue_allowed"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("shop_id", "order_id"),
)

leases = Table(
    "leases",
    metadata,
    Column("order_row_id", RowId, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False, unique=True),
    _count("beat"),
    _text("event_id"),
    _text("shop_key"),
)

#: Who is busy with a named thing of an account; a row whose owner holds no lease any more counts for nothing.
turns = Table(
    "turns",
    metadata,
    Column("account_id", RowId, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    _text("owner"),
)

#: How many times a request has left for an account's system; only systems that allow so many are counted.
sends = Table(
    "sends",
    metadata,
    Column("account_id", RowId, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("request", Text, primary_key=True),
    _count("times"),
)

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("shop_id", RowId, ForeignKey("shops.id"), nullable=False),
    _text("shop_key"),
    Column("order_row_id", RowId, ForeignKey("orders.id")),
    _text("kind"),
    _text("source"),
    _text("topic"),
    _text("order_id"),
    _text("status"),
    Column("modified_at", Instant),
    _count("refunds"),
    Column("received_at", Instant, nullable=False),
    _text("delivery_id"),
    _text("headers"),
    _text("state"),
    Column("due_at", Instant),
    _text("waiting_for"),
    _text("reason"),
    _text("detail"),
    _text("remedy"),
    _text("error_class"),
    _text("system"),
    _flag("sticks"),
    _count("attempts"),
    Column("first_failed_at", Instant),
    _flag("isolate"),
    _count("kills"),
    _flag("manual"),
    Column("document_id", RowId, ForeignKey("documents.id")),
    Column("account_id", RowId, ForeignKey("accounts.id")),
    Column("rung_at", Instant),
    _count("rings"),
    _count("repeats"),
    Column("last_repeat_at", Instant),
    _text("settled_by"),
    Column("ended_at", Instant),
    CheckConstraint("state in ('waiting', 'done', 'dead')", name="state"),
)


def _partial(name: str, where: ColumnElement[bool], *columns: Column[Any], unique: bool = False) -> None:
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


NOTHING: ColumnElement[str] = literal_column("''")
is_waiting = events.c.state == WAITING
is_dead = events.c.state == DEAD
is_due = and_(is_waiting, events.c.due_at.is_not(None))
is_awaiting = and_(is_waiting, events.c.waiting_for != NOTHING)
is_open_follow_up = and_(events.c.state != DONE, events.c.document_id.is_not(None))

_partial("ix_events_due", is_due, events.c.due_at, events.c.shop_id)
_partial("ix_events_awaiting", is_awaiting, events.c.waiting_for)
_partial("ix_events_waiting", is_waiting, events.c.id)
_partial("ix_events_dead", is_dead, events.c.id)
_partial("uq_events_follow_up", is_open_follow_up, events.c.document_id, events.c.kind, unique=True)
_partial("ix_events_system", events.c.system != NOTHING, events.c.system, events.c.id)
_partial("ix_events_error_class", events.c.error_class != NOTHING, events.c.error_class, events.c.id)
Index("ix_events_order", events.c.order_id, events.c.shop_id, events.c.id)
Index("ix_events_shop", events.c.shop_id, events.c.id)
Index("ix_events_reason", events.c.reason, events.c.id)
Index("ix_events_order_row", events.c.order_row_id, events.c.id)

event_bodies = Table(
    "event_bodies",
    metadata,
    Column("event_id", Text, ForeignKey("events.id"), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("shop_id", RowId, ForeignKey("shops.id"), nullable=False),
    Column("order_row_id", RowId, ForeignKey("orders.id"), nullable=False),
    _text("order_id"),
    _text("kind"),
    _text("counter"),
    _text("reference"),
    _text("state"),
    Column("account_id", RowId, ForeignKey("accounts.id"), nullable=False),
    _text("event_id"),
    _text("draft"),
    Column("document", Text),
    _text("differs", "[]"),
    _text("system_id"),
    _text("number"),
    _text("url"),
    _text("currency"),
    Column("gross", Money),
    _text("refund_id"),
    Column("order_modified", Instant),
    Column("issuing_at", Instant),
    _text("issuing_host"),
    Column("issuing_tick", BigInteger),
    _count("sends"),
    _count("nones"),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("cancelled_at", Instant),
    Column("paid_at", Instant),
    _text("email_state"),
    Column("email_at", Instant),
    _text("official_state"),
    _text("official_number"),
    UniqueConstraint("shop_id", "order_id", "kind", "counter"),
    CheckConstraint("state in ('planned', 'issuing', 'live', 'cancelled', 'held')", name="state"),
)
_partial("ix_documents_live", documents.c.state == LIVE, documents.c.kind, documents.c.currency, documents.c.gross)
_partial("ix_documents_number", documents.c.number != NOTHING, documents.c.number)
Index("ix_documents_order_row", documents.c.order_row_id)

attempts = Table(
    "attempts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("event_id", Text, ForeignKey("events.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    _count("elapsed_ms"),
    _text("outcome"),
    _text("code"),
    _text("detail"),
    _text("error_class"),
    _text("system"),
    _text("exchange"),
    _flag("manual"),
)
Index("ix_attempts_event", attempts.c.event_id, attempts.c.id)

rejections = Table(
    "rejections",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("shop_id", RowId, ForeignKey("shops.id"), nullable=False),
    Column("at", Instant, nullable=False),
    _text("reason"),
    _count("size"),
    _text("headers"),
)
Index("ix_rejections_shop", rejections.c.shop_id, rejections.c.id)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    _text("value"),
)

clocks = Table(
    "clocks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("beat_at", Instant, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", RowId, primary_key=True),
    _text("kind"),
    _text("key"),
    _text("detail"),
    _text("remedy"),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    _count("count"),
    Column("cleared_at", Instant),
    UniqueConstraint("kind", "key"),
)

#: What a follow-up fetched of a document: its PDF, for one.
document_files = Table(
    "document_files",
    metadata,
    Column("document_id", RowId, ForeignKey("documents.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", Instant, nullable=False),
)

#: People who may open the console and the RQ dashboard.
users = Table(
    "users",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _text("password_hash"),
    _text("state", "active"),
    Column("created_at", Instant, nullable=False),
    Column("last_login_at", Instant),
)

#: A bulk replay is a row of its own: its filter, how far it is, and what it has done, so that it survives a crash.
replays = Table(
    "replays",
    metadata,
    Column("id", RowId, primary_key=True),
    _text("filter", "{}"),
    _text("cursor"),
    _text("until_id"),
    _count("matched"),
    _count("replayed"),
    _text("state", "running"),
    _text("by"),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("state in ('running', 'done', 'cancelled')", name="state"),
)
_partial("ix_replays_running", replays.c.state == literal_column("'running'"), replays.c.id)

#: How a shop is looked at beside its webhooks: how far, when next, how the last look went. `mode` "" = as it comes.
polls = Table(
    "polls",
    metadata,
    Column("shop_id", RowId, ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    _text("mode"),
    Column("mark", Instant),
    Column("next_at", Instant),
    Column("began_at", Instant),
    Column("ended_at", Instant),
    Column("good_at", Instant),
    _count("listed"),
    _count("stored"),
    _text("error"),
    Column("hooks_good_at", Instant),
    _text("hooks_problem"),
    CheckConstraint("mode in ('', 'webhook+poll', 'webhook', 'poll', 'manual')", name="mode"),
)

#: An order as it was last read from its shop: what the desk decided on where deliveries only say that it changed.
readings = Table(
    "readings",
    metadata,
    Column("order_row_id", RowId, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("read_at", Instant, nullable=False),
)

#: OAuth tokens of an account (sealed), by the login they descend from; `renewing` is who asks for the next ones now,
#: and `interrupted` says that an answer to somebody who asked never came to be stored.
tokens = Table(
    "tokens",
    metadata,
    Column("account_id", RowId, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("origin", Text, primary_key=True),
    _text("sealed"),
    _count("version"),
    Column("expires_at", Instant),
    Column("renewed_at", Instant),
    _text("renewing"),
    _flag("interrupted"),
)

#: The same for a shop's own API.
shop_tokens = Table(
    "shop_tokens",
    metadata,
    Column("shop_id", RowId, ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("origin", Text, primary_key=True),
    _text("sealed"),
    _count("version"),
    Column("expires_at", Instant),
    Column("renewed_at", Instant),
    _text("renewing"),
    _flag("interrupted"),
)

#: Whether a shop's API may be called: until when it shut us out, and which login it refused, with why (JSON).
shop_gates = Table(
    "shop_gates",
    metadata,
    Column("shop_id", RowId, ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("shut_until", Instant),
    _text("refused"),
    _text("refusal"),
)

#: Calls of a shop's API by kind and minute (since 1970), where the platform counts them by the hour.
shop_calls = Table(
    "shop_calls",
    metadata,
    Column("shop_id", RowId, ForeignKey("shops.id"), primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("minute", Integer, primary_key=True, autoincrement=False),
    _count("calls"),
)
Index("ix_shop_calls_kind", shop_calls.c.kind, shop_calls.c.minute)

#: Calls made in the calendar day or month of now: quotas that must outlive Redis. `window` is the length in seconds.
quotas = Table(
    "quotas",
    metadata,
    Column("account_id", RowId, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("window", Integer, primary_key=True, autoincrement=False),
    _text("period"),
    _count("calls"),
)

#: An account's failures in a row; five open its circuit until a probe succeeds.
breakers = Table(
    "breakers",
    metadata,
    Column("account_id", RowId, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    _count("failures"),
    Column("opened_at", Instant),
    Column("probe_at", Instant),
    _text("detail"),
)

#: When each condition that events wait for last came about ("account:3": it was resumed).
wakings = Table(
    "wakings",
    metadata,
    Column("condition", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

#: Keys of programs that send; only digests. A name is free again once its key is revoked.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("public", Text, nullable=False, unique=True),
    _text("name"),
    _text("digest"),
    _text("scopes", "[]"),
    Column("shop_id", RowId, ForeignKey("shops.id")),
    Column("account_id", RowId, ForeignKey("accounts.id")),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
_partial("uq_api_keys_name", api_keys.c.revoked_at.is_(None), api_keys.c.name, unique=True)
