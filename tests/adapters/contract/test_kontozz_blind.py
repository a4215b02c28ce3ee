"""Kontozz keeps the contract, by a profile without a look-up."""

from __future__ import annotations

from dataclasses import replace

from tests.adapters.contract import test_kontozz
from tests.adapters.contract.suite import contract
from tests.adapters.kontozz import BLIND, OPTIONS

VENDOR = replace(test_kontozz.VENDOR, options={**OPTIONS, "profile": BLIND})

test_contract = contract(VENDOR)
