"""The one table of paths; the rooms of this simulator add theirs on import.

CakePHP's way: parameters follow as /name:value, in any order.
"""

from simulators.exchange import Refusal, Request, as_html
from simulators.world import Routes

ROUTES = Routes()


def named(request: Request) -> dict[str, str]:
    """The /name:value parts behind a path; a value with a slash in it is not understood: 404, as behind Apache."""
    parts = [part for part in request.params.get("rest", "").split("/") if part]
    if any(":" not in part for part in parts):
        raise Refusal(as_html("Not Found", 404))
    return dict(part.split(":", 1) for part in parts)
