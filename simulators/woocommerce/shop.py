"""What the shop says of itself (index, settings, system status), and its products."""

from typing import Any

from simulators.exchange import Refusal, Request, Response
from simulators.woocommerce import listing
from simulators.woocommerce.php import answer, error
from simulators.woocommerce.routes import ROUTES, V3
from simulators.woocommerce.shown import SYMBOLS
from simulators.woocommerce.world import WooCommerce

WORDPRESS = {"8.2.2": "6.4", "11.0.1": "7.1"}


@ROUTES.add("GET", "/wp-json")
def index(world: WooCommerce, request: Request) -> Response:
    """WordPress's own index, open to everybody: the only place that names the zone."""
    offset = world.now().astimezone(world.here).utcoffset()
    hours = (offset.total_seconds() if offset else 0.0) / 3600
    return answer({
        "name": world.settings["name"], "description": "", "url": world.home, "home": world.home,
        "gmt_offset": int(hours) if hours.is_integer() else hours, "timezone_string": world.settings["timezone"],
        "namespaces": ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wp/v2"], "authentication": [], "routes": {},
    })  # fmt: skip


@ROUTES.add("GET", V3)
def namespace(world: WooCommerce, request: Request) -> Response:
    return answer({"namespace": "wc/v3", "routes": {}})


@ROUTES.add("GET", f"{V3}/system_status")
def system_status(world: WooCommerce, request: Request) -> Response:
    currency = world.settings["currency"]
    return answer({
        "environment": {"home_url": world.home, "site_url": world.home, "version": world.settings["version"],
                        "wp_version": WORDPRESS[world.settings["version"]], "default_timezone": "UTC"},
        "settings": {"currency": currency, "currency_symbol": SYMBOLS.get(currency, currency),
                     "currency_position": "right_space", "thousand_separator": " ", "decimal_separator": ",",
                     "number_of_decimals": world.settings["decimals"]},
        "security": {"secure_connection": world.home.startswith("https:"), "hide_errors": True},
    })  # fmt: skip


@ROUTES.add("GET", f"{V3}/settings/{{group}}")
def settings(world: WooCommerce, request: Request) -> Response:
    return answer(_group(world, request.params["group"]))


@ROUTES.add("GET", f"{V3}/settings/{{group}}/{{id}}")
def setting(world: WooCommerce, request: Request) -> Response:
    for option in _group(world, request.params["group"]):
        if option["id"] == request.params["id"]:
            return answer(option)
    raise Refusal(error("rest_setting_setting_invalid", "Invalid setting.", 404))


@ROUTES.add("GET", f"{V3}/products")
def products(world: WooCommerce, request: Request) -> Response:
    asked = listing.check(world, request, ("include", "sku", "status"))
    wanted = listing.ids(request, "include")
    found = [one for one in world.catalogue.products.values()
             if (wanted is None or one["id"] in wanted) and asked.get("sku", one["sku"]) == one["sku"]]  # fmt: skip
    return listing.page(world, request, found, lambda one: _product(world, one))


@ROUTES.add("GET", f"{V3}/products/{{id}}")
def product(world: WooCommerce, request: Request) -> Response:
    found = world.catalogue.products.get(int(request.params["id"])) if request.params["id"].isdigit() else None
    if found is None:
        raise Refusal(error("woocommerce_rest_product_invalid_id", "Invalid ID.", 404))
    return answer(listing.narrowed(_product(world, found), request.query.get("_fields")))


def _product(world: WooCommerce, of: dict[str, Any]) -> dict[str, Any]:
    categories = [{"id": world.catalogue.category(name), "name": name, "slug": name.lower().replace(" ", "-")}
                  for name in of["categories"]]  # fmt: skip
    return {
        "id": of["id"], "name": of["name"], "slug": of["name"].lower().replace(" ", "-"), "type": "simple",
        "status": "publish", "sku": of["sku"], "price": of["price"], "regular_price": of["price"],
        "virtual": of["virtual"], "downloadable": of["virtual"], "tax_status": "taxable",
        "tax_class": of["tax_class"], "categories": categories, "tags": [], "meta_data": [],
    }  # fmt: skip


def _group(world: WooCommerce, group: str) -> list[dict[str, Any]]:
    told = world.settings
    groups = {
        "general": {"woocommerce_default_country": told["country"], "woocommerce_currency": told["currency"],
                    "woocommerce_price_num_decimals": str(told["decimals"]), "woocommerce_calc_taxes": "yes"},
        "tax": {"woocommerce_prices_include_tax": _yes(told["prices_include_tax"]),
                "woocommerce_tax_round_at_subtotal": _yes(told["tax_round_at_subtotal"])},
    }  # fmt: skip
    if group not in groups:
        raise Refusal(error("rest_setting_setting_group_invalid", "Invalid setting group.", 404))
    return [{"id": name, "label": name, "description": "", "type": "text", "default": "", "value": value,
             "group_id": group} for name, value in groups[group].items()]  # fmt: skip


def _yes(value: bool) -> str:
    return "yes" if value else "no"
