"""The console's own pages: login, start page, dead letters, logout. Every form carries a CSRF token; what changes
something is a POST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_login import current_user, logout_user
from flask_wtf.csrf import CSRFError

from console.web import auth
from console.web.auth import Gate
from console.web.dead import DeadLetters
from ledger import alarms, events
from schemas.event import State
from workers.bell import BellDown
from workers.house import DOOR_RING, House

_OPEN = ("console.login", "console.enter")
_STATIC = Path(__file__).resolve().parent / "static"


def register(app: Flask, house: House, gate: Gate) -> None:
    """Hang the console's pages on `app`; `/console/static/` serves what pages need, without a login."""
    app.register_blueprint(_blueprint(house, gate))
    app.add_url_rule("/console/static/<path:filename>", endpoint="static", view_func=_static)


def _static(filename: str) -> Response:
    return send_from_directory(_STATIC, filename, max_age=3600)


def _blueprint(house: House, gate: Gate) -> Blueprint:
    pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
    pages.before_request(auth.csrf.protect)
    pages.before_request(lambda: None if request.endpoint in _OPEN else auth.required())
    pages.after_request(headers)
    pages.register_error_handler(CSRFError, lambda error: _login_page(400, "This form was too old: please try again."))
    pages.register_error_handler(RateLimitExceeded, _too_often)
    pages.add_url_rule("/login", "login", lambda: _login(), methods=["GET"])
    pages.add_url_rule("/login", "enter", _limited(gate), methods=["POST"])
    pages.add_url_rule("/logout", "logout", _logout, methods=["POST"])
    pages.add_url_rule("/", "home", lambda: _home(house), methods=["GET"])
    DeadLetters(house).register(pages)
    return pages


def headers(answer: Response) -> Response:
    """Pages of people are not kept by caches; the referrer stays on this site, where the CSRF check wants it."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _limited(gate: Gate) -> Callable[[], ResponseReturnValue]:
    """The login's POST, limited by address and by name."""

    def enter() -> ResponseReturnValue:
        name, password = request.form.get("name", "").strip(), request.form.get("password", "")
        if not gate.enter(name[:100], password[:1000]):
            return _login_page(401, "Name or password is wrong.")
        return redirect(auth.safe_next(request.form.get("next")), 303)

    view = gate.limiter.limit(auth.PER_NAME, key_func=auth.by_name, deduct_when=auth.wrong_password)(enter)
    return gate.limiter.limit(auth.PER_ADDRESS, deduct_when=auth.wrong_password)(view)


def _login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(auth.safe_next(request.args.get("next")))
    return _login_page(200)


def _too_often(_error: RateLimitExceeded) -> Response:
    answer = _login_page(429, "Too many attempts: please wait a minute.")
    answer.headers["Retry-After"] = "60"
    return answer


def _login_page(status: int, message: str = "") -> Response:
    target = auth.safe_next(request.form.get("next") or request.args.get("next"))
    return make_response(render_template("console/login.html", message=message, target=target), status)


def _logout() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for(auth.LOGIN), 303)


def _home(house: House) -> ResponseReturnValue:
    with house.ledger.read() as tx:
        counts, open_alarms = events.counts(tx), alarms.open_alarms(tx)
        oldest = events.oldest_due(tx, datetime.now(UTC))
    return render_template(
        "console/home.html",
        waiting=counts[State.WAITING],
        dead=counts[State.DEAD],
        alarms=open_alarms,
        oldest=round(oldest),
        redis_is_away=not _redis_answers(house),
    )


def _redis_answers(house: House) -> bool:
    bell = house.bell(DOOR_RING)
    try:
        bell.ping()
    except BellDown:
        return False
    finally:
        bell.close()
    return True
