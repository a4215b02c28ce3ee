"""Secrets and persons go through success and every kind of failure of every system, and stay where they belong.

Not one of them may be in a log file, a stored conversation, RQ's data in Valkey, a page of the dashboard or the
console, or in what Sentry gets; and no secret may stand in the database in clear.
"""

from __future__ import annotations

import base64
import html
import http.cookiejar
import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from redis import Redis

from adapters.redact import Redactor
from console.stack import ROOT
from ledger import alarms, events
from schemas.event import State
from tests.browser.house import until
from tests.canary.lab import EMAIL, FIRST, HOUSE, LAST, PERSON, WRONG, Lab, lab
from tests.canary.worker import PASSWORD, TOKEN
from tests.systems.trade import SYSTEMS

#: How an order can end over there (tests/canary/system.py), beside success and a refused key.
MODES = ("sentence", "remembers", "in a 200", "first write", "look-up", "page", "silence")

pytestmark = pytest.mark.slow


@pytest.fixture(name="lab")
def running(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


def test_nothing_of_a_shop_a_shopper_or_a_key_gets_out_at_any_system(lab: Lab) -> None:
    issued = lab.everywhere("pass")
    lab.until(lambda: all(lab.event(number).state is State.DONE for number in issued), "invoiced", issued)
    _failures(lab)
    _refused_keys(lab)
    _defects(lab)
    _strangers(lab)
    _sentry_heard(lab)
    canaries = {**lab.canaries(), "api token": TOKEN}
    places = _everywhere(lab)
    assert _found(canaries, places) == []
    secrets = {what: canary for what, canary in canaries.items() if what not in PERSON}
    assert _found(secrets, {"the database": _database(lab)}) == []
    _table(lab, len(canaries), len(places))


def _found(canaries: Mapping[str, str], places: Mapping[str, str]) -> list[str]:
    return [
        f"{what} in {where}"
        for where, text in places.items()
        for what, canary in canaries.items()
        if any(spelling in text for spelling in _spellings(canary))
    ]


def _failures(lab: Lab) -> None:
    """Every system refuses in every way, saying what it was told; what was left in doubt is cleared up afterwards."""
    numbers = [number for mode in MODES for number in lab.everywhere(mode)]
    for place in lab.places:
        place.wire.mode = "pass"
        missed = {mode for mode in MODES if not place.wire.met[mode]}
        assert not missed, f"{place.name} never met {missed}"
        assert place.wire.heard >= {*place.secrets, "last name", "e-mail"}, (place.name, place.wire.heard)
    lab.until(lambda: all(lab.event(n).state is not State.WAITING for n in numbers), "every doubt is cleared", numbers)


def _refused_keys(lab: Lab) -> None:
    """Each account stands still; then each goes on."""
    numbers = lab.everywhere("unauthorized")
    assert set(lab.states().values()) == {"paused"}, lab.states()
    with lab.ledger.read() as tx:
        paused = [alarm.key for alarm in alarms.open_alarms(tx) if alarm.kind == "account_paused"]
    assert sorted(paused) == sorted(SYSTEMS)
    lab.resume()
    lab.until(lambda: all(lab.event(n).state is State.DONE for n in numbers), "all went on", numbers)


def _defects(lab: Lab) -> None:
    at_the_desk, at_the_end = (lab.deliver(lab.places[0], prefix) for prefix in ("91", "92"))
    until(lambda: lab.event(at_the_desk).reason == "DEFECT", "the desk met its defect")
    until(lambda: "job_broke" in lab.logs()["worker-canary.log"], f"{at_the_end} broke while it was written")


def _sentry_heard(lab: Lab) -> None:
    wanted = {(system, "account_paused") for system in SYSTEMS} | {("", "defect")}

    def heard() -> set[tuple[str, str]]:
        told = [(e["fingerprint"][0], e["tags"]["what"]) for e in lab.sink.events() if "tags" in e]
        return set(told)

    until(lambda: heard() >= wanted, f"Sentry heard of it: {wanted}")


def _table(lab: Lab, canaries: int, places: int) -> None:
    """For who reads: what each system met."""
    for place in lab.places:
        met = ", ".join(f"{mode} {count}" for mode, count in sorted(place.wire.met.items()))
        print(f"\n{place.name}: {met}; canaries that came by: {len(place.wire.heard)}, tokens {len(place.wire.tokens)}")
    print(f"{canaries} canaries looked for in {places} places: 0 found")


def _strangers(lab: Lab) -> None:
    """Requests with canaries where none belong: query, headers, a wrong password, a broken body."""
    url, shop = lab.stack.url, lab.places[0].shop.key
    told = {"Authorization": f"Bearer {TOKEN}", "Cookie": f"s={PASSWORD}", "X-WC-Webhook-Signature": TOKEN}
    for path in (f"/webhooks/{shop}?token={TOKEN}", f"/console/login?password={PASSWORD}", "/rq/?e=" + EMAIL):
        _ask(urllib.request.build_opener(), url + path, f"{FIRST} {LAST} {EMAIL}".encode(), told)
    assert _Person(url).login(WRONG) == 401
    subprocess.run(
        [sys.executable, "-m", "flask", "user", "add", "eve", "--password-stdin"], input=f"{PASSWORD}\n", text=True,
        env=lab.stack.settings(), cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip


class _Person:
    """A browser without scripts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def login(self, password: str, name: str = "eve") -> int:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/console/login"))
        assert token
        form = {"name": name, "password": password, "csrf_token": token[1], "next": ""}
        return _ask(self.opener, self.url + "/console/login", urllib.parse.urlencode(form).encode())[0]

    def get(self, path: str) -> str:
        return _ask(self.opener, self.url + path, None, {"Accept": "text/html"})[1]


def _ask(opener: Any, url: str, body: bytes | None, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    request = urllib.request.Request(url, body, dict(headers or {}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def _everywhere(lab: Lab) -> dict[str, str]:
    places = {f"log {name}": text for name, text in lab.logs().items()}
    places |= _ledger(lab) | _pages(lab)
    places["valkey"] = _valkey(lab.stack.redis_url)
    places["sentry"] = b"".join(lab.sink.raw).decode()
    assert all(places.values()), [where for where, text in places.items() if not text]
    return places


def _ledger(lab: Lab) -> dict[str, str]:
    """What was kept of conversations, and what people read about events and alarms."""
    with lab.ledger.read() as tx:
        listed = events.page(tx, limit=500)
        tries = [attempt for event in listed for attempt in events.attempts(tx, event.id)]
        told = [(event.detail, event.remedy) for event in listed] + [
            (a.detail, a.remedy) for a in alarms.open_alarms(tx)
        ]
    exchanges = [attempt.exchange for attempt in tries if attempt.exchange]
    kept = Counter(attempt.system for attempt in tries if attempt.exchange)
    assert all(kept[system] >= len(MODES) for system in SYSTEMS), kept
    return {"exchanges": "\n".join(exchanges), "attempts": repr(tries), "explanations": repr(told)}


def _database(lab: Lab) -> str:
    """The files themselves: whatever is not sealed there can be read."""
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in lab.stack.folder.glob("billhook.db*"))


def _pages(lab: Lab) -> dict[str, str]:
    person = _Person(lab.stack.url)
    assert person.login(PASSWORD) == 200
    paths = ["/console/", "/rq/", "/rq/0/data/queues.json", "/rq/0/data/workers.json", "/rq/0/view/workers"]
    first = lab.places[0].shop.key
    for registry in ("queued", "scheduled", "started", "finished", "failed"):
        paths += [f"/rq/0/view/jobs/{first}/{registry}/50/asc/1", f"/rq/0/data/jobs/{first}/{registry}/50/asc/1.json"]
    pages = {path: person.get(path) for path in paths}
    for place in lab.places:
        listed = person.get(f"/rq/0/data/jobs/{place.shop.key}/failed/50/asc/1.json")
        jobs = json.loads(listed)["jobs"]
        assert len(jobs) >= 2, f"the refused ones of {place.name}"
        pages[f"failed at {place.name}"] = listed
        pages |= {job["id"]: person.get(f"/rq/0/data/job/{job['id']}.json") for job in jobs}
    return pages


def _valkey(url: str) -> str:
    """Every key, by whatever command reads its type."""
    with Redis.from_url(url) as redis:
        read: dict[bytes, Callable[[bytes], Any]] = {
            b"string": redis.get,
            b"hash": redis.hgetall,
            b"list": lambda key: redis.lrange(key, 0, -1),
            b"set": redis.smembers,
            b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
            b"stream": redis.xrange,
        }
        told = []
        for key in redis.scan_iter():
            kind = redis.type(key)  # type: ignore[no-untyped-call]
            if kind != b"none":
                told.append(repr((key, read[kind](key))))
        return "\n".join(told).encode().decode("unicode_escape").encode("latin-1", "ignore").decode("utf-8", "replace")


def _spellings(canary: str) -> set[str]:
    raw = canary.encode()
    coded = {base64.b64encode(raw).decode().rstrip("="), urllib.parse.quote(canary, safe=""), repr(raw)[2:-1]}
    return {canary, json.dumps(canary)[1:-1], html.escape(canary), *coded}


def test_a_name_at_the_start_of_a_line_inside_json_is_masked() -> None:
    """The \\n before it ends in a letter; and a document's description is the customer's own words."""
    known = Redactor().knowing((), {"buyer_name": FIRST})
    assert FIRST not in known.body(json.dumps({"note": f"Order 1\n{FIRST} {LAST}"}))
    assert LAST not in known.body(json.dumps({"description": f"Order 1\n{LAST}"}))


def test_a_form_that_comes_back_inside_json_is_masked() -> None:
    """The digits of %22 before a name are part of no word."""
    known = Redactor().knowing((), {"data": json.dumps({"customer_name": f"{FIRST} {LAST}"})})
    sent = urllib.parse.urlencode({"data": json.dumps({"terms": f"{FIRST} {LAST}"}, ensure_ascii=False)})
    assert not _found(PERSON, {"the body": known.body(json.dumps({"sent": sent}))})


def test_the_key_that_a_request_carries_in_a_field_is_masked_in_the_answers_sentence() -> None:
    known = Redactor().knowing((), {"grant_type": "refresh_token", "refresh_token": HOUSE["webhook secret"]})
    assert known.sentence(f"refresh_token {HOUSE['webhook secret']} is spent") == "refresh_token *** is spent"


def test_a_buyer_told_of_in_an_earlier_request_is_masked_in_a_later_answer() -> None:
    known = Redactor().knowing((), {"PartnerId": 7}, people=(FIRST, LAST))
    assert known.sentence(f"Partner {LAST} {FIRST} has no address") == "Partner *** *** has no address"
