"""What must never show, and whom never to talk to."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable

import pytest

from adapters.base import Adapter
from schemas.document import Sight
from schemas.errors import (
    AdapterError,
    Ambiguous,
    Auth,
    BillhookError,
    Permanent,
    Transient,
)
from tests.adapters.contract.bench import CANARY_KEY, Bench, serving
from tests.adapters.contract.suite import clause, closed_door
from tests.adapters.drafts import PERSON, draft

FAULTS = ("429", "500", "502_after", "timeout_after", "reset_after", "half", "empty_200", "html_200", "expired_token")


@clause()
def secrets_and_persons_show_nowhere(bench: Bench) -> None:
    seen = Seen()
    with seen.listening():
        for fault in ("", *FAULTS):
            talked_about(bench, fault, seen)
    assert seen.hits([CANARY_KEY, CANARY_KEY.partition("/")[0], "Zofia", "Kanarek", "zofia.kanarek", "Kanarkowa"]) == []


def talked_about(bench: Bench, fault: str, seen: Seen) -> None:
    """Every call once, under a fault or none, all that can be seen of it kept."""
    adapter = bench.adapter(deadline=0.5)
    document = bench.adapter().issue(draft())
    wanted = draft()
    calls: list[Callable[[], object]] = [
        adapter.verify, lambda: adapter.find(wanted), lambda: adapter.issue(wanted),
        lambda: bench.adapter(options=bench.vendor.refused_options).issue(draft()),
        lambda: adapter.send(document, PERSON.email), lambda: adapter.pdf(document), lambda: adapter.cancel(document),
        lambda: bench.ask(bench.adapter(credentials=bench.vendor.wrong_key), wanted),
    ]  # fmt: skip
    for call in calls:
        if fault:
            bench.arm(fault)
        seen.of(adapter, call)
        bench.disarm()
    searches = re.compile(bench.vendor.searches)
    seen.texts += [entry["query"] for entry in bench.requests() if not searches.search(entry["path"])]


class Seen:
    """Everything that a person, a log or a database could see."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def of(self, adapter: Adapter, call: Callable[[], object]) -> None:
        try:
            given = call()
            self.texts.append("a file" if isinstance(given, bytes) else repr(given))
        except BillhookError as error:
            self.texts += [str(error), repr(error), error.detail, error.remedy, repr(error.args)]
            self.texts += [repr(error.__cause__), repr(getattr(error, "exchange", None))]
        self.texts += [repr(adapter), repr(adapter.account), repr(vars(adapter).get("speaker"))]

    def listening(self) -> _Listening:
        return _Listening(self.texts)

    def hits(self, canaries: list[str]) -> list[str]:
        return [f"{canary} in {text[:200]}" for canary in canaries for text in self.texts if canary in text]


class _Listening(logging.Handler):
    """All log output while it is entered."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.texts = texts

    def emit(self, record: logging.LogRecord) -> None:
        if "/_sim/" not in record.getMessage():
            self.texts.append(record.getMessage())

    def __enter__(self) -> None:
        self.level_before = logging.root.level
        logging.root.addHandler(self)
        logging.root.setLevel(logging.DEBUG)

    def __exit__(self, *_: object) -> None:
        logging.root.removeHandler(self)
        logging.root.setLevel(self.level_before)


@clause()
def the_exchange_keeps_the_systems_own_words(bench: Bench) -> None:
    with pytest.raises(AdapterError) as caught:
        bench.ask(bench.adapter(credentials=bench.vendor.wrong_key), draft())
    exchange = caught.value.exchange
    assert exchange is not None
    assert exchange.status in bench.vendor.refusals
    assert exchange.response
    assert exchange.elapsed_ms >= 0


@clause()
def no_redirect_is_followed_with_the_key(bench: Bench) -> None:
    with serving(302, {"Location": bench.url + "/invoices.json"}) as url:
        assert bench.adapter(url=url).find(draft()).sight is Sight.UNSURE
        with pytest.raises((Ambiguous, Transient)) as caught:
            bench.adapter(url=url).issue(draft())
        with pytest.raises((Auth, Transient)):
            bench.adapter(url=url).verify()
    assert "302" in caught.value.detail
    assert bench.requests() == []


@clause()
def a_private_address_is_refused_unless_allowed(bench: Bench) -> None:
    for url in (bench.url, bench.url.replace("http:", "https:"), bench.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(Permanent) as caught:
            bench.adapter(url=url, allow_private=False).issue(draft())
        assert caught.value.code == "ADDRESS_FORBIDDEN"
    assert bench.requests() == []


@clause()
def proxies_of_the_environment_have_no_say(bench: Bench) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.setitem(os.environ, name, closed_door())
        assert bench.adapter().verify().name
