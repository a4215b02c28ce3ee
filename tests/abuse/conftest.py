"""The bell is tested where a Valkey runs; here its warnings would only be noise."""

from __future__ import annotations

import pytest

from workers.bell import Bell


@pytest.fixture(autouse=True)
def _nobody_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bell, "ring", lambda self, bells: None)
