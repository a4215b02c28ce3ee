"""Keys that end soon, or have ended: one alarm each, sounded by the clock and cleared when the key was replaced.

It is sounded 30 days before the end and again 14, 7 and 1 days before it, and when the key has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ledger import alarms, api_keys, connections
from ledger.engine import Tx
from schemas.apikey import SOON
from workers.services import Services

ALARM = "key_ends"
DAY = timedelta(days=1)
#: So many days before the end it is said again.
STEPS = (30, 14, 7, 1)


def warn(services: Services) -> None:
    """Bring the alarms to what is so now."""
    now = services.now()
    with services.ledger.read() as tx:
        ending = {**dict(_senders(tx, now)), **dict(_accounts(services, tx, now))}
        sounded = {alarm.key: alarm.detail for alarm in alarms.open_alarms(tx) if alarm.kind == ALARM}
    if {key: detail for key, (detail, _) in ending.items()} == sounded:
        return
    with services.ledger.write() as tx:
        for key, (detail, remedy) in ending.items():
            if sounded.get(key) != detail:
                alarms.sound(tx, ALARM, key, detail, now, remedy)
        for key in sounded.keys() - ending.keys():
            alarms.clear(tx, ALARM, key, now)


def _senders(tx: Tx, now: datetime) -> Iterator[tuple[str, tuple[str, str]]]:
    """API keys as alarm key → detail and remedy."""
    for key in api_keys.list_keys(tx):
        if now + SOON >= key.expires_at:
            detail = f"The API key {key.name} {_ends(key.expires_at.date(), key.expires_at - now)}."
            remedy = f"Make a new one (flask key add) for whoever sends, then: flask key revoke bhk_{key.public}"
            yield f"key:{key.public}", (detail, remedy)


def _accounts(services: Services, tx: Tx, now: datetime) -> Iterator[tuple[str, tuple[str, str]]]:
    """Accounts whose key has a last day, as alarm key → detail and remedy."""
    for account in connections.list_accounts(tx, services.ledger.vault):
        last = account.expires_on
        if last and account.state != "removed" and (now + SOON).date() >= last:
            detail = f"The key of account {account.key} {_ends(last, last - now.date() + DAY)}."
            remedy = f"Make a new one, then: flask account resume {account.key} --set FIELD=VALUE --expires-on DAY"
            yield f"account:{account.key}", (detail, remedy)


def _ends(last: date, left: timedelta) -> str:
    """In words that change with each step and not between."""
    if left <= timedelta(0):
        return f"ended on {last}"
    step = min((days for days in STEPS if left <= (days + 1) * DAY), default=STEPS[0])
    return f"ends on {last}, in {step} days or less" if step > 1 else f"ends on {last}, within a day"
