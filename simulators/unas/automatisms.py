"""getAutomatism and setAutomatism: how a webhook is set up by API, in the VIP package (section 5.1)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.unas.catalogue import EVENTS, OTHER_EVENTS
from simulators.unas.functions import Asked, Reply, function
from simulators.unas.nodes import Tree, every

if TYPE_CHECKING:
    from simulators.unas.world import Unas

ACTIONS = ("add", "modify", "delete")
LEAST_DELAY = 20


@dataclass
class Automatism:
    """One rule: this event, this URL. `status` narrows order_status_modify to one status."""

    ident: int
    name: str
    event: str
    url: str
    active: bool = True
    schedule: str = "instant"
    minutes: int = 0
    status: int | None = None

    def shown(self) -> Tree:
        delay = str(self.minutes) if self.schedule == "delayed" else None
        return {"Id": str(self.ident), "Name": self.name, "Active": "yes" if self.active else "no",
                "Schedule": {"Type": self.schedule, "Delay": delay}, "Event": {"Type": self.event},
                "Operation": {"Type": "webhook", "Config": {"WebhookUrl": self.url}}}  # fmt: skip


@function("getAutomatism")
def get_automatism(world: "Unas", asked: Asked) -> Reply:
    return Reply("Automatisms", {"Automatism": [rule.shown() for rule in world.automatisms.values()]})


@function("setAutomatism", root="Automatisms")
def set_automatism(world: "Unas", asked: Asked) -> Reply:
    told: list[Tree] = []
    for entity in every(asked.params.get("Automatism")):
        try:
            told.append(_carry_out(world, entity if isinstance(entity, dict) else {}))
        except ValueError as error:
            told.append({"Status": "error", "Error": str(error)})
            return Reply("Automatisms", {"Automatism": told}, failed=True)
    return Reply("Automatisms", {"Automatism": told})


def _carry_out(world: "Unas", entity: Tree) -> Tree:
    action = entity.get("Action")
    if action not in ACTIONS:
        raise ValueError("Invalid Action")
    if action == "add":
        rule = _described(Automatism(world.next_id("automatisms"), "", "", ""), entity)
        world.automatisms[rule.ident] = rule
    else:
        rule = world.automatisms.get(int(entity.get("Id") or 0)) or _missing()
        if action == "delete":
            del world.automatisms[rule.ident]
        else:
            _described(rule, entity)
    return {"Action": action, "Id": str(rule.ident), "Status": "ok"}


def _described(rule: Automatism, entity: Tree) -> Automatism:
    """Nodes left out stay as they are; everything is checked before anything changes."""
    event = _inside(entity, "Event", "Type", rule.event)
    if event not in (*EVENTS, *OTHER_EVENTS):
        raise ValueError("Invalid Event")
    if _inside(entity, "Operation", "Type", "webhook") != "webhook":
        raise ValueError("Only webhook operations are simulated")
    url = _inside(_inside(entity, "Operation", "Config", {}), "WebhookUrl", None, rule.url)
    if not str(url).startswith(("http://", "https://")):
        raise ValueError("Invalid WebhookUrl")
    schedule = _inside(entity, "Schedule", "Type", rule.schedule)
    minutes = int(_inside(entity, "Schedule", "Delay", rule.minutes) or 0)
    if schedule not in ("instant", "delayed") or (schedule == "delayed" and minutes < LEAST_DELAY):
        raise ValueError("Invalid Schedule")
    rule.event, rule.url, rule.schedule, rule.minutes = event, url, schedule, minutes
    rule.name, rule.active = entity.get("Name", rule.name), entity.get("Active", "yes") == "yes"
    return rule


def _inside(tree: Any, name: str, child: str | None, usual: Any) -> Any:
    found = tree.get(name) if isinstance(tree, dict) else None
    if child is not None:
        found = found.get(child) if isinstance(found, dict) else None
    return usual if found is None else found


def _missing() -> Automatism:
    raise ValueError("Automatism not found")
