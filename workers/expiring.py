"""Keys that end soon, or have ended: one alarm each, sounded by the clock and cleared when the key was replaced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ledger import alarms, api_keys, connections
from ledger.engine import Tx
from schemas.apikey import SOON
from workers.services import Services

ALARM = "key_ends"


def warn(services: Services) -> None:
    """Bring the alarms to what is so now."""
    now = services.now()
    with services.ledger.read() as tx:
        ending = {**dict(_senders(tx, now)), **dict(_accounts(services, tx, now))}
        sounded = {alarm.key for alarm in alarms.open_alarms(tx) if alarm.kind == ALARM}
    if ending.keys() == sounded:
        return
    with services.ledger.write() as tx:
        for key in ending.keys() - sounded:
            detail, remedy = ending[key]
            alarms.sound(tx, ALARM, key, detail, now, remedy)
        for key in sounded - ending.keys():
            alarms.clear(tx, ALARM, key, now)


def _senders(tx: Tx, now: datetime) -> Iterator[tuple[str, tuple[str, str]]]:
    """API keys as alarm key → detail and remedy."""
    for key in api_keys.list_keys(tx):
        if now + SOON >= key.expires_at:
            detail = f"The API key {key.name} {_ends(now >= key.expires_at)} on {key.expires_at:%Y-%m-%d}."
            remedy = f"Make a new one (flask key add) for whoever sends, then: flask key revoke bhk_{key.public}"
            yield f"key:{key.public}", (detail, remedy)


def _accounts(services: Services, tx: Tx, now: datetime) -> Iterator[tuple[str, tuple[str, str]]]:
    """Accounts whose key has a last day, as alarm key → detail and remedy."""
    for account in connections.list_accounts(tx, services.ledger.vault):
        last = account.expires_on
        if last and account.state != "removed" and (now + SOON).date() >= last:
            detail = f"The key of account {account.key} {_ends(now.date() > last)} on {last}."
            remedy = f"Make a new one, then: flask account resume {account.key} --set FIELD=VALUE --expires-on DAY"
            yield f"account:{account.key}", (detail, remedy)


def _ends(over: bool) -> str:
    return "ended" if over else "ends"
