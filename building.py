"""The house without its doors: settings in, what every process works with out. Nothing here loads Flask."""

from __future__ import annotations

import sys

import logs
import memory
from config import Settings, settings_from_environment
from ledger.engine import open_ledger
from ledger.vault import Vault
from schemas.errors import Misconfigured
from workers.house import House
from workers.notice import Notice, unwatched
from workers.timing import timing_of


def settings_or_exit() -> Settings:
    """The settings of this process' environment; ends it with one message where they are wrong."""
    try:
        return settings_from_environment()
    except Misconfigured as wrong:
        sys.exit(f"Billhook cannot start:\n{wrong}")


def house_of(settings: Settings) -> House:
    """The house, with this process' log and memory set up; nothing is connected yet."""
    logs.configure(settings.log_level, settings.log_format)
    memory.give_back()
    return House(
        settings.database_url,
        settings.redis_url,
        open_ledger(settings.database_url, Vault(settings.secret_keys)),
        timing_of(settings.timing),
        public_url=settings.public_url,
        slots=settings.slots,
        allow_private=settings.allow_private_addresses,
        vendor_limits=settings.vendor_limits == "kept",
        notice=_watching(settings),
        var=settings.var,
    )


def _watching(settings: Settings) -> Notice:
    if not settings.sentry_dsn:
        return unwatched
    import watch  # with the whole of sentry-sdk: a process that nobody watches starts sooner without it

    watch.start(settings.sentry_dsn)
    return watch.notice(settings.public_url)
