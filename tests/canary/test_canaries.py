"""Secrets and persons go through success and every kind of failure, and stay where they belong: in the stored body.

Not one of them may be in a log file, a stored conversation, RQ's data in Valkey, a page of the dashboard or the
console, or in what Sentry gets.
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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from redis import Redis

from adapters.redact import Redactor
from console.stack import ROOT
from ledger import alarms, connections, events
from schemas.event import State
from tests.browser.house import Running, house, order, until
from tests.canary.system import Echo, echo
from tests.canary.worker import PASSWORD, TOKEN
from tests.console_web.sink import Sink, sentry

KEY = "kanary-secret-key-7Q-of-at-least-thirty-two"
FIRST, LAST = "Żyta7Q", "Kanarkowska7Q"
EMAIL, STREET, PHONE = "zyta.kanarkowska7q@customer.test", "Kanarkowa7Q 5", "+36307777007"
WRONG = "kanary-wrong-password-7Q"
CANARIES = {
    "api token": TOKEN,
    "password": PASSWORD,
    "wrong password": WRONG,
    "secret key": KEY,
    "first name": FIRST,
    "last name": LAST,
    "e-mail": EMAIL,
    "street": STREET,
    "phone": PHONE,
}

pytestmark = pytest.mark.slow


@dataclass
class Lab:
    """The house, the system that echoes, and a Sentry of our own."""

    running: Running
    system: Echo
    sink: Sink
    number: int = 0

    def order(self, prefix: str = "1") -> dict[str, Any]:
        self.number += 1
        person = {"first_name": FIRST, "last_name": LAST, "address_1": STREET, "phone": PHONE, "email": EMAIL}
        made = order(int(f"{prefix}{self.number:04}"))
        return {**made, "billing": {**made["billing"], **person}, "customer_note": f"{FIRST} {LAST} {EMAIL}"}

    def account(self, url: str) -> None:
        """Point the shop's account at a system, with the canary as its key."""
        ledger = self.running.books.ledger
        with ledger.write() as tx:
            (found,) = connections.list_accounts(tx, ledger.vault)
            connections.set_account_credentials(tx, ledger.vault, found.id, {"url": url, "api_token": TOKEN})

    def deliver(self, prefix: str = "1") -> str:
        body = self.order(prefix)
        assert self.running.post(body) == 200
        return str(body["id"])

    def reason(self, order_id: str) -> tuple[State, str, int]:
        """Where the order's event stands, and after how many tries."""
        with self.running.books.ledger.read() as tx:
            (event,) = [event for event in events.page(tx, order=order_id) if event.kind == "order"]
            return event.state, event.reason, len(events.attempts(tx, event.id))

    def meet(self, mode: str, *wanted: str) -> None:
        """Deliver an order in this mode, and wait until its event stands for one of these reasons."""
        self.system.mode = mode
        order_id = self.deliver()
        until(lambda: self.reason(order_id)[1] in wanted, f"{mode}: {wanted}, not {self.reason(order_id)}")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    (tmp_path / "secret.key").write_text(KEY)
    with sentry() as sink, echo() as system, house(tmp_path, SENTRY_DSN=sink.dsn) as running:
        running.sim("settings", {"token": TOKEN})
        _with_defects(running)
        yield Lab(running, system, sink)


def _with_defects(running: Running) -> None:
    """Its worker is the one with the defects."""
    worker = running.stack.processes.pop("worker")
    worker.terminate()
    worker.wait(40)
    running.stack.spawn("worker-canary", [sys.executable, "-m", "tests.canary.worker"])


def test_nothing_of_a_shop_a_shopper_or_a_key_gets_out(lab: Lab) -> None:
    _success(lab)
    _failures(lab)
    _defects(lab)
    _strangers(lab)
    until(lambda: len(lab.sink.events()) >= 5, f"Sentry heard of it, not only {len(lab.sink.events())}")
    told = {(*event["fingerprint"], event["tags"]["what"]) for event in lab.sink.events() if "tags" in event}
    assert {("fakturownia", "Auth", "AUTH", "account_paused"), ("", "Leaky", "DEFECT", "defect")} <= told, told
    found = [
        f"{what} in {where}"
        for where, text in _everywhere(lab).items()
        for what, canary in CANARIES.items()
        if any(spelling in text for spelling in _spellings(canary))
    ]
    assert found == []


