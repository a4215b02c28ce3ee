"""The table of paths; an address without a version means v1 (World.answer puts it there)."""

from simulators.world import Routes

ROUTES = Routes()
OAUTH = "/oauth-provider/oauth"
FILES = "/files"
