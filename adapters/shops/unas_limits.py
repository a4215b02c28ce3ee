"""How often one address may call one UNAS shop, by kind of call and package: a breach shuts it out for an hour (unas.md
2; https://unas.hu/tudastar/api, Limitációk)."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.ports import Limit

HOUR = 3600
ALL, SEVERAL = "all", "getOrder several"
#: Kind of call → how many an hour in PREMIUM and VIP. Other kinds count against all calls only.
CALLS: Mapping[str, tuple[int, int]] = {
    ALL: (2000, 6000),
    "getOrder": (1000, 3000),
    SEVERAL: (30, 90),
    "setOrder": (1000, 3000),
    "getOrderStatus": (30, 90),
    "getAutomatism": (0, 90),
    "setAutomatism": (0, 90),
}
#: Five failed log-ins an hour block; the fifth is left to a person elsewhere.
LOGIN_FAILED = "login failed"
#: Twenty failed calls of one kind in a row ban, a success wipes them out. They are told apart by this ending.
FAILED = " failed"
#: Ten calls in ten minutes that name no shop, over all shops, and UNAS answers nobody for two hours.
UNKNOWN = "unidentified"


def limits(kind: str, *, vip: bool) -> tuple[Limit, ...]:
    """What stands against a call of this kind."""
    column = 1 if vip else 0
    counted = [Limit(name, CALLS[name][column], HOUR) for name in (kind, ALL) if name in CALLS]
    failures = Limit(LOGIN_FAILED, 4, HOUR, counted=False) if kind == "login" else (
        Limit(kind + FAILED, 12, HOUR, counted=False)
    )  # fmt: skip
    return (*counted, failures, Limit(UNKNOWN, 6, 600, counted=False, everywhere=True))
