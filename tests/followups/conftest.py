"""A desk of each test's own, on both databases, with the simulator over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.followups.desk import Desk, desk_on
from tests.ledger.fixtures import database_url, house, postgres_server, postgres_template, sqlite_template

__all__ = ["database_url", "desk", "house", "postgres_server", "postgres_template", "sqlite_template"]


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A desk with everything asked for, on each database in turn."""
    with desk_on(database_url) as made:
        yield made
