"""`flask doctor`: is everything as it must be, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import click

from adapters.shops import reads_back
from console.checking import FAIL, OK, WARN, Checked, check, print_checked
from console.parts import house
from console.shop_check import asked
from console.tables import in_json
from ledger import alarms, api_keys, connections, settings
from ledger.migrate import check_schema
from schemas.apikey import SOON, ApiKey
from schemas.connection import Account, Route, Shop
from schemas.errors import BillhookError
from workers import present

_REDIS_SECONDS = 2.0
#: Machines that disagree more about the time (seconds) begin work later than it is due.
_APART = 5.0
_TIME = "Let both machines keep their time by NTP."

Finding = tuple[str, Checked]


@dataclass(frozen=True, slots=True)
class Known:
    """The connections, as the checks need them."""

    shops: list[Shop]
    accounts: list[Account]
    routes: list[Route]
    keys: list[ApiKey]

    def account(self, account_id: int) -> Account:
        return next(account for account in self.accounts if account.id == account_id)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """Look at settings, database, Redis, clock, workers, every account, shop and route. Ends with 1 when one fails."""
    found = list(_findings())
    if as_json:
        click.echo(in_json([{"what": what, **checked.row()} for what, checked in found]))
    else:
        for what, checked in found:
            print_checked(checked, f"{what}: {checked.detail}")
    if any(checked.status == FAIL for _, checked in found):
        raise SystemExit(1)


def _findings() -> Iterator[Finding]:
    """Every check; without a database those that need it are left out, and that is said."""
    yield from _guarded("settings", _settings)
    database = list(_guarded("database", _database))
    yield from database
    yield from _guarded("redis", _redis)
    yield from _guarded("workers", _workers)
    if any(checked.status == FAIL for _, checked in database):
        yield "the rest", Checked(WARN, "Clock and connections were not looked at.", "Mend the database first.")
        return
    yield from _guarded("restore", _restored)
    yield from _guarded("clock", _clock)
    yield from _guarded("alarms", _alarms)
    yield from _guarded("connections", _connections)


def _guarded(what: str, looks: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A check that cannot be made is a finding too."""
    try:
        yield from looks()
    except BillhookError as error:
        yield what, Checked(FAIL, error.detail, error.remedy)


def _settings() -> Iterator[Finding]:
    address = house().public_url
    if not address:
        yield (
            "settings",
            Checked(WARN, "PUBLIC_URL is not set.", "Set it to where shops reach the door."),
        )
    elif not address.startswith("https://"):
        yield "settings", Checked(WARN, f"{address} is not https.", "Put TLS in front; orders hold personal data.")
    else:
        yield "settings", Checked(OK, f"All readable; shops reach the door at {address}.")


def _database() -> Iterator[Finding]:
    differences = check_schema(house().database_url)
    if differences:
        count = len(differences)
        yield "database", Checked(FAIL, f"It differs from this version in {count} points.", "Run: flask migrate")
        return
    house().ledger.ping()
    yield "database", Checked(OK, "Reachable, at this version's schema, and takes a write.")


def _redis() -> Iterator[Finding]:
    policy = house().bell(_REDIS_SECONDS).policy()
    if policy == "noeviction":
        yield "redis", Checked(OK, "Answers, and never evicts.")
        return
    remedy = "Set maxmemory-policy to noeviction: a job that is evicted is rung again only minutes later."
    yield "redis", Checked(FAIL, f"Its maxmemory-policy is {policy}.", remedy)


def _restored() -> Iterator[Finding]:
    """Raises Restored, which is a finding."""
    found = house().witnesses(_REDIS_SECONDS).agree()
    if found.restored_at:
        yield "restore", Checked(OK, f"The last one was accepted at {found.restored_at:%Y-%m-%d %H:%M} UTC.")


def _workers() -> Iterator[Finding]:
    found = present.workers(house().redis_url, _REDIS_SECONDS)
    if not found:
        yield "workers", Checked(FAIL, "None is registered.", "Start one: flask worker")
        return
    busy = sum(worker.state == "busy" for worker in found)
    yield "workers", Checked(OK, f"{len(found)} registered, {busy} busy.")


def _clock() -> Iterator[Finding]:
    with house().ledger.read() as tx:
        beat = settings.last_beat(tx)
    if beat is None:
        yield "clock", Checked(FAIL, "None ever ran.", "Start one: flask clock")
    else:
        yield "clock", _beaten((datetime.now(UTC) - beat).total_seconds())


