"""SuperFaktura's quota of 1,000 calls a day, by the vendor's own count, most of it used up by somebody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters import manifest_of
from adapters.superfaktura import SuperFaktura
from ledger import connections
from schemas.document import Seller
from schemas.errors import RateLimited
from simulators.server import start
from simulators.superfaktura.world import SuperFaktura as SimulatedSuperFaktura
from tests.budget.conftest import FAST, WallClock
from tests.ledger.fixtures import House
from tests.queue.conftest import Valkey
from workers.budget.budgets import Budgets
from workers.budget.redis_pace import RedisPace
from workers.queue.wire import client

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_day_that_others_used_up_too_is_not_exceeded_by_one_call_and_the_rest_goes_the_next_day(
    house: House, valkey: Valkey
) -> None:
    settings = {"token": "key-of-the-shop", "quota": "all", "today": TODAY.isoformat()}
    clock = WallClock(datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    world = SimulatedSuperFaktura()
    world.change(settings)
    with start(world) as simulator:
        login = {"email": "shop+sf@example.test", "apikey": "key-of-the-shop", "company_id": "1"}
        with house.ledger.write() as tx:
            account = connections.add_account(
                tx, house.ledger.vault, key="sf", system="superfaktura", name="SF", seller=Seller("A", "SK"),
                credentials={**login, "url": simulator.url}, now=clock(),
            )  # fmt: skip
        budgets = Budgets(house.ledger, RedisPace(client(valkey.url, 1.0)), FAST, clock)
        world.quota.day, world.quota.today, world.quota.month = TODAY, 940, 940

        def call() -> None:
            budget = budgets.of(account, manifest_of("superfaktura"))
            SuperFaktura(account, budget=budget, allow_private=True, deadline=3.0).verify()

        refused = []
        for _ in range(90):
            try:
                call()
            except RateLimited as error:
                refused.append(error.retry_after)
        assert (world.quota.today, len(refused)) == (1000, 30)
        assert min(refused) == pytest.approx(3 * 3600, abs=70)  # midnight in Bratislava is 23:00 UTC
        clock.forward(seconds=max(refused) + 60)
        world.change({"today": (TODAY + timedelta(days=1)).isoformat()})
        for _ in refused:
            call()
        assert world.quota.today == 30
