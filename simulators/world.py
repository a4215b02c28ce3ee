"""The state of one simulated system behind one lock, its settings, its routes, and its log of what was asked."""

import re
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from simulators.exchange import BadBody, Refusal, Request, Response, as_json
from simulators.faults import FaultPlan, chaos_of

Handler = Callable[[Any, Request], Response]
# Opens a back door of one system: (world, request, what follows the door's name in the path) -> answer.
Door = Callable[[Any, Request, str], Response]
HIDDEN_HEADERS = ("authorization", "cookie", "x-api-key", "access-token", "client-secret")
LOG_LENGTH = 100_000


class Unrouted(Exception):
    """No handler answers this: each world says so in its own shape."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, text)
        self.status, self.text, self.headers = status, text, headers


class Routes:
    """Paths and what answers them; `{name}` stands for one part of a path, `{name*}` for all that follows."""

    def __init__(self) -> None:
        self.fixed: dict[str, dict[str, Handler]] = {}
        self.open: list[tuple[re.Pattern[str], dict[str, Handler]]] = []

    def add(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self._methods(path)[method] = handler
            return handler

        return keep

    def find(self, request: Request) -> Handler:
        """The handler of a request; Unrouted 404 for an unknown path, 405 for a known path with another method."""
        methods, request.params = self._match(request.path)
        if not methods:
            raise Unrouted(404, "Not Found")
        if request.method not in methods:
            raise Unrouted(405, "Method Not Allowed", {"Allow": ", ".join(methods)})
        return methods[request.method]

    def _match(self, path: str) -> tuple[dict[str, Handler], dict[str, str]]:
        if path in self.fixed:
            return self.fixed[path], {}
        for pattern, methods in self.open:
            if found := pattern.fullmatch(path):
                return methods, found.groupdict()
        return {}, {}

    def _methods(self, path: str) -> dict[str, Handler]:
        if "{" not in path:
            return self.fixed.setdefault(path, {})
        parts = re.sub(r"\\{(\w+)\\\*\\}", r"(?P<\1>.*)", re.escape(path))
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+?)", parts))
        for known, methods in self.open:
            if known.pattern == pattern.pattern:
                return methods
        added: dict[str, Handler] = {}
        self.open.append((pattern, added))
        self.open.sort(key=lambda entry: entry[0].groups)  # a word in a path goes before a name: search.json, {id}.json
        return added


class World:
    """Base of every simulated system: subclass, add routes, say who may come in and what the books hold."""

    key: ClassVar[str]
    routes: ClassVar[Routes]
    # Name -> value at start; the type of the value is the type demanded later. None takes anything.
    defaults: ClassVar[dict[str, Any]] = {}
    choices: ClassVar[dict[str, tuple[object, ...]]] = {}
    zone: ClassVar[ZoneInfo] = ZoneInfo("UTC")
    # (method, name) -> what answers at /_sim/NAME besides the doors every system has.
    doors: ClassVar[Mapping[tuple[str, str], Door]] = {}
    common: ClassVar[dict[str, Any]] = {
        "token": "simulator", "token_accepted": True, "latency": 0.0, "lag": 0.0, "today": "", "chaos": None,
        "rate_limit": None,
    }  # fmt: skip

    def __init__(self, **settings: Any) -> None:
        self.lock = threading.RLock()
        self.plan = FaultPlan()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.crashes: list[str] = []
        self.settings: dict[str, Any] = {**self.common, **self.defaults}
        self.change(settings)
        self.started_with = dict(self.settings)
        self.recent: deque[float] = deque()
        self.address = ""
        self.fresh()

    # ---- what each system says for itself -------------------------------------------------------------------------

    def fresh(self) -> None:
        """Empty books, as on the first day."""
        raise NotImplementedError

    def admit(self, request: Request) -> None:
        """Raise Refusal unless the request carries a good token."""
        raise NotImplementedError

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """An error in this system's own shape."""
        return as_json({"error": text}, status, headers)

    def books(self) -> dict[str, Any]:
        """Everything kept, as JSON, under the key "documents" and others."""
        raise NotImplementedError

    def summary(self) -> dict[str, Any]:
        """Enough to close the books: documents, per_oid, totals, emails."""
        raise NotImplementedError

    def patch(self, ident: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change a document behind the API's back, as a person at the system's own pages would."""
        raise NotImplementedError

    def close(self) -> None:
        """The simulator stops: end what runs beside the answers (a sender of webhooks)."""

    def tls(self) -> ssl.SSLContext | None:
        """What to serve https by; None is plain http."""
        return None

    def opened(self, url: str) -> None:
        """The simulator answers at `url` from now on."""
        self.address = url

    def secrets(self) -> tuple[str, ...]:
        """What the log must not show."""
        return (self.settings["token"],)

    def arrived(self, request: Request) -> None:
        """A request is there, before any fault: a system may count it, or name it (`request.path`)."""

    def writes(self, request: Request) -> bool:
        return request.method not in ("GET", "HEAD", "OPTIONS")

    def aside(self, request: Request) -> bool:
        """Whether a request only prepares others (a token): faults meet it only when their path was named."""
        return False

    # ---- what is alike everywhere ---------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """The honest answer to one request, the state changed under the lock."""
        with self.lock:
            try:
                handler = self.routes.find(request)
                self.admit(request)
                return handler(self, request)
            except Refusal as refusal:
                return refusal.response
            except Unrouted as nowhere:
                return self.refuse(nowhere.status, nowhere.text, nowhere.headers)
            except BadBody as error:
                return self.refuse(400, str(error))

    def unauthorized(self) -> Response:
        return self.refuse(401, "You must be logged in")

    def change(self, settings: Mapping[str, Any]) -> None:
        """Switch behaviours; unknown names and wrong types are refused before anything changes."""
        for name, value in settings.items():
            self._check_setting(name, value)
        self.settings.update(settings)
        if "chaos" in settings:
            self.plan.chaos = chaos_of(settings["chaos"]) if settings["chaos"] else None

    def reset(self) -> None:
        """As it was started: books, log and faults empty, settings as given then."""
        with self.lock:
            self.plan.clear()
            self.log.clear()
            self.crashes.clear()
            self.change(self.started_with)
            self.fresh()

    def today(self) -> date:
        return date.fromisoformat(self.settings["today"]) if self.settings["today"] else datetime.now(self.zone).date()

    def stamp(self) -> str:
        """Now, on the system's own today, with milliseconds and the system's own offset."""
        today = self.today()
        moment = datetime.now(self.zone).replace(year=today.year, month=today.month, day=today.day)
        return moment.isoformat(timespec="milliseconds")

    def hidden_by_lag(self, born: float, request: Request) -> bool:
        """Whether a look-up must not show a document yet; `born` is time.monotonic() of its making."""
        wait = max(self.settings["lag"], request.lag)
        return bool(wait) and time.monotonic() - born < wait

    def over_limit(self) -> bool:
        """Setting rate_limit {"count": n, "seconds": s}: the natural 429, besides the armed one."""
        limit = self.settings["rate_limit"]
        if not limit:
            return False
        with self.lock:
            now = time.monotonic()
            while self.recent and now - self.recent[0] > limit["seconds"]:
                self.recent.popleft()
            self.recent.append(now)
            return len(self.recent) > int(limit["count"])

    def note(self, request: Request) -> dict[str, Any]:
        """Open a line in the log; the server fills in the outcome."""
        line: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "method": request.method,
            "path": request.path, "query": self._masked(request.query_string),
            "headers": {name: "***" if name in HIDDEN_HEADERS else value for name, value in request.headers.items()},
            "body": self._masked(request.body.decode("utf-8", "replace")),
            "fault": None, "committed": None, "sent": None, "outcome": "open",
        }  # fmt: skip
        self.log.append(line)
        return line

    def _masked(self, text: str) -> str:
        """Without secrets, plain or percent-encoded."""
        for secret in filter(None, self.secrets()):
            text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return text

    def _check_setting(self, name: str, value: Any) -> None:
        known = {**self.common, **self.defaults}
        if name not in known:
            raise ValueError(f"unknown setting {name!r}; known are {', '.join(sorted(known))}")
        if name in self.choices and value not in self.choices[name]:
            raise ValueError(f"{name} must be one of {', '.join(map(str, self.choices[name]))}")
        if known[name] is not None and not _same_type(known[name], value):
            raise ValueError(f"{name} must be a {type(known[name]).__name__}")


def _same_type(known: object, value: object) -> bool:
    if isinstance(known, bool) or isinstance(value, bool):
        return isinstance(known, bool) and isinstance(value, bool)
    return isinstance(value, (int, float) if isinstance(known, (int, float)) else type(known))
