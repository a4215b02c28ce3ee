"""The shape of Jortt's refusals (https://developer.jortt.nl, "Errors"): a code, a key, a sentence, details."""

import re
from typing import Any

from simulators.exchange import Refusal, Response, as_json
from simulators.fields import Faults

# key -> (status, the vendor's sentence)
ERRORS: dict[str, tuple[int, str]] = {
    "access_token.invalid": (401, "The access_token is either missing or invalid."),
    "access_token.expired": (401, "The access_token has expired."),
    "access_token.revoked": (401, "The access_token has been revoked."),
    "scopes.insufficient": (401, "Insufficient permissions (read: missing scopes) to access resource."),
    "organization.requires_mkb_plan": (401, "The organization does not have a jortt MKB or jortt Plus plan."),
    "endpoint.not_found": (404, "Invalid or non existing endpoint."),
    "resource.not_found": (404, "Requested resource cannot be found."),
    "resource.method_not_allowed": (405, "The method is not allowed on this resource."),
    "resource.conflict": (409, "A conflict occurred while processing the request."),
    "params.invalid": (422, "The parameters are invalid (either missing, not of the correct type or incorrect"
                            " format)."),
    "params.invalid_format": (422, "The parameters could not be parsed (as specified by the Content-Type header)."),
    "operation.invalid": (422, "The operation could not be executed on the resource."),
    "operation.year_closed": (422, "The operation could not be executed because it affects a closed financial year:"
                                   " {closed_year}."),
    "request.throttled": (429, "The request has been throttled, please try again later."),
    "server.internal_error": (500, "Internal server error. Please try again later."),
    "server.maintenance": (503, "API is temporarily offline for maintenance. Please try again later."),
}  # fmt: skip
BY_STATUS = {400: "params.invalid_format", 401: "access_token.invalid", 404: "endpoint.not_found",
             405: "resource.method_not_allowed", 429: "request.throttled", 503: "server.maintenance"}  # fmt: skip
MISSING = "is missing"


def told(key: str, details: list[dict[str, str]] | None = None, closed_year: int = 0) -> Response:
    status, sentence = ERRORS[key]
    error: dict[str, Any] = {"code": status, "key": key, "message": sentence.format(closed_year=closed_year)}
    return as_json({"error": {**error, **({"details": details} if details else {})}}, status)


def refused(key: str, closed_year: int = 0) -> Refusal:
    return Refusal(told(key, closed_year=closed_year))


def impossible(key: str, sentence: str) -> Refusal:
    """operation.invalid with the reason, as recorded for direct debit."""
    return Refusal(told("operation.invalid", [{"key": key, "message": sentence}]))


def invalid(*faults: tuple[str, str]) -> Refusal:
    """params.invalid, one detail for each fault; nested places as Rails writes them: line_items[0][vat]."""
    return Refusal(told("params.invalid", [_detail(place, sentence) for place, sentence in faults]))


def demand(faults: Faults) -> None:
    if found := list(faults):
        raise invalid(*found)


def _detail(place: str, sentence: str) -> dict[str, str]:
    key = "is_missing" if sentence == MISSING else "is_invalid"
    return {"param": re.sub(r"\.(\w+)", r"[\1]", place), "key": key, "message": sentence}
