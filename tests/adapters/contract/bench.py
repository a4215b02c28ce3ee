"""Where a clause is tried: an adapter, a simulator over real HTTP (or a live sandbox), and what is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests

from adapters import adapter_class, manifest_of
from adapters.base import Adapter
from adapters.manifest import Manifest, Reference, Token
from schemas.connection import Account
from schemas.document import Draft
from schemas.errors import RateLimited, Waiting
from schemas.ports import Left, Taken
from simulators import world_of
from simulators.server import Simulator, start
from tests.adapters.drafts import POLAND, TODAY, Home

#: Short enough for a quick run, long enough for a busy machine.
DEADLINE = 1.5
FAR = date(2099, 12, 31)
CANARY_KEY = "kanarek-key-4711/demo"
Settings = Mapping[str, object]


@dataclass(frozen=True)
class Vendor:
    """What a vendor's test file says: the system, how an address becomes credentials, and the names of the
    simulator's switches (settings it is started with, and those that bring about a state the manifest speaks of).
    """

    system: str
    credentials: Callable[[str], Mapping[str, str]]
    started: Settings
    wrong_key: Mapping[str, str]
    #: Whose drafts it is asked to issue: a system that knows one country's VAT rates wants a seller of that country.
    home: Home = POLAND
    refused_options: Mapping[str, str] = field(default_factory=dict)
    #: A profile among them narrows what the system can do: the clauses go by what is left.
    options: Mapping[str, str] = field(default_factory=dict)
    read_only: Settings = field(default_factory=dict)
    duplicates: Settings = field(default_factory=dict)
    other_errors: tuple[Settings, ...] = ()
    pdf_pending: Settings = field(default_factory=dict)
    #: Which POSTs make a document, and which non-GETs change nothing (a token, a look-up with a body).
    creates: str = ""
    harmless: str = r"/token$"
    #: With which statuses a key is refused; a 200 where the body alone says it.
    refusals: tuple[int, ...] = (400, 401, 403)
    #: The path of a look-up that is a POST: where a clause breaks a reading, it is broken there too.
    looks: str = ""
    #: Method and path of what makes a full credit note ("" = as every document), and of what sends an e-mail.
    credit: tuple[str, str] = ("POST", "")
    mail: tuple[str, str] = ("POST", "")
    #: Look-ups that have no other place for a person's word than the address.
    searches: str = r"(?!)"
    #: Whether `verify` can see that a key may only read, or a create alone shows it.
    role_shows: bool = True
    #: The system says how long to wait by a Retry-After header; else in a way of its own, in seconds.
    retry_after: bool = True
    #: The system says nothing of it: so many seconds are waited.
    pause: float = 0.0
    official: Mapping[str, Settings] = field(default_factory=dict)
    #: A login by a refresh token that is good once, laid over the credentials: the stand-in's own first one.
    rotating: Mapping[str, str] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        return manifest_of(self.system, self.options)

    @property
    def last_day(self) -> date | None:
        """Of the key, where a system's keys end."""
        return FAR if self.manifest.token is Token.EXPIRING_KEY else None

    @property
    def ends(self) -> tuple[str, ...]:
        """The same for `flask account add`."""
        return ("--expires-on", str(self.last_day)) if self.last_day else ()

    @property
    def live(self) -> Mapping[str, str] | None:
        """Credentials of a sandbox from the environment, e.g. BILLHOOK_LIVE_FAKTUROWNIA_API_TOKEN."""
        if os.environ.get("BILLHOOK_LIVE") != self.system:
            return None
        prefix = f"BILLHOOK_LIVE_{self.system.upper()}_"
        fields = self.manifest.credentials + self.manifest.options
        given = {entry.name: os.environ.get(prefix + entry.name.upper(), "") for entry in fields}
        assert not self.manifest.problems(given), f"set {prefix}…: {self.manifest.problems(given)}"
        return {name: value for name, value in given.items() if value}


class Ledgerless:
    """A budget and a guard that count, and refuse when told to."""

    def __init__(self) -> None:
        self.asked, self.taken, self.penalties = 0, 0, list[float]()
        self.lease_lost = self.used_up = False

    def __call__(self) -> None:
        self.asked += 1
        if self.lease_lost:
            raise Waiting("the lease is no longer ours", until="lease")

    def room(self, calls: int, *, queued: bool = False) -> None:
        """There always is."""

    def patience(self, seconds: float) -> None:
        """Nothing is waited for."""

    def take(self) -> Taken:
        self.taken += 1
        if self.used_up:
            raise RateLimited("window used up", system="test", retry_after=5)
        return self

    def ended(self, reached: bool | None, left: Sequence[Left] = ()) -> None:
        """Nothing is kept of it."""

    def penalty(self, seconds: float) -> None:
        self.penalties.append(seconds)


