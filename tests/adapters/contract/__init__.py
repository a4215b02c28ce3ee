"""The contract every adapter keeps: `clauses` say what, a vendor's file says with whom."""

import pytest

pytest.register_assert_rewrite("tests.adapters.contract.clauses")
