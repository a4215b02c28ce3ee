"""The shop's webhooks to us: made, switched on again, and what a person has to do said in words."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.shops.hooks import TOPICS, undeliverable
from tests.shops.scripted import Asked, Said, refused, site
from tests.shops.test_woocommerce import client

URL, SECRET = "https://billhook.example.test/webhooks/hat-shop-abcd1234", "a-made-up-secret"


class Hooked:
    """A shop that keeps webhooks; more than a page of them belong to others."""

    def __init__(self, *own: dict[str, Any], others: int = 0) -> None:
        self.hooks = [self._hook(topic=TOPICS[n % 4], delivery_url=f"https://else.test/{n}") for n in range(others)]
        self.hooks += [self._hook(**hook) for hook in own]
        for number, hook in enumerate(self.hooks, 1):
            hook["id"] = number

    def _hook(self, **said: Any) -> dict[str, Any]:
        return {"status": "active", "delivery_url": URL, **said}

    def __call__(self, asked: Asked) -> Said:
        if asked.method == "GET":
            first = (int(asked.query["page"]) - 1) * int(asked.query["per_page"])
            return Said([self._shown(hook) for hook in self.hooks[first : first + int(asked.query["per_page"])]])
        if asked.method == "POST":
            self.hooks.append({"id": len(self.hooks) + 1, **asked.json})
            return Said(self._shown(self.hooks[-1]), 201)
        hook = self.hooks[int(asked.path.rpartition("/")[2]) - 1]
        hook |= asked.json
        return Said(self._shown(hook))

    def _shown(self, hook: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in hook.items() if name != "secret"}


def test_the_four_webhooks_are_made_with_our_secret_and_found_again() -> None:
    shop = Hooked(others=130)
    with site(shop) as there:
        made, again = (client(there.url).mend_hooks(URL, SECRET) for _ in range(2))
    assert made.mended == tuple(f"{topic} was made" for topic in TOPICS)
    assert (again.mended, again.problem) == ((), "")
    ours = [hook for hook in shop.hooks if hook["delivery_url"] == URL]
    assert [(hook["topic"], hook["secret"], hook["status"]) for hook in ours] == [(t, SECRET, "active") for t in TOPICS]


def test_what_the_shop_switched_off_is_on_again_with_the_secret_and_nothing_else_is_touched() -> None:
    shop = Hooked(
        *({"topic": topic, "status": "disabled" if topic == "order.updated" else "active"} for topic in TOPICS)
    )
    with site(shop) as there:
        told = client(there.url).mend_hooks(URL, SECRET)
    assert told.mended == ("order.updated was switched on again",)
    assert [asked.json for asked in there.writes] == [{"status": "active", "secret": SECRET}]


def test_a_live_webhook_beside_a_disabled_twin_is_enough() -> None:
    twins = ({"topic": topic, "status": status} for topic in TOPICS for status in ("disabled", "active", "disabled"))
    with site(Hooked(*twins)) as there:
        told = client(there.url).mend_hooks(URL, SECRET)
    assert (told.mended, there.writes) == ((), [])


def test_what_a_person_paused_stays_paused_and_is_said() -> None:
    shop = Hooked(*({"topic": topic, "status": "paused"} for topic in TOPICS))
    with site(shop) as there:
        told = client(there.url).mend_hooks(URL, SECRET)
    assert there.writes == []
    assert "paused" in told.problem
    assert "order.created" in told.problem


def test_a_key_that_may_not_manage_webhooks_is_told_what_is_missing() -> None:
    with site(lambda asked: refused("woocommerce_rest_cannot_view", 403)) as there:
        told = client(there.url).mend_hooks(URL, SECRET)
    assert "may not manage webhooks" in told.problem
    assert "shop manager" in told.remedy


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/webhooks/x", "private address"),
        ("https://10.1.2.3:8080/webhooks/x", "private address"),
        ("https://93.184.215.14:8443/webhooks/x", "8443"),
        ("http://93.184.215.14:5000/webhooks/x", "5000"),
        ("/webhooks/x", "no web address"),
        ("https://93.184.215.14/webhooks/x", ""),
        ("http://93.184.215.14:8080/webhooks/x", ""),
    ],
)
def test_what_wordpress_would_never_deliver_to_is_said_before_it_fails(url: str, why: str) -> None:
    told = undeliverable(url)
    assert (why in told) if why else told == ""
