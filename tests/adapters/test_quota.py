"""What systems say in their headers about the calls that are left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.manifest import DAY
from adapters.quota import by_names, in_one_header
from schemas.ports import Left

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("default;r=398;t=55", [Left(60, 398, 55.0)]), ("default; r=0; t=7", [Left(60, 0, 7.0)]),
        ("r=3", []), ("", []), ("default;r=-1;t=x", []),
    ],
)  # fmt: skip
def test_one_header_says_calls_and_seconds(text: str, left: list[Left]) -> None:
    assert list(in_one_header({"x-ratelimit": text}, 60, "x-ratelimit")) == left


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("90", 90), (str(int(NOW.timestamp()) + 30), 30), ("Sat, 21 Nov 2026 22:01:00 GMT", 60),
        ("22.11.2026 00:00:00", 3600), ("22.11.2026+00%3A00%3A00", 3600), ("2026-11-22 00:00:00", 3600),
        ("21.11.2026 00:00:00", 0),
    ],
)  # fmt: skip
def test_two_headers_say_calls_and_a_moment_in_the_vendors_zone(reset: str, seconds: float) -> None:
    headers = {"left": " 12 ", "reset": reset}
    assert list(by_names(headers, DAY, "left", "reset", "Europe/Bratislava", NOW)) == [Left(DAY, 12, seconds)]


@pytest.mark.parametrize("headers", [{}, {"left": "1"}, {"reset": "1"}, {"left": "some", "reset": "1"},
                                     {"left": "1", "reset": "soon"}])  # fmt: skip
def test_what_cannot_be_read_says_nothing(headers: dict[str, str]) -> None:
    assert list(by_names(headers, 60, "left", "reset")) == []
