"""The look-up is down, or shows what was made only much later."""

from __future__ import annotations

import time

from tests.faults.lab import Scene, fault, until
from tests.faults.systems import vendor_of


@fault
def look_up_down(scene: Scene) -> bool:
    """Whatever is asked is answered 500 for two seconds, while documents could be made: none is made blind."""
    looks = vendor_of(scene.lab.place.system).looks
    scene.lab.admin("faults", {"name": "500", "times": None, "method": "GET"})
    if looks:
        scene.lab.admin("faults", {"name": "500", "times": None, "method": "POST", "path": looks})
    scene.worker()
    scene.post()
    time.sleep(2)
    made = scene.made()
    scene.lab.admin("faults", method="DELETE")
    return made == 0


@fault
def look_up_lagging_after_lost_answers(scene: Scene) -> bool:
    """Answers to several writes are lost, and for a second (twenty of real time) nothing of them is found."""
    times = scene.rng.randint(3, 6)
    scene.lab.admin("faults", {"name": "lag", "times": None, "params": {"seconds": 1.0}})
    scene.lab.admin(
        "faults", {"name": "reset_after", "times": times, "method": "POST", "path": scene.lab.place.creates}
    )
    scene.worker()
    scene.post()
    return until(lambda: scene.made() >= times)
