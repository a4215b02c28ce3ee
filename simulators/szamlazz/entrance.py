"""Who may come in: the login inside the XML, sessions by cookie, bursts, maintenance, and the ban after six sends."""

import hashlib
import re
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from simulators.exchange import BadBody, Request, Response
from simulators.szamlazz.answers import Refused

LOGIN = ("felhasznalo", "jelszo", "szamlaagentkulcs")
COOKIE = "JSESSIONID"
DOWN = Response(200, b"", "text/plain; charset=UTF-8", {"szlahu_down": "true"})


class Sends:
    """How often each request was sent, byte for byte; more than allowed can get an account banned (sheet section 1)."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.banned = False

    def count(self, request: Request, most: int) -> None:
        content = request.path.encode() + b"".join(files(request).values())
        name = hashlib.sha256(content).hexdigest()
        self.counted[name] += 1
        self.banned = self.banned or self.counted[name] > most

    @property
    def most(self) -> int:
        return max(self.counted.values(), default=0)


class Sessions:
    """Cookies handed out, dead after some idle time."""

    def __init__(self) -> None:
        self.used: dict[str, float] = {}

    def headers(self, request: Request, seconds: float) -> dict[str, str]:
        """A new cookie, unless the request brings a living one."""
        told = re.search(rf"{COOKIE}=(\w+)", request.header("cookie"))
        name, now = told.group(1) if told else "", time.monotonic()
        if name in self.used and now - self.used[name] < seconds:
            self.used[name] = now
            return {}
        name = secrets.token_hex(16).upper()
        self.used[name] = now
        return {"Set-Cookie": f"{COOKIE}={name}; Path=/"}


def check_login(told: Mapping[str, Any], own: Mapping[str, Any], banned: bool, writes: bool) -> None:
    """By key, or by name and password; Refused says why not."""
    user, password, key = (told.get(name, "") for name in LOGIN)
    good = key == own["token"] if key else (user, password) == (own["username"], own["password"])
    if banned or not own["token_accepted"] or not good:
        raise Refused(3)
    codes = {"unpaid": 136, "in_browser": 135, "several": 0 if key else 164}
    if code := codes.get(own["account"], 0):
        raise Refused(code)
    if own["rights"] == "read" and writes:
        raise Refused(17)


def files(request: Request) -> dict[str, bytes]:
    """Parts by name; nothing where the body is no multipart form."""
    try:
        return request.files() if request.content_type == "multipart/form-data" else {}
    except BadBody:
        return {}


def parsed(xml: bytes) -> Element:
    """Document types are refused, so no entity can grow or reach out."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise BadBody("document types are refused")
    return fromstring(xml)  # noqa: S314 - entities are refused above
