"""The clauses' register: named sentences that every adapter keeps, chosen by its manifest, tried over real HTTP.

A vendor's file declares a Vendor and says `test_contract = contract(VENDOR)`. A clause is left out only by its `when`,
a question to the manifest; `live` ones also run against a sandbox.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from adapters.manifest import Credit, Manifest, Reference
from console.stack import free_port
from schemas.document import Kind
from tests.adapters.contract.bench import Bench, Vendor

ROOMS = ("account", "issuing", "look_up", "lost", "guard", "once", "after", "listing", "silence")


@dataclass(frozen=True)
class Clause:
    """One sentence, how it is tried, and which manifests it speaks of."""

    sentence: str
    tried: Callable[[Bench], None]
    when: Callable[[Manifest], bool]
    live: bool


CLAUSES: list[Clause] = []


def clause(
    when: Callable[[Manifest], bool] = lambda manifest: True, *, live: bool = False
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Add a clause; its function's name is its sentence."""

    def add(tried: Callable[[Bench], None]) -> Callable[[Bench], None]:
        CLAUSES.append(Clause(tried.__name__.replace("_", " "), tried, when, live))
        return tried

    return add


def contract(vendor: Vendor) -> Callable[..., None]:
    """The test of one vendor: every clause a case of its own."""
    for room in ROOMS:
        importlib.import_module(f"tests.adapters.contract.clauses.{room}")

    @pytest.mark.parametrize("clause", CLAUSES, ids=lambda entry: entry.sentence)
    def test_contract(clause: Clause, bench: Bench) -> None:
        if not clause.when(vendor.manifest):
            pytest.skip("by the manifest")
        if vendor.live and not clause.live:
            pytest.skip("only against the simulator")
        clause.tried(bench)

    return test_contract


def searchable(manifest: Manifest) -> bool:
    return manifest.reference is not Reference.NONE


def unique(manifest: Manifest) -> bool:
    return manifest.reference is Reference.UNIQUE


def credits_parts(manifest: Manifest) -> bool:
    return manifest.credit is Credit.PARTIAL


def makes(kind: Kind) -> Callable[[Manifest], bool]:
    return lambda manifest: kind in manifest.kinds


def closed_door() -> str:
    """An address where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"