def _success(lab: Lab) -> None:
    lab.account(lab.running.simulator)
    order_id = lab.deliver()
    until(lambda: lab.reason(order_id)[0] is State.DONE, "the order is invoiced")
    assert any(f"/{order_id}/" in reference for reference in lab.running.documents())


def _failures(lab: Lab) -> None:
    lab.account(lab.system.url)
    lab.meet("sentence", "REFUSED")
    lab.meet("html", "REFUSED", "HTML_ANSWER")
    lab.meet("timeout", "ANSWER_LOST", "AMBIGUOUS")
    lab.meet("unauthorized", "AUTH")
    with lab.running.books.ledger.write() as tx:
        (found,) = connections.list_accounts(tx, lab.running.books.ledger.vault)
        assert found.state == "paused"
        connections.resume_account(tx, found.id)
    assert set(lab.system.met) >= {"sentence", "html", "timeout", "unauthorized"}


def _defects(lab: Lab) -> None:
    lab.system.mode = "sentence"
    at_the_desk, at_the_end = lab.deliver("91"), lab.deliver("92")
    until(lambda: lab.reason(at_the_desk)[1] == "DEFECT", "the desk met its defect")
    until(lambda: "job_broke" in lab.running.logs()["worker-canary.log"], f"{at_the_end} broke while it was written")


def _strangers(lab: Lab) -> None:
    """Requests with canaries where none belong: query, headers, a wrong password, a broken body."""
    running = lab.running
    told = {"Authorization": f"Bearer {TOKEN}", "Cookie": f"s={PASSWORD}", "X-WC-Webhook-Signature": TOKEN}
    for path in (f"/webhooks/{running.shop}?token={TOKEN}", f"/console/login?password={PASSWORD}", "/rq/?e=" + EMAIL):
        _ask(urllib.request.build_opener(), running.stack.url + path, f"{FIRST} {LAST} {EMAIL}".encode(), told)
    person = _Person(running)
    assert person.login(WRONG) == 401
    subprocess.run(
        [sys.executable, "-m", "flask", "user", "add", "eve", "--password-stdin"], input=f"{PASSWORD}\n", text=True,
        env=running.stack.settings(), cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip


class _Person:
    """A browser without scripts."""

    def __init__(self, running: Running) -> None:
        self.url = running.stack.url
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
    places = {f"log {name}": text for name, text in lab.running.logs().items() if name != "fakturownia.log"}
    places |= _ledger(lab) | _pages(lab)
    places["valkey"] = _valkey(lab.running.stack.redis_url)
    places["sentry"] = b"".join(lab.sink.raw).decode()
    assert all(places.values()), [where for where, text in places.items() if not text]
    return places


def _ledger(lab: Lab) -> dict[str, str]:
    """What was kept of conversations, and what people read about events and alarms."""
    with lab.running.books.ledger.read() as tx:
        listed = events.page(tx, limit=500)
        tries = [attempt for event in listed for attempt in events.attempts(tx, event.id)]
        told = [(event.detail, event.remedy) for event in listed] + [
            (a.detail, a.remedy) for a in alarms.open_alarms(tx)
        ]
    exchanges = [attempt.exchange for attempt in tries if attempt.exchange]
    assert len(exchanges) >= 4
    return {"exchanges": "\n".join(exchanges), "attempts": repr(tries), "explanations": repr(told)}


def _pages(lab: Lab) -> dict[str, str]:
    person, shop = _Person(lab.running), lab.running.shop
    assert person.login(PASSWORD) == 200
    paths = ["/console/", "/rq/", "/rq/0/data/queues.json", "/rq/0/data/workers.json", "/rq/0/view/workers"]
    for registry in ("queued", "scheduled", "started", "finished", "failed"):
        paths += [f"/rq/0/view/jobs/{shop}/{registry}/50/asc/1", f"/rq/0/data/jobs/{shop}/{registry}/50/asc/1.json"]
    pages = {path: person.get(path) for path in paths}
    jobs = json.loads(pages[f"/rq/0/data/jobs/{shop}/failed/50/asc/1.json"])["jobs"]
    assert len(jobs) >= 3, "the refused ones, and the one that broke"
    for job in jobs:
        pages[job["id"]] = person.get(f"/rq/0/data/job/{job['id']}.json")
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
