"""Rates of exchange for systems that want one given: the account's own fixed ones, never invented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from adapters.manifest import Field
from schemas.errors import Permanent

_ONE = r"[A-Z]{3} \d{1,6}(?:\.\d{1,6})?"
#: The option that every such system has.
RATES = Field(
    "exchange_rates", "Fixed exchange rates", required=False, pattern=rf"{_ONE}(?:, ?{_ONE})*", example="EUR 25.105",
    help="home currency for one unit of the other, e.g. a fixed yearly rate: EUR 25.105, HUF 0.0632",
)  # fmt: skip


def fixed_rate(options: Mapping[str, str], currency: str, system: str) -> Decimal:
    """Home currency for one unit of `currency`, as the account's option says. Raises Permanent EXCHANGE_RATE_MISSING
    where it says none."""
    said = re.findall(r"([A-Z]{3}) ([\d.]+)", options.get(RATES.name, ""))
    found = next((Decimal(rate) for code, rate in said if code == currency), None)
    if found:
        return found
    raise Permanent(
        f"This account needs an exchange rate for {currency}, and none is set.", system=system,
        code="EXCHANGE_RATE_MISSING",
        remedy=f'Set it: flask account edit KEY --set exchange_rates="{currency} RATE", then replay.',
    )  # fmt: skip
