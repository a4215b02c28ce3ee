"""A whole house in which every invoicing system is talkative, every key and person a canary, and Sentry is our own."""

from __future__ import annotations

import base64
import contextlib
import hmac
import http.client
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from console.stack import Stack
from ledger import alarms, connections, events
from ledger.engine import Ledger, open_ledger
from ledger.vault import Vault
from schemas.connection import Shop
from schemas.event import Event
from schemas.policy import read_policy
from simulators import world_of
from simulators.server import start
from simulators.world import World
from tests.browser.house import until
from tests.canary.system import Talkative, talkative
from tests.canary.worker import PASSWORD
from tests.console_web.sink import Sink, sentry
from tests.systems.trade import SYSTEMS, order_at, vendor_of

KEY = "kanary-secret-key-7Q-of-at-least-thirty-two"
SHOP_SECRET = "kanary-webhook-secret-7Q"
FIRST, LAST = "Żyta7Q", "Kanarkowska7Q"
EMAIL, STREET, PHONE = "zyta.kanarkowska7q@customer.test", "Kanarkowa7Q 5", "+36307777007"
WRONG = "kanary-wrong-password-7Q"
PERSON = {"first name": FIRST, "last name": LAST, "e-mail": EMAIL, "street": STREET, "phone": PHONE}
HOUSE = {"password": PASSWORD, "wrong password": WRONG, "secret key": KEY, "webhook secret": SHOP_SECRET}
RULES = {"presets": ["invoice when paid"]}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """One system: its stand-in, the wire before it, the shop whose orders go there, the account and its secrets."""

    name: str
    world: World
    wire: Talkative
    shop: Shop
    account_id: int
    secrets: dict[str, str]


@dataclass
class Lab:
    """The house, its ledger as seen from outside, and the places."""

    stack: Stack
    ledger: Ledger
    sink: Sink
    places: list[Place] = field(default_factory=list)
    number: int = 0

    def canaries(self) -> dict[str, str]:
        """Everything that must not be seen, by what it is; tokens as far as they were handed out."""
        found = {**PERSON, **HOUSE}
        for place in self.places:
            found |= {f"{place.name}: {name}": secret for name, secret in place.secrets.items()}
            found |= {f"{place.name}: token {token}": token for token in place.wire.tokens}
        return found

    def deliver(self, place: Place, prefix: str = "1") -> str:
        """Post a signed order of the canary; gives its number."""
        self.number += 1
        person = {"first_name": FIRST, "last_name": LAST, "address_1": STREET, "phone": PHONE, "email": EMAIL}
        order = order_at(place.wire.vendor.home, int(f"{prefix}{self.number:04}"), **person)
        body = json.dumps({**order, "customer_note": f"{FIRST} {LAST} {EMAIL}"}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Signature": base64.b64encode(hmac.digest(SHOP_SECRET.encode(), body, "sha256")).decode(),
        }
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30)) as door:
            door.request("POST", f"/webhooks/{place.shop.key}", body, headers)
            assert door.getresponse().status == 200
        return str(order["id"])

    def everywhere(self, mode: str) -> list[str]:
        """Deliver an order to every system in this mode, and wait until each was tried and each system met the mode;
        gives the orders' numbers."""
        for place in self.places:
            place.wire.mode = mode
        ids = [self.deliver(place) for place in self.places]
        self.until(lambda: all(map(self.tries, ids)), f"{mode}: all were tried", ids)
        met = [place.wire.met for place in self.places]
        self.until(lambda: mode == "pass" or all(count[mode] for count in met), f"{mode}: each met it", ids)
        return ids

    def until(self, true: Callable[[], object], what: str, ids: Sequence[str]) -> None:
        """Wait; say where these orders stand when it does not come."""
        try:
            until(true, what, 120)
        except AssertionError:
            stand = [(self.event(number).state.value, self.event(number).reason) for number in ids]
            raise AssertionError(f"{what}: {stand}") from None

    def event(self, order_id: str) -> Event:
        with self.ledger.read() as tx:
            (event,) = [event for event in events.page(tx, order=order_id) if event.kind == "order"]
            return event

    def tries(self, order_id: str) -> int:
        with self.ledger.read() as tx:
            return len(events.attempts(tx, self.event(order_id).id))

    def states(self) -> dict[str, str]:
        """Each account's state, by system."""
        with self.ledger.read() as tx:
            return {found.system: found.state for found in connections.list_accounts(tx, self.ledger.vault)}

    def resume(self) -> None:
        """Every account goes on; everything goes through."""
        for place in self.places:
            place.wire.mode = "pass"
        with self.ledger.write() as tx:
            for place in self.places:
                connections.resume_account(tx, place.account_id)
                events.wake(tx, f"account:{place.account_id}", datetime.now(UTC))
            for alarm in alarms.open_alarms(tx):
                alarms.clear(tx, alarm.kind, alarm.key, datetime.now(UTC))

    def logs(self) -> dict[str, str]:
        """What every process has written so far."""
        return {path.name: path.read_text(errors="replace") for path in self.stack.folder.glob("*.log")}


@contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """Door, clock, Valkey, and the worker with the defects; a shop and an account for each system."""
    (folder / "secret.key").write_text(KEY)
    environ = {"BILLHOOK_TIMING": "fast", "ALLOW_PRIVATE_ADDRESSES": "1", "VENDOR_LIMITS": "off", "SLOTS": "12"}
    with sentry() as sink, Stack(folder, {**environ, "SENTRY_DSN": sink.dsn}) as stack, contextlib.ExitStack() as open_:
        stack.valkey()
        stack.migrate()
        ledger = open_ledger(stack.settings()["DATABASE_URL"], Vault([KEY]))
        open_.callback(ledger.close)
        made = Lab(stack, ledger, sink)
        made.places = [open_.enter_context(_place(ledger, system)) for system in SYSTEMS]
        stack.spawn("worker-canary", [sys.executable, "-m", "tests.canary.worker"])
        stack.clock()
        stack.web(workers=1)
        yield made


@contextmanager
def _place(ledger: Ledger, system: str) -> Iterator[Place]:
    """A login by a refresh token where there is one, else by the key."""
    vendor = vendor_of(system)
    given = {**vendor.credentials("http://nowhere"), **vendor.rotating}
    secrets = {name: given[name] for name in vendor.manifest.secrets if given.get(name)}
    named = {**PERSON, **secrets}
    with start(world_of(system)(**vendor.started)) as simulator, talkative(vendor, simulator.url, named) as wire:
        credentials = {**vendor.credentials(wire.url), **vendor.rotating}
        shop, account_id = _connected(ledger, wire, credentials)
        yield Place(system, simulator.world, wire, shop, account_id, secrets)
        assert not simulator.world.crashes, simulator.world.crashes


def _connected(ledger: Ledger, wire: Talkative, credentials: dict[str, str]) -> tuple[Shop, int]:
    vendor, now = wire.vendor, datetime.now(UTC)
    with ledger.write() as tx:
        shop = connections.add_shop(
            tx, ledger.vault, slug=vendor.system, platform="woocommerce", name=vendor.system, secrets=[SHOP_SECRET],
            now=now,
        )  # fmt: skip
        account = connections.add_account(
            tx, ledger.vault, key=vendor.system, system=vendor.system, name=vendor.system, seller=vendor.home.seller,
            credentials=credentials, options=vendor.options, expires_on=vendor.last_day, now=now,
        )  # fmt: skip
        connections.add_route(tx, key=vendor.system, shop_id=shop.id, account_id=account.id, policy=read_policy(RULES),
                              starts_at=LONG_AGO, now=now)  # fmt: skip
    return shop, account.id
