"""The article register: the number is part of the path, so what cannot stand in a path cannot be asked for."""

from typing import Any
from urllib.parse import quote

from simulators.exchange import Request, Response
from simulators.fortnox import errors
from simulators.fortnox.arithmetic import plain, two_decimals
from simulators.fortnox.lookup import COMMON, holds, paged, refuse_unknown
from simulators.fortnox.routes import route
from simulators.fortnox.world import Fortnox

_NULL = ("CostCalculationMethod", "DefaultStockLocation", "DefaultStockPoint", "DirectCost", "FreightCost",
         "HouseworkType", "Manufacturer", "OtherCost", "SalesPrice", "StockAccount", "StockChangeAccount", "StockPlace",
         "SupplierName", "SupplierNumber", "Unit")  # fmt: skip
_ZERO = ("ConstructionAccount", "Depth", "DisposableQuantity", "Height", "PurchasePrice", "QuantityInStock",
         "ReservedQuantity", "StockValue", "StockWarning", "VAT", "Weight", "Width")  # fmt: skip
BLANK: dict[str, Any] = {
    **dict.fromkeys(_NULL), **dict.fromkeys(_ZERO, 0),
    **dict.fromkeys(("Bulky", "Expired", "Housework", "StockGoods", "WebshopArticle"), False), "Active": True,
    "EAN": "", "EUAccount": 3108, "EUVATAccount": 3106, "ExportAccount": 3105, "ManufacturerArticleNumber": "",
    "Note": "", "PurchaseAccount": 4000, "SalesAccount": 3001, "Type": "STOCK",
}  # fmt: skip
FILTERS = {"articlenumber": "ArticleNumber", "description": "Description", "ean": "EAN",
           "manufacturer": "Manufacturer", "manufacturerarticlenumber": "ManufacturerArticleNumber",
           "suppliernumber": "SupplierNumber", "webshop": "WebshopArticle"}  # fmt: skip
LISTED = ("ArticleNumber", "Description", "EAN", "Housework", "SalesPrice", "StockPlace", "WebshopArticle")


@route("GET", "/articles")
def index(world: Fortnox, request: Request) -> Response:
    asked = request.query
    refuse_unknown(world, asked, (*COMMON, *FILTERS))
    found = [one for one in world.articles.values()
             if all(holds(one[name], asked[what]) for what, name in FILTERS.items() if what in asked)]  # fmt: skip
    return paged(world, request, "Articles", [_short(world, one) for one in found])


@route("POST", "/articles")
def create(world: Fortnox, request: Request) -> Response:
    given = world.given(request, "Article")
    if not given.get("Description"):
        raise world.fail(400, errors.TEXT, "Description: Benämning saknas.")
    if given.get("Unit") and given["Unit"] not in world.units:
        raise world.missing("unit", 400)
    number = given.get("ArticleNumber") or _next(world)
    if number in world.articles:
        raise world.forbidden(f"Artikelnumret {number} används redan.")
    world.articles[number] = {**BLANK, **_kept(given), "ArticleNumber": number}
    return world.told("Article", _full(world, world.articles[number]), 201)


@route("GET", "/articles/{number}")
def show(world: Fortnox, request: Request) -> Response:
    return world.told("Article", _full(world, _article(world, request)))


@route("PUT", "/articles/{number}")
def update(world: Fortnox, request: Request) -> Response:
    article, given = _article(world, request), world.given(request, "Article")
    article.update({name: value for name, value in _kept(given).items() if name != "ArticleNumber"})
    return world.told("Article", _full(world, article))


def _article(world: Fortnox, request: Request) -> dict[str, Any]:
    if request.params["number"] not in world.articles:
        raise world.missing("article")
    return world.articles[request.params["number"]]


def _kept(given: dict[str, Any]) -> dict[str, Any]:
    """Stock is kept with two decimals (recorded)."""
    return {name: two_decimals(value) if name == "QuantityInStock" and value is not None else value
            for name, value in given.items()}  # fmt: skip


def _next(world: Fortnox) -> str:
    number = str(world.next_id("article"))
    return number if number not in world.articles else _next(world)


def _full(world: Fortnox, article: dict[str, Any]) -> dict[str, Any]:
    return {"@url": f"{world.address}/3/articles/{quote(article['ArticleNumber'], safe='')}", **article}


def _short(world: Fortnox, article: dict[str, Any]) -> dict[str, Any]:
    """As recorded: quantities and prices are text here."""
    texts = {name: plain(two_decimals(article[name])) for name in ("DisposableQuantity", "PurchasePrice",
             "QuantityInStock", "ReservedQuantity", "StockValue")}  # fmt: skip
    return {"@url": f"{world.address}/3/articles/{quote(article['ArticleNumber'], safe='')}",
            **{name: article[name] for name in LISTED}, **texts, "Unit": article["Unit"] or "",
            "VAT": str(article["VAT"]) if article["VAT"] else None}  # fmt: skip
