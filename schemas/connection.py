"""Who sends (Shop), who issues (Account), which way an order goes (Route) and by which rules (Policy)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from schemas.document import Seller


@dataclass(frozen=True, slots=True)
class CashRounding:
    """Round what is due of these payment methods to a multiple of `step` (documents.md 2.3 no. 7)."""

    methods: tuple[str, ...]
    step: Decimal


@dataclass(frozen=True, slots=True)
class Policy:
    """When which document is due: `documents` maps payment method ("*" = any other) → status → invoice | proforma.

    A missing entry waits. `conditions` come before the table, first match rules (schemas/policy.py). `extra_rates` adds
    VAT rates by country, in the shape of vat_rates.json. `credit_notes` and `cancellations` False leave refunds and
    cancelled orders to people.
    """

    documents: Mapping[str, Mapping[str, str]]
    zero_rate_map: Mapping[str, str] = field(default_factory=dict)
    supply: str = "goods"
    refund_before_invoice: str = "net"
    amount_only_refund: str = "refuse"
    cash_rounding: CashRounding | None = None
    rounding_fee_names: tuple[str, ...] = ()
    credit_notes: bool = True
    cancellations: bool = True
    vat_number_keys: tuple[str, ...] = ()
    due_days: int = 14
    conditions: tuple[Mapping[str, object], ...] = ()
    extra_rates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shop:
    """A webshop that sends. `secrets` are the webhook secrets valid now, newest first; `platform` woocommerce | unas
    | generic.

    `timezone` is the shop's own (IANA); `credentials` are for reading the shop back, empty when there are none.
    """

    id: int
    key: str
    platform: str
    name: str
    url: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    timezone: str = "UTC"
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Account:
    """A login to one invoicing system, with its company. `credentials` are decrypted here and never printed.

    `state` active | paused; `paused_reason` is the system's sentence. `expires_on`: last day of the key, if known.
    """

    id: int
    key: str
    system: str
    name: str
    seller: Seller
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    state: str = "active"
    paused_reason: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a shop's orders (of one sales `channel` of it, "" = all) to an account; nothing placed before
    `starts_at`."""

    id: int
    key: str
    shop_id: int
    account_id: int
    starts_at: datetime
    policy: Policy
    channel: str = ""
    series: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    state: str = "active"
