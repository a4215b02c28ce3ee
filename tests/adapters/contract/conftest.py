"""One bench per vendor, swept before each clause; the table at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.adapters.contract.bench import Bench, Ledgerless, Vendor, bench_of
from tests.adapters.drafts import at


@pytest.fixture(scope="module")
def vendor_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    vendor: Vendor = request.module.VENDOR
    with bench_of(vendor) as bench:
        yield bench


@pytest.fixture
def bench(vendor_bench: Bench) -> Iterator[Bench]:
    if vendor_bench.simulator is not None:
        vendor_bench.reset()
    vendor_bench.ports = Ledgerless()
    with at(vendor_bench.vendor.home):
        yield vendor_bench


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Clauses run and left out, per system."""
    table: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            if "adapters/contract/test_" in report.nodeid and (report.when == "call" or outcome != "passed"):
                system = report.nodeid.partition("/contract/test_")[2].partition(".py")[0]
                table.setdefault(system, Counter())[outcome] += 1
    if table:
        terminalreporter.write_line("")
        terminalreporter.write_line(f"{'contract':20}{'kept':>8}{'broken':>8}{'left out':>10}")
    for system, row in sorted(table.items()):
        terminalreporter.write_line(f"{system:20}{row['passed']:>8}{row['failed']:>8}{row['skipped']:>10}")