def _beaten(ago: float) -> Checked:
    """What the last beat tells, which stands so many seconds ago by this machine's time."""
    if ago > house().timing.heartbeat_stale:
        return Checked(FAIL, f"The last beat is {ago:.0f} s old.", f"Start one: flask clock. One runs? {_TIME}")
    if ago < -_APART:
        return Checked(WARN, f"The last beat is {-ago:.0f} s ahead of this machine's time.", _TIME)
    return Checked(OK, f"It beat {max(ago, 0.0):.0f} s ago.")


def _alarms() -> Iterator[Finding]:
    with house().ledger.read() as tx:
        found = alarms.open_alarms(tx)
    for alarm in found:
        remedy = alarm.remedy or "flask event list --state dead, and --state waiting, say which and why."
        yield f"alarm {alarm.kind} {alarm.key}", Checked(WARN, alarm.detail, remedy)


def _connections() -> Iterator[Finding]:
    ledger = house().ledger
    with ledger.read() as tx:
        known = Known(
            [s for s in connections.list_shops(tx, ledger.vault) if s.state != "removed"],
            connections.list_accounts(tx, ledger.vault),
            connections.list_routes(tx),
            api_keys.list_keys(tx),
        )
    if not known.shops:
        yield "shops", Checked(WARN, "There is none.", "Add one: flask shop add")
    for account in known.accounts:
        if account.state != "removed":
            yield f"account {account.key}", _account(account)
    for shop in known.shops:
        yield f"shop {shop.key}", _shop(shop, known)
    for key in known.keys:
        yield f"key {key.name}", _key(key)
    for route in known.routes:
        yield f"route {route.key}", _route(route, known)


def _account(account: Account) -> Checked:
    if account.state == "paused":
        return Checked(FAIL, f"Paused: {account.paused_reason}", f"Mend it, then: flask account resume {account.key}")
    asked = _pressed(account, check(account))
    if asked.status != OK or account.expires_on is None:
        return asked
    left = account.expires_on - datetime.now(UTC).date()
    remedy = f"Make a new one, then: flask account resume {account.key} --set FIELD=VALUE --expires-on DAY"
    if left < timedelta(0):
        return Checked(WARN, f"Its key should have ended on {account.expires_on}, yet it is taken.", remedy)
    return Checked(WARN, _ends(account.expires_on, left), remedy) if left <= SOON else asked


def _pressed(account: Account, asked: Checked) -> Checked:
    """With what is left of its limits; less than a tenth is worth a word."""
    found = house().mouths().standing(account)
    low = [f"{left} of {calls} calls per {unit}" for unit, left, calls in found.left if left * 10 < calls]
    if asked.status == OK and low:
        return Checked(
            WARN, f"{asked.detail} Left: {', '.join(low)}.", "What comes waits; a larger plan may allow more."
        )
    words = [asked.detail, *([f"Limits: {found.limits}."] if found.limits else [])]
    return Checked(asked.status, " ".join(words), asked.remedy)


def _ends(last: date, left: timedelta) -> str:
    return f"Its key ends on {last}, in {left.days} days."


def _key(key: ApiKey) -> Checked:
    now = datetime.now(UTC)
    remedy = f"Make a new one (flask key add), then: flask key revoke bhk_{key.public}"
    if now >= key.expires_at:
        return Checked(WARN, f"It ended on {key.expires_at.date()}: what it sends is refused.", remedy)
    if key.ends_soon(now):
        return Checked(WARN, _ends(key.expires_at.date(), key.expires_at - now), remedy)
    return Checked(OK, f"Good until {key.expires_at.date()}.")


def _shop(shop: Shop, known: Known) -> Checked:
    ways = [route for route in known.routes if route.shop_id == shop.id]
    if not shop.secrets and not (shop.platform == "unas" and shop.credentials):
        return Checked(FAIL, "No secret is valid: all it sends is refused.", f"flask shop rotate-secret {shop.key}")
    if not ways:
        return Checked(FAIL, "It has no route: its orders wait.", f"flask route add {shop.key} ACCOUNT_KEY")
    if shop.state == "paused":
        return Checked(WARN, "Paused: its deliveries wait.", f"flask shop resume {shop.key}")
    words = f"{shop.platform} at {shop.url or 'an address not given'}, {len(ways)} routes."
    return asked(shop, words) if reads_back(shop) else Checked(OK, words)


def _route(route: Route, known: Known) -> Checked:
    account = known.account(route.account_id)
    if account.state == "removed":
        return Checked(
            FAIL, f"It leads to {account.key}, which is removed.", f"flask route edit {route.key} --account KEY"
        )
    if route.state == "paused":
        return Checked(WARN, "Paused: its orders wait.", f"flask route resume {route.key}")
    return Checked(OK, f"To {account.key}, orders placed from {route.starts_at:%Y-%m-%d %H:%M} UTC on.")
