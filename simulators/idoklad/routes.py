"""The table of iDoklad's paths; the modules of this package fill it."""

from simulators.world import Routes

ROUTES = Routes()