class Bench:
    """One clause's table. Everything that only a simulator can do is refused on a live system by the clause's mark."""

    def __init__(self, vendor: Vendor, simulator: Simulator | None) -> None:
        self.vendor, self.manifest = vendor, vendor.manifest
        self.simulator = simulator
        self.ports = Ledgerless()

    @property
    def url(self) -> str:
        assert self.simulator is not None
        return self.simulator.url

    def adapter(self, *, url: str = "", deadline: float = 0.0, **more: Any) -> Adapter:
        """An adapter with the counting guard and budget; `credentials` and `options` are laid over the usual ones."""
        given = self.vendor.live or self.vendor.credentials(url or self.url)
        credentials, options = more.pop("credentials", {}), more.pop("options", {})
        account = Account(
            1, "account", self.manifest.key, "Contract", self.vendor.home.seller,
            credentials={**given, **credentials}, options={**self.vendor.options, **self._options(given), **options},
            expires_on=self.vendor.last_day,
        )  # fmt: skip
        ports: dict[str, Any] = {"guard": self.ports, "budget": self.ports, "allow_private": self._may_be_private}
        seconds = deadline or (DEADLINE if self._troubled else 60.0)
        return adapter_class(self.manifest.key)(account, **{**ports, "deadline": seconds, **more})

    def ask(self, adapter: Adapter, wanted: Draft) -> None:
        """The reading that comes before a write: a look-up, where the system can be asked."""
        if self.manifest.reference is Reference.NONE:
            adapter.verify()
        else:
            adapter.find(wanted)

    @property
    def _troubled(self) -> bool:
        """A fault is armed, so that an answer may never come."""
        return self.simulator is not None and bool(self.simulator.world.plan.as_json())

    @property
    def _may_be_private(self) -> bool:
        """A simulator is at home; a sandbox is not, unless BILLHOOK_LIVE_ALLOW_PRIVATE says so."""
        return not self.vendor.live or os.environ.get("BILLHOOK_LIVE_ALLOW_PRIVATE") == "1"

    def _options(self, given: Mapping[str, str]) -> dict[str, str]:
        return {entry.name: given[entry.name] for entry in self.manifest.options if entry.name in given}

    def arm(
        self, name: str, *, times: int | None = 1, method: str | None = None, path: str | None = None, **params: object
    ) -> None:
        """Have the next fitting request meet a fault; a POST is the one that makes a document, unless `path` says."""
        path = (self.vendor.creates if method == "POST" else "") if path is None else path
        if method == "GET" and self.vendor.looks and not path:
            method, path = None, self.vendor.looks
        self.admin("POST", "faults", {"name": name, "times": times, "method": method, "path": path, "params": params})

    def disarm(self) -> None:
        self.admin("DELETE", "faults")

    def switch(self, settings: Settings) -> None:
        self.admin("POST", "settings", dict(settings))

    def reset(self) -> None:
        self.admin("POST", "reset", {})

    def count(self, reference: str) -> int:
        """How many live documents the system has under a reference."""
        return int(self.admin("GET", "summary")["per_oid"].get(reference, 0))

    def documents(self) -> int:
        return int(self.admin("GET", "summary")["documents"])

    def emails(self, system_id: str) -> int:
        return int(self.admin("GET", "summary")["emails"].get(system_id, 0))

    def requests(self, *, writes: bool = False) -> list[dict[str, Any]]:
        """What the simulator was asked, oldest first; with `writes` only what changes something."""
        log: list[dict[str, Any]] = self.admin("GET", "requests")
        return [entry for entry in log if self._writes(entry)] if writes else log

    def creates(self) -> int:
        """How many requests asked for a document."""
        return sum(bool(re.search(self.vendor.creates, entry["path"])) for entry in self.requests(writes=True))

    def _writes(self, entry: dict[str, Any]) -> bool:
        return entry["method"] != "GET" and not re.search(self.vendor.harmless, entry["path"])

    def admin(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.url}/_sim/{path}", json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json()


@contextmanager
def bench_of(vendor: Vendor) -> Iterator[Bench]:
    """A bench for one vendor's whole run: its simulator started, or nothing at all for a live system."""
    if vendor.live:
        yield Bench(vendor, None)
        return
    with start(world_of(vendor.system)(**{"today": TODAY.isoformat(), **vendor.started})) as simulator:
        yield Bench(vendor, simulator)
        assert not simulator.world.crashes, simulator.world.crashes


@contextmanager
def serving(status: int, headers: Mapping[str, str], body: bytes = b"") -> Iterator[str]:
    """A little server that answers every request alike; gives its address."""

    class Same(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Same)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
