"""The one table of paths under /wp-json; the rooms of this simulator add theirs on import."""

from simulators.exchange import Refusal, Request
from simulators.woocommerce.php import error
from simulators.world import Handler, Routes


class WordPressRoutes(Routes):
    """WordPress knows no 405: a wrong method is rest_no_route as well."""

    def find(self, request: Request) -> Handler:
        methods, request.params = self._match(request.path.rstrip("/"))
        method = "GET" if request.method == "HEAD" else "PUT" if request.method == "PATCH" else request.method
        if method not in methods:
            raise Refusal(error("rest_no_route", "No route was found matching the URL and request method.", 404))
        return methods[method]


ROUTES = WordPressRoutes()
V3 = "/wp-json/wc/v3"
