"""Random baskets are right, and enough of them are invoices (tests/money/random_baskets.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from console.stack import ROOT
from tests.money.random_baskets import BASKETS_TO_TRY


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_random_baskets_are_right_to_the_unit_and_credits_sum_to_the_invoice() -> None:
    command = [sys.executable, "-m", "tests.money.random_baskets"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=7000)
    assert run.returncode == 0, run.stdout + run.stderr
    seen = Counter(json.loads(run.stdout.splitlines()[-1]))
    assert seen["invoice"] > BASKETS_TO_TRY // 2, seen
    assert seen["TOTAL_MISMATCH"] < BASKETS_TO_TRY // 8, seen
    assert seen["apart, rounded per line"] <= BASKETS_TO_TRY // 250, seen
    print(dict(seen))
