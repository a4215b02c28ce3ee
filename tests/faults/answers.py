"""The invoicing system answers late, half, twice, in tongues, or not at all."""

from __future__ import annotations

import time
from typing import Any

from tests.faults.lab import Inflict, Scene, fault, until

CREATE: dict[str, Any] = {"method": "POST"}
#: Fault of the simulator, and how it is armed.
ANSWERS: dict[str, dict[str, Any]] = {
    "timeout_after": CREATE, "reset_after": CREATE, "502_after": CREATE, "timeout_before": CREATE,
    "reset_before": CREATE, "half": {}, "twice": {}, "500": {}, "429": {}, "empty_200": {}, "html_200": {},
    "empty_200 committed": {**CREATE, "params": {"commit": True}},
    "html_200 committed": {**CREATE, "params": {"commit": True}},
    "500 committed": {**CREATE, "params": {"commit": True}},
    "slow": {"params": {"seconds": 1}}, "drip": {"params": {"seconds": 0.01}},
    "lag": {"params": {"seconds": 0.3}},
}  # fmt: skip


def _answers(name: str, armed: dict[str, Any]) -> Inflict:
    """Up to five such answers, all of which have to be given. Jortt, which says no time with its 429, is left alone for
    a minute after each: no profile shortens that."""
    patience = 60.0 if name == "429" else 0.0

    def inflict(scene: Scene) -> bool:
        times = scene.rng.randint(1, 5)
        path = scene.lab.place.creates if armed.get("method") == "POST" else ""
        scene.lab.admin("faults", {"name": name.split()[0], "times": times, "path": path, **armed})
        scene.worker()
        scene.post()
        return until(lambda: not scene.lab.admin("faults")["armed"], 30 + times * patience)

    inflict.__name__ = f"answer_{name.replace(' ', '_')}"
    return inflict


for _name, _armed in ANSWERS.items():
    fault(_answers(_name, _armed))


@fault
def system_down_for_a_while(scene: Scene) -> bool:
    """Every request is refused with 500 until three seconds after the last order (a minute of real time)."""
    scene.worker()
    scene.lab.admin("faults", {"name": "500", "times": None})
    scene.post()
    time.sleep(3)
    met = scene.made()
    scene.lab.admin("faults", method="DELETE")
    return met == 0


@fault
def system_says_429_for_a_while(scene: Scene) -> bool:
    """Every request is put off, by a second each time, until three seconds after the last order."""
    scene.worker()
    scene.lab.admin("faults", {"name": "429", "times": None, "params": {"retry_after": "1"}})
    scene.post()
    time.sleep(3)
    met = scene.made()
    scene.lab.admin("faults", method="DELETE")
    return met == 0
