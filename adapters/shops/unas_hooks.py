"""UNAS's webhooks to us: an automatism per event, each with its own address, since bodies do not name the event
(unas.md 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element  # nosec B405

from adapters.shops.base import Hooks
from adapters.shops.unas_api import Api
from adapters.shops.unas_xml import Tree, text
from schemas.unas_envelope import ORDER_EVENTS

EVENTS = tuple(sorted(ORDER_EVENTS))
_RESUME = "Switch them on in UNAS (Automata folyamatok), if that was not wanted."
_BY_HAND = "Make them by hand in UNAS (Automata folyamatok): docs/unas.md says how."


def address_of(delivery_url: str, event: str) -> str:
    """Where the webhook of an event goes."""
    return f"{delivery_url}?event={event}"


def mend(api: Api, delivery_url: str) -> Hooks:
    """Make what is missing; what is switched off is said."""
    ours = _ours(api, delivery_url)
    missing = [event for event in EVENTS if event not in ours]
    told = _made(api, delivery_url, missing) if missing else {}
    mended = tuple(f"{event} was made" for event, why in told.items() if not why)
    refused = {event: why for event, why in told.items() if why}
    if refused:
        words = "; ".join(f"{event}: {why}" for event, why in refused.items())
        return Hooks(mended, problem=f"UNAS did not take these webhooks: {words}.", remedy=_BY_HAND)
    off = [event for event, rule in ours.items() if text(rule, "Active") == "no"]
    if off:
        return Hooks(mended, problem=f"The webhooks {', '.join(off)} are switched off in UNAS.", remedy=_RESUME)
    return Hooks(mended)


def _ours(api: Api, delivery_url: str) -> dict[str, Element]:
    """Event → our automatism, an active one before others."""
    found: dict[str, Element] = {}
    for rule in api.read("getAutomatism", {}, "Automatisms").findall("Automatism"):
        event = text(rule, "Event/Type")
        if text(rule, "Operation/Config/WebhookUrl") != address_of(delivery_url, event):
            continue
        if event not in found or text(rule, "Active") == "yes":
            found[event] = rule
    return found


def _made(api: Api, delivery_url: str, events: list[str]) -> Mapping[str, str]:
    """Event → why UNAS did not take it, "" when it did. It stops at the first that it refuses."""
    rules: list[Tree] = [
        {
            "Action": "add", "Name": f"Billhook {event}", "Active": "yes", "Schedule": {"Type": "instant"},
            "Event": {"Type": event},
            "Operation": {"Type": "webhook", "Config": {"WebhookUrl": address_of(delivery_url, event)}},
        }
        for event in events
    ]  # fmt: skip
    told = api.write("setAutomatism", {"Automatism": rules}, "Automatisms").findall("Automatism")
    done = [text(entity, "Status") == "ok" for entity in told]
    why = next((text(entity, "Error/Message") or text(entity, "Error") for entity in told if text(entity, "Error")), "")
    return {event: "" if index < len(done) and done[index] else why or "no reason given"
            for index, event in enumerate(events)}  # fmt: skip
