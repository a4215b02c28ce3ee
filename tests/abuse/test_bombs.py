"""A system that speaks XML and answers with a bomb is read no further: nothing is fetched, nothing expands."""

from __future__ import annotations

import pytest

from adapters import xmltree
from tests.abuse.bombs import BOMBS

#: What is well-formed and declares nothing is read; what it means is for the adapter to say.
HARMLESS = ("as many elements as fit", "two orders")


@pytest.mark.parametrize("name", sorted(BOMBS.keys() - set(HARMLESS)))
def test_a_system_that_answers_with_a_bomb_has_said_nothing(name: str) -> None:
    assert xmltree.parsed(BOMBS[name]) is None


@pytest.mark.parametrize("name", HARMLESS)
def test_what_declares_nothing_is_read(name: str) -> None:
    root = xmltree.parsed(BOMBS[name])
    assert root is not None
    assert root.tag == "Orders"
