"""What the manifest cannot say is refused before any call; the registry finds every adapter."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import pytest

import adapters
from adapters.base import AccountInfo, Adapter, Official, OfficialState
from adapters.manifest import Credit, Manifest
from schemas.connection import Account
from schemas.document import Document, Draft, Found, Kind, Payment
from schemas.errors import Transient, Unsupported
from tests.adapters.drafts import CUPS, SELLER, credit_of, draft, line
from tests.adapters.test_fakturownia import INVOICE, PROFORMA


class Poor(Adapter):
    """A system that makes invoices in crowns and nothing else; any call is a failure of the test."""

    manifest = Manifest("poor", "Poor", "CZ", "https://example.test", (), credit=Credit.FULL,
                        currencies=frozenset({"CZK", "PLN"}), reference_length=20)  # fmt: skip

    def _verify(self) -> AccountInfo:
        self._said()

    def _find(self, wanted: Draft, original: Document | None) -> Found:
        raise Transient("the system is away", system="poor")

    def _issue(self, draft: Draft, original: Document | None) -> Document:
        self._said()

    def _said(self) -> NoReturn:
        pytest.fail("a call was made")


POOR = Poor(Account(1, "poor", "poor", "Poor", SELLER))
BOUGHT = draft(order="1001")


@pytest.mark.parametrize(
    "asked",
    [
        lambda: POOR.issue(draft(Kind.PROFORMA)),
        lambda: POOR.issue(draft(currency="USD")),
        lambda: POOR.issue(replace(BOUGHT, reference="r" * 21)),
        lambda: POOR.credit(credit_of(BOUGHT, CUPS), INVOICE, BOUGHT),
        lambda: POOR.cancel(PROFORMA),
        lambda: POOR.mark_paid(INVOICE, Payment()),
        lambda: POOR.send(INVOICE, "a@example.test"),
        lambda: POOR.pdf(INVOICE),
    ],
)
def test_what_the_manifest_cannot_say_is_unsupported_before_any_call(asked: Callable[[], object]) -> None:
    with pytest.raises(Unsupported) as caught:
        asked()
    assert caught.value.system == "poor"
    assert caught.value.remedy


def test_a_partial_credit_is_refused_where_only_full_ones_exist() -> None:
    poor = Poor(POOR.account)
    poor.manifest = replace(Poor.manifest, kinds=frozenset(Kind))
    with pytest.raises(Unsupported, match="a part of an invoice"):
        poor.credit(credit_of(BOUGHT, [line("Cup", "1", "61.50")]), INVOICE, BOUGHT)


def test_what_a_system_does_not_have_is_empty() -> None:
    assert POOR.series() == ()
    assert POOR.official(INVOICE) == Official(OfficialState.NONE)


def test_a_look_up_that_fails_is_unsure_with_its_reason() -> None:
    assert POOR.find(BOUGHT).why == "the system is away"


def test_the_registry_knows_every_adapter_under_its_key() -> None:
    for manifest in adapters.manifests():
        assert adapters.adapter_class(manifest.key).manifest is manifest
        assert manifest.docs.startswith("https://")
        assert manifest.secrets
    with pytest.raises(KeyError):
        adapters.manifest_of("unknown")


def test_importing_the_registry_loads_no_adapter() -> None:
    named = {entry.partition(":")[0] for entry in adapters.ADAPTERS.values()}
    assert named <= {f"adapters.{module.name}" for module in pkgutil.iter_modules(adapters.__path__)}
