"""The ledger's fixtures, and the last word on whether PostgreSQL tests ran."""

from __future__ import annotations

import pytest

from tests.databases import missed
from tests.ledger.fixtures import database_url, house, postgres_server, postgres_template, sqlite_template

__all__ = ["database_url", "house", "postgres_server", "postgres_template", "sqlite_template"]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """The session's very last line, where nobody overlooks it."""
    for why in missed():
        print(f"PostgreSQL tests did not run: {why}.")
