"""Whether our own public address leads to us, asked from here."""

from __future__ import annotations

from adapters.connect import Limits
from adapters.http import Speaker
from schemas.errors import AdapterError

SECONDS = 10.0


def unreachable(public_url: str, path: str, *, allow_private: bool, seconds: float = SECONDS) -> str:
    """Why `public_url` + `path` (a shop's address, which answers GET) does not lead to a Billhook; "" when it does."""
    speaker = Speaker(
        "billhook", public_url, limits=Limits.within(seconds), allow_private=allow_private, allow_http=True
    )
    try:
        answer = speaker.call("GET", path, writes=False)
    except AdapterError as error:
        return error.detail
    return "" if isinstance(answer.data, dict) and answer.data.get("ready") is True else "Something else answers there."
