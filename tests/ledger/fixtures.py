"""Fixtures that give a migrated ledger on each database, and words to fill it with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ledger import connections, events
from ledger.engine import Ledger, Tx, open_ledger
from ledger.migrate import migrate
from ledger.vault import Vault
from schemas.connection import Account, Shop
from schemas.document import Address, Document, Draft, Kind, LineItem, Party, Seller, TaxBreakdown, Totals, reference_of
from schemas.event import Envelope, Event, Incoming, Stored
from tests.databases import NoPostgres, Postgres, missed, postgres, sqlite_url

KEY = "a key of at least thirty-two characters"
NOW = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
_ONE = Decimal(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres | NoPostgres]:
    """A PostgreSQL server for the session, or why there is none."""
    try:
        with postgres() as server:
            yield server
    except NoPostgres as why:
        missed().append(str(why))
        yield why


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres | NoPostgres) -> Iterator[str]:
    """The name of a migrated database to copy; the empty string without a server."""
    if isinstance(postgres_server, NoPostgres):
        yield ""
        return
    with postgres_server.database() as url:
        migrate(url)
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    folder = tmp_path_factory.mktemp("template")
    migrate(sqlite_url(folder))
    return folder / "ledger.db"


@contextmanager
def _fresh(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "ledger.db")
        yield sqlite_url(folder)
        return
    server = request.getfixturevalue("postgres_server")
    if isinstance(server, NoPostgres):
        pytest.skip(f"no PostgreSQL: {server}")
    with server.database(request.getfixturevalue("postgres_template")) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database."""
    with _fresh(request.param, tmp_path, request) as url:
        yield url


@dataclass(frozen=True)
class House:
    """A ledger with one shop and one account."""

    url: str
    ledger: Ledger
    shop: Shop
    account: Account

    def incoming(
        self,
        body: bytes = b"{}",
        order: str = "7",
        *,
        verdict: str = "order",
        modified: datetime | None = NOW,
        at: datetime = NOW,
        why: str = "",
    ) -> Incoming:
        envelope = Envelope(verdict, "order.updated", order, "processing", modified, why=why)
        return Incoming(self.shop.id, self.shop.key, "woocommerce", body, envelope, at, "delivery", "{}")

    def store(self, *incoming: Incoming, now: datetime = NOW, rung: bool = True) -> list[Stored]:
        with self.ledger.write() as tx:
            return events.store(tx, incoming, now, rung=rung)

    def event(self, event_id: str) -> Event:
        with self.ledger.read() as tx:
            found = events.load(tx, event_id)
        assert found is not None
        return found

    def one(self, body: bytes = b"{}", order: str = "7", *, rung: bool = False) -> str:
        """Store one event and give its id."""
        return self.store(self.incoming(body, order), rung=rung)[0].event_id


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    ledger = open_ledger(database_url, Vault([KEY]))
    with ledger.write() as tx:
        shop = add_shop(ledger, tx, "corner")
        account = connections.add_account(
            tx, ledger.vault, key="main", system="fakturownia", name="Main", seller=Seller("Corner", "PL"),
            credentials={"token": "sesame"}, now=NOW,
        )  # fmt: skip
    yield House(database_url, ledger, shop, account)
    ledger.close()


def add_shop(ledger: Ledger, tx: Tx, slug: str) -> Shop:
    return connections.add_shop(
        tx, ledger.vault, slug=slug, platform="woocommerce", name="Corner", secrets=["one"], now=NOW
    )


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def draft(shop: Shop, order: str = "7", kind: Kind = Kind.INVOICE, gross: str = "123.00") -> Draft:
    """A draft that adds up well enough to be kept."""
    total = Decimal(gross)
    line = LineItem("1", "line_item:1", "Żurek", _ONE, total, total, "S", Decimal("23.0"), total, Decimal(0), total)
    return Draft(
        kind=kind,
        counter="1",
        reference=reference_of(shop.key, order, kind),
        order_id=order,
        order_number=order,
        currency="PLN",
        decimals=2,
        basis="gross",
        seller=Seller("Corner", "PL"),
        buyer=Party("Jan Żółw", Address(country="PL")),
        lines=(line,),
        breakdown=(TaxBreakdown("S", Decimal("23.0"), total, Decimal(0), total),),
        totals=Totals(total, Decimal(0), total, Decimal(0), Decimal(0), total),
        issue_date=NOW.date(),
    )


def document(of: Draft, number: str = "FV/1") -> Document:
    return Document(
        "fakturownia", "9", of.kind, of.reference, number, of.currency, of.totals.gross,
        vat_by_rate={"23": Decimal("1.50")}, issue_date=of.issue_date,
    )  # fmt: skip


def with_counter(of: Draft, counter: str) -> Draft:
    return replace(of, counter=counter)
