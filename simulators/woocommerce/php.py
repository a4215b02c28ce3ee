"""How PHP and WordPress write things: JSON with escaped slashes, decimals of wc_format_decimal, error objects."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from simulators.exchange import Refusal, Request, Response

SIX = Decimal("0.000001")


def encoded(data: object) -> bytes:
    r"""json_encode with PHP's defaults: `\/`, `\uXXXX`, no blanks; a Decimal is a number (section 1.3)."""
    text = json.dumps(data, separators=(",", ":"), default=_number)
    return text.replace("/", "\\/").encode()


def answer(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, encoded(data), "application/json; charset=UTF-8", headers or {})


def error(code: str, message: str, status: int, data: object = None,
          headers: Mapping[str, str] | None = None) -> Response:  # fmt: skip
    """A WP_Error on the wire; `data` replaces the usual {"status": N}."""
    return answer({"code": code, "message": message, "data": data or {"status": status}}, status, headers)


def fields(request: Request) -> dict[str, Any]:
    """The parameters of a body: a JSON object or a form, as WordPress takes both."""
    given = request.json() if request.content_type == "application/json" else dict(request.form())
    if not isinstance(given, dict):
        raise Refusal(error("rest_invalid_json", "Invalid JSON body passed.", 400))
    return given


def invalid_param(faults: Mapping[str, str]) -> Refusal:
    """400 rest_invalid_param as WordPress's own checks give it."""
    details = {name: {"code": "rest_invalid_type", "message": told, "data": None} for name, told in faults.items()}
    message = f"Invalid parameter(s): {', '.join(faults)}"
    return Refusal(error("rest_invalid_param", message, 400, {"status": 400, "params": faults, "details": details}))


def missing_param(*names: str) -> Refusal:
    message = f"Missing parameter(s): {', '.join(names)}"
    return Refusal(error("rest_missing_callback_param", message, 400, {"status": 400, "params": list(names)}))


def six(amount: Decimal) -> Decimal:
    """Lines and taxes are stored with six decimals (WC_ROUNDING_PRECISION)."""
    return amount.quantize(SIX, ROUND_HALF_UP)


def rounded(amount: Decimal, decimals: int, half_down: bool = False) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_DOWN if half_down else ROUND_HALF_UP)


def decimal(amount: Decimal, dp: int) -> str:
    """wc_format_decimal(amount, dp): exactly dp decimals, never "-0.00"."""
    shown = rounded(amount, dp)
    return f"{shown if shown else abs(shown):f}"


def shortest(amount: Decimal) -> str:
    """wc_format_decimal without dp: "6.966", "5", "0"."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(amount: Decimal) -> int | float:
    """A PHP number in JSON: whole ones without a fraction."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def quotient(total: Decimal, quantity: Decimal) -> int | float:
    """Binary division on purpose: line_items[].price is a PHP float (8.549999999999999), see section 2.2."""
    found = float(total) / float(quantity) if quantity else 0.0
    return int(found) if found.is_integer() else found


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S") if moment else None


def gmt(moment: datetime | None) -> str | None:
    return local(moment, ZoneInfo("UTC"))


def _number(value: Any) -> object:
    if isinstance(value, Decimal):
        return number(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
