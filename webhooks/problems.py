"""Every error of every endpoint as an RFC 9457 problem: never a traceback, never HTML, never the cause's own text."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import structlog
from flask import Blueprint, Flask, Response, current_app, got_request_exception, request
from werkzeug.exceptions import HTTPException

from ledger.engine import LedgerDown
from schemas.errors import BillhookError, Unauthentic, Unreadable
from schemas.problem import Problem

log = structlog.get_logger(__name__)

PAGE = "/docs/errors.md"
_FILE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate", "Location")
_REMEDIES: Mapping[int, str] = {
    404: "Compare the address with the documentation.",
    405: "Use one of the methods that the Allow header names.",
    413: "Send less, or raise BODY_LIMIT.",
}


def render(
    status: int,
    code: str,
    detail: str,
    remedy: str,
    headers: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    """The answer. `type` points to the place in docs/errors.md that explains `code`; `problems` are told by pointer."""
    said: dict[str, object] = {
        "type": f"{request.host_url.rstrip('/') if request.host else ''}{PAGE}#{code.lower()}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
    }
    if problems:
        said["problems"] = [{"pointer": pointer, "detail": told} for pointer, told in problems.items()]
    answer = Response(json.dumps(said), status, headers, content_type="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def register(app: Flask) -> None:
    """Answer every error of `app` with a problem, and serve the page that explains them."""
    app.register_error_handler(BillhookError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _defect)
    page = Blueprint("problems", __name__)
    page.add_url_rule(PAGE, "page", _page)
    app.register_blueprint(page)


def _page() -> Response:
    return Response(_FILE.read_text("utf-8"), content_type="text/markdown; charset=utf-8")


def _ours(error: BillhookError) -> Response:
    match error:
        case Problem():
            return render(error.status, error.code, error.detail, error.remedy, error.headers)
        case Unauthentic():
            scheme = "Bearer" if error.code.startswith("KEY_") else "Signature"
            return render(401, error.code, error.detail, error.remedy, {"WWW-Authenticate": scheme})
        case Unreadable():
            return render(422, error.code, error.detail, error.remedy, problems=error.problems)
        case LedgerDown():
            log.error("ledger_down", why=error.detail)
            return render(
                503,
                error.code,
                "The database cannot be used just now; nothing was kept of this.",
                "Send it again in a few seconds.",
                {"Retry-After": "5"},
            )
    return _defect(error)


def _http(error: HTTPException) -> Response:
    """Flask's own errors; a redirect is none."""
    plain = error.get_response(request.environ)
    status = error.code or 500
    if status < 400:
        return Response(plain.get_data(), status, plain.headers)
    headers = {name: plain.headers[name] for name in _KEPT_HEADERS if name in plain.headers}
    phrase = HTTPStatus(status).phrase
    remedy = _REMEDIES.get(status, "Correct the request, then send it again.")
    return render(status, phrase.upper().replace(" ", "_").replace("-", "_"), f"{phrase}.", remedy, headers)


def _defect(error: Exception) -> Response:
    """Something of ours is broken. The log gets the frames and the class; texts may hold what must not be logged."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("request_failed", path=request.path, error=type(error).__name__, frames=frames)
    got_request_exception.send(current_app._get_current_object(), exception=error)  # type: ignore[attr-defined]
    return render(500, "DEFECT", "This is a defect of Billhook.", "Report it with the log lines of this moment.")
