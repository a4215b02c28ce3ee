"""Requests a day and a month, by the world's own date (sheet section 9): told in headers always, kept on demand."""

from datetime import date, timedelta
from typing import Any

from simulators.exchange import SILENCE, Response, as_html

# What comes over the cap is not known ("I don't get any response"): setting over_quota.
TOLD = {"silence": SILENCE, "empty": Response(200), "html": as_html("Too many requests"), "429": Response(429)}


class Quota:
    """Counts what one company has asked today and this month."""

    def __init__(self) -> None:
        self.day, self.today, self.month = date.min, 0, 0

    def count(self, day: date) -> None:
        if (day.year, day.month) != (self.day.year, self.day.month):
            self.month = 0
        if day != self.day:
            self.day, self.today = day, 0
        self.today += 1
        self.month += 1

    def message(self, limits: dict[str, int]) -> str:
        """Empty while there is something left."""
        for period, used, when in (("daily", self.today, "today"), ("monthly", self.month, "this month")):
            if used > limits[period]:
                return (f"You have exceeded a {period} limit of {limits[period]} API requests."
                        f" You have already made {used - 1} requests {when}.")  # fmt: skip
        return ""

    def headers(self, limits: dict[str, int]) -> dict[str, str]:
        tomorrow = self.day + timedelta(1)
        first = (self.day.replace(day=28) + timedelta(4)).replace(day=1)
        rows = (("Daily", self.today, limits["daily"], tomorrow), ("Monthly", self.month, limits["monthly"], first))
        told: dict[str, Any] = {}
        for name, used, limit, reset in rows:
            told[f"X-RateLimit-{name}Limit"] = str(limit)
            told[f"X-RateLimit-{name}Remaining"] = str(max(limit - used, 0))
            told[f"X-RateLimit-{name}Reset"] = f"{reset:%d.%m.%Y} 00:00:00"
        message = self.message(limits)
        return told | ({"X-RateLimit-Message": message} if message else {})
