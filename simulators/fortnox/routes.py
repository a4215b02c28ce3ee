"""The table of Fortnox's paths; the modules of this package fill it."""

from collections.abc import Callable

from simulators.world import Handler, Routes

API = "/3"
OAUTH = "/oauth-v1"
ROUTES = Routes()


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """A path below /3, with and without a slash at its end: both were recorded."""

    def keep(handler: Handler) -> Handler:
        ROUTES.add(method, f"{API}{path}")(handler)
        return ROUTES.add(method, f"{API}{path}/")(handler)

    return keep
