"""Recorded traffic goes first: every exchange with the vendor's client is understood and answered in its shape.

The samples are of public origin and no part of the project: they are read from ../shared beside the repository.
"""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.simulators.conftest import SAMPLES
from tests.simulators.jortt import CLIENT, TOKEN, Office

FOLDER = SAMPLES / "jortt"
FILES = sorted(FOLDER.glob("Jortt_*.json"))
pytestmark = pytest.mark.skipif(not FILES, reason=f"recorded samples are not here: {FOLDER}")
# Pages were cut to so many rows; with as long pages there are as many of them as were recorded, or one.
CUT_TO = 3


def exchanges(path: Any) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text()))


def differing(sample: Any, answer: Any, place: str = "") -> list[str]:
    """Keys missing or of another type; a null on either side says nothing."""
    if sample is None or answer is None:
        return []
    if isinstance(sample, dict):
        gone = [f"{place}.{name}: missing" for name in sample if not isinstance(answer, dict) or name not in answer]
        return gone or [told for name in sample for told in differing(sample[name], answer[name], f"{place}.{name}")]
    if isinstance(sample, list):
        if not isinstance(answer, list) or (sample and not answer):
            return [f"{place}: no list, or an empty one"]
        return differing(sample[0], answer[0], f"{place}[0]") if sample else []
    return [] if type(sample) is type(answer) else [f"{place}: {answer!r} for {sample!r}"]


class Replay:
    """The recorded requests one after another; recorded ids stand for those made here."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.ids: dict[str, str] = {}

    def prepare(self, entries: list[dict[str, Any]]) -> None:
        """What the recording found there before it began: its customer and its sent invoices."""
        customer = self.office.customer(customer_name="Search target", email="buyer@example.com")
        self.office.data("GET", f"/v1/customers/{customer}")
        for entry in entries:
            listed = (entry["response"]["body"] or {}) if isinstance(entry["response"]["body"], dict) else {}
            data = listed.get("data")
            for row in data if isinstance(data, list) else []:
                if isinstance(row, dict) and "invoice_status" in row and row["id"] not in self.ids:
                    self.ids[row["id"]] = self._invoice(customer, row)
        self.ids |= {ident: self.office.customer() for ident in _idents(entries) if ident not in self.ids}
        if any("'next': {" in str(entry["response"]["body"]) for entry in entries):
            self.office.switch(page_size=CUT_TO)

    def send(self, entry: dict[str, Any]) -> requests.Response:
        asked = entry["request"]
        address = urlsplit(asked.get("uri") or asked["url"])
        if address.path == TOKEN:
            return requests.post(self.office.base + TOKEN, data=asked["body"], timeout=10, auth=CLIENT,
                                 headers={"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
        url = f"{self.office.base}{self._here(address.path)}?{address.query}"
        body, form = asked.get("body"), {"Content-Type": "application/x-www-form-urlencoded"}
        if isinstance(body, dict):
            return self.office.request(asked["method"].upper(), url, timeout=10,
                                       json=json.loads(self._here(json.dumps(body))))  # fmt: skip
        return self.office.request(asked["method"].upper(), url, data=body, headers=form if body else {}, timeout=10)

    def remember(self, entry: dict[str, Any], answer: requests.Response) -> None:
        body = entry["response"]["body"]
        if entry["response"]["status"]["code"] == 201:
            self.ids[body["data"]["id"]] = answer.json()["data"]["id"]

    def _here(self, text: str) -> str:
        for recorded, ident in self.ids.items():
            text = text.replace(recorded, ident)
        return text

    def _invoice(self, customer: str, row: dict[str, Any]) -> str:
        lines = [{"description": one["description"], "units": one["units"], "vat": one["vat"],
                  "amount_per_unit": one["amount_per_unit"]} for one in row["line_items"]]  # fmt: skip
        path = "/invoices"
        ident = self.office.made(path, customer_id=customer, net_amounts=row["net_amounts"], line_items=lines,
                                 invoice_date=row["invoice_date"], send_method="self")  # fmt: skip
        while self.office.read(ident, 1)["invoice_status"] != "sent":
            pass
        shown = self.office.read(ident, 1)
        for name in ("invoice_total", "invoice_total_incl_vat"):
            assert Decimal(shown[name]["value"]) == Decimal(row[name]["value"]), name
        return ident


def _idents(entries: list[dict[str, Any]]) -> list[str]:
    """Ids that requests name in their address and no answer has made."""
    addresses = [urlsplit(entry["request"].get("uri") or entry["request"]["url"]) for entry in entries]
    return [part for address in addresses for part in address.path.split("/") if part.count("-") == 4]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:70])
def test_a_recording_is_understood_and_answered_in_its_shape(office: Office, path: Any) -> None:
    entries = exchanges(path)
    replay = Replay(office)
    replay.prepare(entries)
    for entry in entries:
        wanted = entry["response"]["status"]["code"]
        if wanted == 502:
            office.switch(outage="502")
        answer = replay.send(entry)
        assert answer.status_code == wanted, (entry["request"], answer.text)
        told = entry["response"]["body"]
        if isinstance(told, dict):
            sample = _cut(told)
            assert differing(sample, answer.json()) == [], entry["request"]
        replay.remember(entry, answer)


def _cut(told: Any) -> Any:
    """Lists were cut in the samples: the mark of it is a string among objects. What followed a cut page is not here."""
    data = told.get("data")
    if isinstance(data, list):
        if "_links" in told and len(data) == CUT_TO + 1:
            told["_links"]["next"] = None
        return {**told, "data": [row for row in data if isinstance(row, dict)][:1]}
    return told
