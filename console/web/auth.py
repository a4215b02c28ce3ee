"""Who may come in: users of the ledger, a session cookie, and a login that cannot be guessed quickly."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import Flask, Response, current_app, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf import CSRFProtect

from ledger import users
from ledger.users import User
from schemas.problem import Problem
from workers.house import House
from workers.queue.wire import client

log = structlog.get_logger(__name__)

SESSION = timedelta(hours=12)
#: Wrong passwords: so many from one address, and for one name from anywhere.
PER_ADDRESS = "10 per minute; 60 per hour"
PER_NAME = "5 per minute; 40 per hour"
LOGIN = "console.login"
HOME = "console.home"
_hasher = PasswordHasher()
#: A check takes 64 MiB: two at a time, however many knock.
_checks = threading.BoundedSemaphore(2)
#: What a look at the counts of logins may take (seconds).
_SECONDS = 2.0
#: What is compared for a name that nobody has, so that it takes as long as for one that somebody has. Written down,
#: not computed: every process imports this room, and a hash takes an eighth of a second.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$0UvlWLDlu7ZRgt8AK4FBjQ$puoaPvtMs3TlO1miXF1sja89/dLoiYojPJGPPjbgQM0"

csrf = CSRFProtect()


class Person(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """Who is logged in. The session names the password too (a digest of its hash): a new one ends every session."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.name = user.name

    def get_id(self) -> str:
        return f"{self.user.id}:{hashlib.sha256(self.user.password_hash.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Gate:
    """What lets people in: the house's users, and the limiter of wrong passwords."""

    house: House
    limiter: Limiter

    def load(self, session_id: str) -> Person | None:
        """The person of a session, as long as they exist, are active and have that password."""
        number = session_id.partition(":")[0]
        if not number.isdecimal():
            return None
        with self.house.ledger.read() as tx:
            found = users.user(tx, int(number))
        person = Person(found) if found and found.state == "active" else None
        return person if person and person.get_id() == session_id else None

    def enter(self, name: str, password: str) -> bool:
        """Log in; False when the name or the password is wrong, in the same time and without saying which."""
        with self.house.ledger.read() as tx:
            found = users.user_by_name(tx, name)
        known = found if found and found.state == "active" else None
        if not verify(known.password_hash if known else _NOBODY, password) or known is None:
            log.warning("login_refused", address=request.remote_addr)
            return False
        session.clear()
        session.permanent = True
        login_user(Person(known))
        with self.house.ledger.write() as tx:
            users.note_login(tx, known.id, datetime.now(UTC))
        log.info("login", user=known.id)
        return True


def hashed(password: str) -> str:
    return _hasher.hash(password)


def verify(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    with _checks:
        try:
            return _hasher.verify(password_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


def register(app: Flask, house: House) -> Gate:
    """Sessions, CSRF and rate limits for `app`; the webhooks' door has none of them."""
    app.config.update(
        SESSION_COOKIE_NAME="billhook",
        SESSION_COOKIE_SECURE=house.public_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION,
        SESSION_REFRESH_EACH_REQUEST=False,  # else an answer that was under way at the logout brings the session back
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    gate = Gate(house, _limiter(app, house))
    manager = LoginManager(app)
    manager.user_loader(gate.load)
    return gate


def _limiter(app: Flask, house: House) -> Limiter:
    """Counted in Redis for all processes; when Redis is away, in each process by itself."""
    return Limiter(
        lambda: request.remote_addr or "",
        app=app,
        storage_uri="redis://",  # where to is the pool's business
        storage_options={"connection_pool": client(house.redis_url, _SECONDS).connection_pool},
        key_prefix="billhook:login",
        in_memory_fallback_enabled=True,
        headers_enabled=False,
    )


def by_name() -> str:
    """The name as it is counted: a digest, since Redis need not know who our people are."""
    return hashlib.sha256(request.form.get("name", "").strip().encode()).hexdigest()[:32]


def wrong_password(answer: Response) -> bool:
    """Only wrong passwords are counted."""
    return answer.status_code == 401


def required() -> Response | None:
    """For `before_request` of a blueprint: nobody comes past without a login.

    Who asks for a page is sent to the login page; programs and everything that changes something get a plain 401.
    """
    if current_user.is_authenticated:
        return None
    if request.method != "GET" or not wants_page():
        raise Problem(401, "LOGIN_NEEDED", "Nobody is logged in.", remedy="Log in at /console/login, then try again.")
    answer = redirect(url_for(LOGIN, next=request.full_path.rstrip("?")))
    assert isinstance(answer, Response)  # noqa: S101 - what Flask's redirect makes
    return answer


def wants_page() -> bool:
    """Whether a person's browser asks: it likes HTML better than JSON, scripts like both alike, or JSON better."""
    liked = request.accept_mimetypes
    return liked["text/html"] > liked["application/json"]


def safe_next(target: str | None) -> str:
    """Where to go after the login: a path of this site, never another site's address."""
    home = url_for(HOME)
    if not target or "\\" in target or any(ord(c) < 33 for c in target):
        return home
    parts = urlsplit(target)
    local = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith("//")
    return target if local else home


def same_origin() -> bool:
    """Whether a page of this site sent the request. Browsers say so; what says nothing is refused as well."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None and said != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return said == "same-origin"
    own = {request.host_url.rstrip("/"), str(current_app.config.get("BILLHOOK_ORIGIN", ""))}
    return origin in own - {""}
