"""The one table of paths; the rooms of this simulator add theirs on import."""

from simulators.world import Routes

ROUTES = Routes()
API = "/v3"
