"""Thousands of collected tests are not looked through by the collector of garbage again and again.

With BILLHOOK_WRITE_EVIDENCE=1 each test that takes minutes leaves a row in docs/evidence/faults.md.
"""

from __future__ import annotations

import os

import pytest

import memory


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and "rare" in report.keywords and os.environ.get("BILLHOOK_WRITE_EVIDENCE"):
        from tests.faults import evidence

        test = f"`{report.nodeid.removeprefix('tests/')}`"
        row = (test, report.outcome, f"{report.duration:.0f}")
        evidence.write_rows("Tests that take minutes", "make faults-real", ("test", "outcome", "ran, s"), [row])


def pytest_collection_finish() -> None:
    memory.keep()
