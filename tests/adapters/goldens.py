"""Golden payloads: what would be sent, reviewed as a diff. BILLHOOK_GOLDEN=1 (make golden) writes them anew."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "golden"


def agrees(system: str, topic: str, payload: dict[str, Any]) -> None:
    """Compare with golden/<system>/<topic>.json, or write it when asked to."""
    golden = HERE / system / f"{topic}.json"
    text = json.dumps(payload, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("BILLHOOK_GOLDEN") == "1":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8")
    assert golden.exists(), f"{golden.name} is missing: run `make golden` and look at it"
    assert json.loads(golden.read_text("utf-8")) == payload, f"{golden.name} differs: `make golden`, then review"
