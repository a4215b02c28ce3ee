"""The shop's products and their categories; what a line sells is made when it is not there yet."""

from collections.abc import Callable, Mapping
from typing import Any

from simulators.fields import on


class Catalogue:
    """Products by id; `next_id` gives ids out of the same row as orders, as WordPress does."""

    def __init__(self, next_id: Callable[[], int]) -> None:
        self.next_id = next_id
        self.products: dict[int, dict[str, Any]] = {}
        self.categories: dict[str, int] = {}

    def sold(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """The product of a line: by its id, else by name and sku."""
        wanted = int(line.get("product_id") or 0)
        name = line.get("name", "Thing")
        sku = line.get("sku", name.upper()[:12])
        for product in self.products.values():
            if product["id"] == wanted or (not wanted and (product["sku"], product["name"]) == (sku, name)):
                return product
        return self.add({**line, "name": name, "sku": sku, "id": wanted})

    def add(self, given: Mapping[str, Any]) -> dict[str, Any]:
        ident = int(given.get("id") or self.next_id())
        self.products[ident] = {
            "id": ident, "name": given.get("name", "Thing"), "sku": given.get("sku", ""),
            "price": str(given.get("price", "")), "virtual": on(given.get("virtual", False)),
            "tax_class": given.get("tax_class", ""), "categories": list(given.get("categories") or []),
        }  # fmt: skip
        return self.products[ident]

    def category(self, name: str) -> int:
        return self.categories.setdefault(name, len(self.categories) + 1)
