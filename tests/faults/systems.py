"""Each invoicing system of the laboratory: its stand-in behind a wire, and the shop whose orders go there."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from adapters import ADAPTERS
from app import create_app
from config import read_settings, secret_key_in
from console.demo import STARTS_AT, Books, books_of
from console.stack import NotStarted, Stack
from schemas.document import Seller
from tests.adapters.contract.bench import Vendor
from tests.adapters.drafts import CZECHIA
from tests.adapters.kontozz import BRISK, UNDATED
from tests.adapters.organisation import NETHERLANDS
from tests.faults.proxy import Proxy

SECRET = "lab-secret-7f3a9c"
SYSTEMS = tuple(ADAPTERS)
SELLER = Seller("Bolt Kft.", "HU", vat_id="HU12345676", oss=True, timezone="Europe/Budapest")
#: For systems that want a rate of exchange told: home currency for one unit.
RATES = "EUR 25.1, HUF 0.063, CZK 1.0, PLN 5.8, SEK 2.2, USD 23.1"


@dataclass(frozen=True, slots=True)
class Narrow:
    """A system that knows a country's few VAT rates alone: which of the captured orders it can say (() = all), what
    account and stand-in must be told for it, and who sells there."""

    orders: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    seller: Seller = SELLER


#: Konto has two rates beside zero (here the Hungarian ones) and no forints. iDoklad has the rates of its own country
#: and, for sales abroad, those of others: so a Czech sells there what the captured orders are about.
NARROW = {
    "konto": Narrow(
        ("009", "023", "035", "052", "058", "062", "070"),
        {"vat_rates": "S 27, AA 5"},
        {"percent_S": "27", "percent_AA": "5"},
    ),
    "idoklad": Narrow(seller=CZECHIA.seller),
    # Jortt invoices in euros, and abroad at the rates of a private buyer's country.
    "jortt": Narrow(
        ("009", "035", "052", "058", "062", "068", "070"), settings={"one_stop_shop": True}, seller=NETHERLANDS.seller
    ),
    # The imagined Kontozz may be asked as often as one likes: the laboratory has no minutes to wait.
    "kontozz": Narrow(options={"profile": UNDATED + BRISK}),
    # A Fortnox company has the rates and currencies that it was set up with.
    "fortnox": Narrow(
        settings={"vat_rates": list(range(28)), "currencies": ["SEK", "EUR", "HUF", "CZK", "PLN", "USD"]}
    ),
}
EVERY = Narrow()


@dataclass(frozen=True, slots=True)
class Place:
    """One system: `creates` is the regular expression of the path that makes a document there."""

    system: str
    simulator: str
    wire: Proxy
    shop: str
    books: Books
    creates: str


def vendor_of(system: str) -> Vendor:
    """How the contract connects to a system's simulator."""
    found: Vendor = importlib.import_module(f"tests.adapters.contract.test_{system}").VENDOR
    return found


@contextmanager
def place(stack: Stack, system: str, settings: Mapping[str, object]) -> Iterator[Place]:
    """Start a system's stand-in and connect a shop of its own to it; `settings` are laid over the contract's."""
    vendor = vendor_of(system)
    given = {**vendor.started, **NARROW.get(system, EVERY).settings, **settings}
    simulator = stack.simulator(system, *(part for row in given.items() for part in ("--set", _setting(*row))))
    with Proxy(("127.0.0.1", urlsplit(simulator).port or 0)) as wire:
        with _commands(stack) as flask:
            shop = _connected(flask, vendor, f"http://127.0.0.1:{wire.port}")
        yield Place(system, simulator, wire, shop, books_of(stack, shop), vendor.creates or "/invoices.json")


def _setting(name: str, value: object) -> str:
    return f"{name}={json.dumps(value)}"


def _connected(flask: Callable[..., str], vendor: Vendor, url: str) -> str:
    name = f"lab {vendor.system}"
    shop = json.loads(flask("shop", "add", "woocommerce", "http://127.0.0.1:8088/", "--name", name,
                             "--secret", SECRET, "--json"))  # fmt: skip
    rates = {"exchange_rates": RATES} if any(f.name == "exchange_rates" for f in vendor.manifest.options) else {}
    said = {**vendor.credentials(url), **vendor.options, **rates, **NARROW.get(vendor.system, EVERY).options}
    settings = [part for name, value in said.items() for part in ("--set", f"{name}={value}")]
    seller = NARROW.get(vendor.system, EVERY).seller
    whose = ("--seller", seller.name, "--country", seller.country, "--vat-id", seller.vat_id or "", "--oss",
             "--timezone", seller.timezone, *vendor.ends)  # fmt: skip
    account = json.loads(flask("account", "add", vendor.system, "--name", name, *whose, *settings, "--json"))
    flask("route", "add", shop["key"], account["key"], "--preset", "invoice when paid", "--starts-at", STARTS_AT)
    return str(shop["key"])


@contextmanager
def _commands(stack: Stack) -> Iterator[Callable[..., str]]:
    """The console's commands, run in this process: thirty interpreters would take a minute to start."""
    settings = read_settings(stack.settings())
    app = create_app(replace(settings, secret_keys=(secret_key_in(settings.key_file),)))

    def flask(*arguments: str) -> str:
        with app.app_context():
            done = app.test_cli_runner().invoke(args=list(arguments))
        if done.exit_code:
            raise NotStarted(f"flask {' '.join(arguments[:2])} failed:\n{done.output}") from done.exception
        return done.stdout

    try:
        yield flask
    finally:
        app.extensions["billhook.house"].ledger.close()
