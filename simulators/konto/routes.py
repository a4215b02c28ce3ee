"""The table of Konto's paths; the modules of this package fill it."""

from simulators.world import Routes

ROUTES = Routes()
BASE = "/api/v1"
