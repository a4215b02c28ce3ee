"""How Alembic runs here: on the transaction that ledger.migrate opened, never on a connection of its own."""

from typing import Literal

from alembic import context

from ledger.columns import Instant, Money
from ledger.tables import metadata


def _plain(kind: str, item: object, _: object) -> str | Literal[False]:
    """Migrations say what the database sees, not our types: those may change, history may not."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant | Money) else False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_item=_plain, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
