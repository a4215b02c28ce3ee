"""`flask account try`: in every system one test document comes, is shown beside its order, and goes again."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from adapters import ADAPTERS, manifest_of
from adapters.manifest import Pdf, Trial
from schemas.generic_examples import WHOLE
from simulators import world_of
from simulators.server import start
from tests.adapters.contract.bench import Vendor
from tests.console.conftest import Console
from workers.trial import MARK

#: Documents that stand at the end, by how the test document goes.
#: Where a draft has no number yet: no PDF of it is made, and no list of what is issued shows it.
UNNUMBERED = ("jortt",)
STANDING = {Trial.DRAFT: 0, Trial.DELETED: 0, Trial.CANCELLED: 0, Trial.CREDITED: 2, Trial.STAYS: 1}


@contextmanager
def connected(console: Console, system: str) -> Iterator[tuple[str, str]]:
    """An account at the system's own simulator; gives its key and the simulator's address."""
    vendor: Vendor = importlib.import_module(f"tests.adapters.contract.test_{system}").VENDOR
    with start(world_of(system)(**vendor.started)) as simulator:
        said = {**vendor.credentials(simulator.url), **vendor.options}
        seller = vendor.home.seller
        added = console.json(
            "account", "add", system, "--name", f"Try {system}", "--seller", seller.name, "--country", seller.country,
            "--vat-id", seller.vat_id or "", "--timezone", seller.timezone, *vendor.ends,
            *(part for name, value in said.items() for part in ("--set", f"{name}={value}")),
        )  # fmt: skip
        yield added["key"], simulator.url
        assert not simulator.world.crashes, simulator.world.crashes


def admin(url: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{url}/_sim/{path}", data, {"Content-Type": "application/json"}), timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("system", sorted(ADAPTERS))
def test_a_test_document_comes_is_shown_and_goes(console: Console, tmp_path: Path, system: str) -> None:
    manifest = manifest_of(system)
    with connected(console, system) as (key, url):
        (told,) = console.json("account", "try", key, "--yes", "--pdf", str(tmp_path / "test.pdf"))
        summary = admin(url, "summary")
        order, document = ({row["what"]: row[side] for row in told["compared"]} for side in ("order", "document"))
        assert told["differs"] == []
        assert order["total"] == document["total"] != "0.00"
        assert order["issue date"] == document["issue date"]
        assert document["reference"].startswith(f"{MARK}/")
        assert [item["item"] for item in told["items"]] == ["Billhook test"]
        assert system not in UNNUMBERED or document["number"] == "(a draft has none)"
        if manifest.pdf is not Pdf.NONE and system not in UNNUMBERED:
            assert (tmp_path / "test.pdf").read_bytes().startswith(b"%PDF")
        assert summary["ever"] >= 1, "a document was really made"
        assert sum(summary["per_oid"].values()) == STANDING[manifest.trial], summary
        if manifest.lists and system not in UNNUMBERED:
            assert document["number"] in [row["number"] for row in told["last_documents"]]


def test_it_says_beforehand_that_a_document_is_issued_and_nothing_happens_without_a_yes(console: Console) -> None:
    with connected(console, "konto") as (key, url):
        result = console.run("account", "try", key, input="n\n")
        assert result.exit_code == 1
        assert "issued with a number, and credited in full at the end" in result.output
        assert admin(url, "summary")["ever"] == 0


def test_a_document_whose_answer_is_lost_is_found_and_taken_away(console: Console) -> None:
    with connected(console, "fakturownia") as (key, url):
        admin(url, "faults", {"name": "502_after", "times": 1, "method": "POST", "path": "/invoices.json"})
        (told,) = console.json("account", "try", key, "--yes")
        assert told["removed"] == "It is cancelled."
        assert (admin(url, "summary")["ever"], admin(url, "summary")["documents"]) == (1, 0)


def test_a_document_that_cannot_be_taken_away_is_named(console: Console) -> None:
    with connected(console, "idoklad") as (key, url):
        admin(url, "faults", {"name": "500", "times": 9, "method": "DELETE", "path": "/IssuedInvoices"})
        result = console.run("account", "try", key, "--yes")
        assert result.exit_code == 1
        assert "It could not be taken away:" in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)


def test_an_order_of_ones_own_is_tried(console: Console, tmp_path: Path) -> None:
    own = tmp_path / "order.json"
    own.write_text(json.dumps(WHOLE))
    with connected(console, "fakturownia") as (key, _):
        words = console.says("account", "try", key, "--yes", "--file", str(own))
    assert "Parcel locker" in words and "128.90" in words
    assert "The last documents there:" in words


def test_a_file_that_is_no_order_and_a_wrong_key_are_refused_in_words(console: Console, tmp_path: Path) -> None:
    odd = tmp_path / "order.json"
    odd.write_text("{")
    with connected(console, "fakturownia") as (key, url):
        assert "neither JSON nor XML" in console.refuses("account", "try", key, "--yes", "--file", str(odd))
        admin(url, "settings", {"token": "another/demo"})
        assert "valid key" in console.refuses("account", "try", key, "--yes")
        assert admin(url, "summary")["ever"] == 0
