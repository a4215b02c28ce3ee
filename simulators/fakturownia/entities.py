"""Clients, products, departments, categories, the account and the log-in: the usual REST of each."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.exchange import Refusal, Request, Response
from simulators.fakturownia.accepted import CATEGORY, CLIENT, DEPARTMENT, PRODUCT
from simulators.fakturownia.document import ACCOUNT_ID
from simulators.fakturownia.routes import ROUTES
from simulators.fields import Check, Faults, missing, on
from simulators.money import HUNDRED, cents, number

if TYPE_CHECKING:
    from simulators.fakturownia.world import Fakturownia

BLANK_IS_WRONG = "- nie może być puste"
# The keys of a recorded client that are null when not given, then those that are not.
_NULL = (
    "name tax_no post_code city street first_name country email phone www fax street_no bank bank_account"
    " bank_account_id shortcut note last_name password_hash referrer password_salt token fuid fname femail"
    " department_id import discount payment_to_kind category_id delivery_address person panel_user_id"
    " mass_payment_code external_id title mobile_phone register_number tax_no_check default_payment_type"
    " tax_no_kind accounting_id buyer_id"
)
CLIENT_BLANK: dict[str, Any] = {
    **dict.fromkeys(_NULL.split()), "kind": "buyer", "dynamic_fields": {}, "deleted": False, "company": True,
    "use_delivery_address": False, "use_mass_payment": False, "attachments_count": 0, "balance": "0.0",
    "disable_auto_reminders": False,
}  # fmt: skip


@dataclass(frozen=True)
class Sort:
    """One sort of entity: its envelope, its fields, its search parameters, and what is made of it when stored."""

    one: str
    many: str
    known: Mapping[str, Check]
    filters: tuple[str, ...] = ()
    blank: Mapping[str, Any] | None = None
    finish: "Callable[[Fakturownia, dict[str, Any]], None] | None" = None

    def store(self, world: "Fakturownia") -> dict[int, dict[str, Any]]:
        kept: dict[int, dict[str, Any]] = getattr(world, self.many)
        return kept

    def add(self, world: "Fakturownia", given: Mapping[str, Any]) -> dict[str, Any]:
        now = world.stamp()
        entity = {"id": world.next_id(self.many), **dict.fromkeys(self.known), **(self.blank or {}), **given,
                  "created_at": now, "updated_at": now}  # fmt: skip
        self.store(world)[entity["id"]] = entity
        if self.finish:
            self.finish(world, entity)
        return entity

    def get(self, world: "Fakturownia", ident: str) -> dict[str, Any]:
        entity = self.store(world).get(int(ident)) if ident.isdigit() else None
        if entity is None:
            raise Refusal(world.refuse(404, "Not Found"))
        return entity

    def publish(self) -> None:
        """Five routes."""
        one, many = f"/{self.many}/{{id}}.json", f"/{self.many}.json"
        ROUTES.add("GET", many)(self._index)
        ROUTES.add("POST", many)(self._create)
        ROUTES.add("GET", one)(lambda world, request: world.reply(self.get(world, request.params["id"])))
        ROUTES.add("PUT", one)(self._update)
        ROUTES.add("DELETE", one)(self._destroy)

    def _index(self, world: "Fakturownia", request: Request) -> Response:
        asked = request.query
        known = (*self.filters, "page", "per_page", "api_token")
        world.demand((name, "unknown parameter") for name in asked if name not in known)
        wanted = {name: asked[name].lower() for name in self.filters if name in asked}
        found = [entity for entity in self.store(world).values()
                 if all(part in str(entity[name] or "").lower() for name, part in wanted.items())]  # fmt: skip
        return world.reply(world.page(found, asked))

    def _create(self, world: "Fakturownia", request: Request) -> Response:
        given = world.envelope(request, self.one, self.known)
        world.demand(_name_faults(given))
        return world.reply(self.add(world, given), 201)

    def _update(self, world: "Fakturownia", request: Request) -> Response:
        entity = self.get(world, request.params["id"])
        entity.update(world.envelope(request, self.one, self.known), updated_at=world.stamp())
        if self.finish:
            self.finish(world, entity)
        return world.reply(entity)

    def _destroy(self, world: "Fakturownia", request: Request) -> Response:
        del self.store(world)[self.get(world, request.params["id"])["id"]]
        return world.reply({"code": "success", "message": "deleted"})


def add_client(world: "Fakturownia", given: Mapping[str, Any], forced: bool) -> int:
    """The buyer of a document: matched by tax number, or by name and e-mail, else made (section 6)."""
    buyer = {name: given.get(f"buyer_{name}") for name in CLIENT if given.get(f"buyer_{name}") is not None}
    known = world.client_keys.get(_key(buyer))
    if known in world.clients and not forced:
        return int(known)
    return int(CLIENTS.add(world, buyer)["id"])


def _key(client: Mapping[str, Any]) -> object:
    return client.get("tax_no") or (client.get("name"), client.get("email"))


def _name_faults(given: Mapping[str, Any]) -> Faults:
    """A person may come with a last name alone (company: false)."""
    if given.get("company") is not None and not on(given["company"]):
        return missing(given, ("last_name",), BLANK_IS_WRONG)
    return missing(given, ("name",), BLANK_IS_WRONG)


def _finish_client(world: "Fakturownia", client: dict[str, Any]) -> None:
    client["company"] = client["company"] is None or on(client["company"])
    client["name"] = client["name"] or " ".join(filter(None, (client["first_name"], client["last_name"])))
    client["shortcut"] = client["shortcut"] or client["name"]
    client["token"] = client["token"] or secrets.token_hex(10)
    world.client_keys.setdefault(_key(client), client["id"])
    client["tax_no_check"] = f"{client['country'] or 'PL'}{client['tax_no']}" if client["tax_no"] else None


def _finish_product(world: "Fakturownia", product: dict[str, Any]) -> None:
    """The missing price from the other one; 23 % unless said otherwise."""
    product["tax"] = str(product["tax"] if product["tax"] is not None else "23")
    rate, net, gross = (number(product[name]) for name in ("tax", "price_net", "price_gross"))
    factor = (HUNDRED + (rate or Decimal(0))) / HUNDRED
    product["price_gross"] = gross if gross is not None else cents((net or Decimal(0)) * factor)
    product["price_net"] = net if net is not None else cents(product["price_gross"] / factor)


CLIENTS = Sort("client", "clients", CLIENT, ("name", "email", "shortcut", "tax_no", "external_id"), CLIENT_BLANK,
               _finish_client)  # fmt: skip
PRODUCTS = Sort("product", "products", PRODUCT, ("name", "code"), None, _finish_product)
DEPARTMENTS, CATEGORIES = Sort("department", "departments", DEPARTMENT), Sort("category", "categories", CATEGORY)
for sort in (CLIENTS, PRODUCTS, DEPARTMENTS, CATEGORIES):
    sort.publish()


@ROUTES.add("GET", "/account.json")
def account(world: "Fakturownia", request: Request) -> Response:
    host = request.header("host")
    return world.reply({"id": ACCOUNT_ID, "prefix": host.split(".")[0], "url": f"http://{host}", "name": "Main"})


@ROUTES.add("POST", "/login.json")
def login(world: "Fakturownia", request: Request) -> Response:
    """The bootstrap of an account (section 1): log-in and password for the token."""
    given, own = request.json(), world.settings
    if (given.get("login"), given.get("password")) != (own["login"], own["password"]):
        return world.unauthorized()
    host = request.header("host")
    return world.reply({"login": own["login"], "email": f"{own['login']}@example.test", "prefix": host.split(".")[0],
                        "url": f"http://{host}", "first_name": "Demo", "last_name": "User",
                        "api_token": own["token"]})  # fmt: skip
