"""Known vulnerabilities from a clone of PyPA's advisory database, asked like https://api.osv.dev is."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

Advisory = dict[str, Any]
_MODIFIED = re.compile(r"^modified: ['\"]?(\d{4}-\d{2}-\d{2})", re.M)
_EMPTY = "{folder} holds no advisories: give the folder of a clone of https://github.com/pypa/advisory-database."


def newest(folder: Path) -> str:
    """The day of the newest change that the database holds, "2026-11-21"; raises SystemExit when it holds none."""
    days = [found[1] for path in folder.glob("vulns/*/*.yaml") if (found := _MODIFIED.search(path.read_text()))]
    if not days:
        raise SystemExit(_EMPTY.format(folder=folder))
    return max(days)


def about(folder: Path, name: str, version: str) -> list[Advisory]:
    """The advisories of a package that hold for this version; those that were withdrawn are the asker's to drop."""
    files = sorted((folder / "vulns" / canonicalize_name(name)).glob("*.yaml"))
    advisories = (json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str)) for path in files)
    return [one for one in advisories if _holds(one, canonicalize_name(name), version)]


def _holds(advisory: Advisory, name: str, version: str) -> bool:
    ours = [one for one in advisory.get("affected", ()) if canonicalize_name(one["package"]["name"]) == name]
    return any(
        version in one.get("versions", ()) or any(_within(events, version) for events in _ranges(one)) for one in ours
    )


def _ranges(affected: Advisory) -> Iterator[list[dict[str, str]]]:
    return (one["events"] for one in affected.get("ranges", ()) if one["type"] == "ECOSYSTEM")


def _within(events: Iterable[dict[str, str]], version: str) -> bool:
    """OSV's rule (https://ossf.github.io/osv-schema/#evaluation): the last event at or before the version decides.

    A range whose versions cannot be compared holds: a person looks at it.
    """
    try:
        steps = sorted((_order(at), kind) for event in events for kind, at in event.items())
    except InvalidVersion:
        return True
    within, asked = False, Version(version)
    for at, kind in steps:
        if kind == "introduced" and at <= asked:
            within = True
        elif (kind == "fixed" and at <= asked) or (kind == "last_affected" and at < asked):
            within = False
    return within


def _order(version: str) -> Version:
    """OSV's "0" stands before every version."""
    return Version("0.dev0" if version == "0" else version)


class _Answers(BaseHTTPRequestHandler):
    """POST of OSV's query, {"package": {"name"}, "version"}."""

    def __init__(self, folder: Path, *rest: Any) -> None:
        self.folder = folder
        super().__init__(*rest)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = about(self.folder, asked["package"]["name"], asked["version"])
        body = json.dumps({"vulns": found} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the audit says what it learned."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL on loopback that answers for the database while the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answers, folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query"
        finally:
            server.shutdown()
