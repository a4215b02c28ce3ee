"""People who may open the console and the RQ dashboard. Passwords come here hashed, never as they were typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from ledger.tables import users
from ledger.upsert import insert_for
from schemas.errors import BillhookError

_COLUMNS = (
    users.c.id,
    users.c.name,
    users.c.password_hash,
    users.c.state,
    users.c.created_at,
    users.c.last_login_at,
)


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in while `state` is active."""

    id: int
    name: str
    password_hash: str = field(repr=False)
    state: str
    created_at: datetime
    last_login_at: datetime | None


def _one(tx: Connection, which: ColumnElement[bool]) -> User | None:
    row = tx.execute(select(*_COLUMNS).where(which)).one_or_none()
    return None if row is None else User(*row)


def user(tx: Connection, user_id: int) -> User | None:
    return _one(tx, users.c.id == user_id)


def user_by_name(tx: Connection, name: str) -> User | None:
    return _one(tx, users.c.name == name)


def list_users(tx: Connection) -> list[User]:
    return [User(*row) for row in tx.execute(select(*_COLUMNS).order_by(users.c.name))]


def add_user(tx: Connection, name: str, password_hash: str, now: datetime) -> None:
    """Let somebody in from now on; raises BillhookError when the name is taken."""
    row = insert_for(tx, users).values(name=name, password_hash=password_hash, created_at=now)
    if tx.execute(row.on_conflict_do_nothing(index_elements=["name"])).rowcount != 1:
        raise BillhookError(f"There is a user {name} already.", code="NAME_TAKEN", remedy="Choose another name.")


def set_password(tx: Connection, name: str, password_hash: str) -> bool:
    """Replace a password; True when there is such a user."""
    return tx.execute(update(users).where(users.c.name == name).values(password_hash=password_hash)).rowcount == 1


def remove_user(tx: Connection, name: str) -> bool:
    """Let somebody in no more; True when there was such a user."""
    return tx.execute(delete(users).where(users.c.name == name)).rowcount == 1


def note_login(tx: Connection, user_id: int, now: datetime) -> None:
    tx.execute(update(users).where(users.c.id == user_id).values(last_login_at=now))
