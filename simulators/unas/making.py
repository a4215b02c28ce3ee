"""An order from a compact description, and changes to it, as shoppers and the shop's staff make them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.unas.arithmetic import money, plain
from simulators.unas.catalogue import COUNTRIES, EVENTS, INVOICE_TEXTS
from simulators.unas.lines import LINES, lines
from simulators.unas.nodes import Tree, merged
from simulators.unas.orders import Order
from simulators.unas.shape import ORDER, misfits

if TYPE_CHECKING:
    from simulators.unas.shop import Shop

BUYER = {"name": "Teszt János", "email": "vevo@example.com", "phone": "+36301234567", "zip": "1111", "city": "Budapest",
         "street": "Tej út 2.", "country": "hu", "tax_number": "", "eu_tax_number": "", "type": "private"}  # fmt: skip
MORE_BUYER = {"id", "username", "mobile", "county", "contact", "params"}
KINDS_OF_STREET = ("út", "utca", "tér", "körút", "köz", "sor", "u.")
# What an order is made with besides the parts below.
BIRTH = {"key", "placed", "modified", "currency", "lang", "event", "count", "every"}

Part = Callable[["Shop", Order, Any], None]
PARTS: dict[str, Part] = {}


def part(name: str) -> Callable[[Part], Part]:
    def add(change: Part) -> Part:
        PARTS[name] = change
        return change

    return add


def apply(world: "Shop", order: Order, changes: Mapping[str, Any]) -> None:
    """Carry a description over to an order, part by part; ValueError says what it does not know."""
    if strange := set(changes) - set(PARTS) - set(LINES) - BIRTH:
        raise ValueError(f"unknown in an order: {', '.join(sorted(strange))}")
    if changes.get("event") not in (None, *EVENTS):
        raise ValueError(f"unknown event {changes['event']!r}")
    order.given.update(changes)
    if set(changes) & set(LINES):
        order.items = lines(order.given)
    for name, change in PARTS.items():
        if name in changes:
            change(world, order, changes[name])


@part("buyer")
def set_buyer(world: "Shop", order: Order, given: Mapping[str, Any]) -> None:
    """Type null leaves CustomerType out, as older orders do; other values null leave their node out too."""
    if wrong := set(given) - set(BUYER) - MORE_BUYER:
        raise ValueError(f"unknown in a buyer: {', '.join(sorted(wrong))}")
    buyer = {**BUYER, **given}
    address = {**_address(buyer), "TaxNumber": buyer["tax_number"], "EUTaxNumber": buyer["eu_tax_number"],
               "CustomerType": buyer["type"]}  # fmt: skip
    order.nodes["Customer"] = {
        "Id": buyer.get("id"), "Email": buyer["email"], "Username": buyer.get("username"),
        "Contact": {"Name": buyer.get("contact", buyer["name"]), "Phone": buyer["phone"],
                    "Mobile": buyer.get("mobile")},
        "Addresses": {"Invoice": address, "Shipping": _address(buyer)},
        "Params": questions(buyer["params"]) if buyer.get("params") else None,
    }  # fmt: skip


@part("delivery")
def set_delivery(world: "Shop", order: Order, given: Mapping[str, Any]) -> None:
    """{"method": a name or id, and the address where it differs from the buyer's}."""
    method = world.method("shipping", given.get("method", "Futárral"))
    order.nodes["Shipping"] = merged(order.nodes.get("Shipping"), {"Id": str(method.ident), "Name": method.name})
    if set(given) - {"method"}:
        address = _address({**BUYER, **order.given.get("buyer", {}), **given})
        order.nodes["Customer"]["Addresses"]["Shipping"] = address


@part("payment")
def set_payment(world: "Shop", order: Order, given: Any) -> None:
    """A type, or {"type", "status"}; cash carries no status, as recorded (54017-285726)."""
    told = {"type": given} if isinstance(given, str) else given
    method = world.method("payment", told.get("type", "transfer"))
    usual = None if method.subtype == "cash" else "unpaid"
    order.nodes["Payment"] = {"Id": str(method.ident), "Name": method.name, "Type": method.subtype,
                              "Status": told.get("status", usual)}  # fmt: skip


@part("paid")
def set_paid(world: "Shop", order: Order, given: Any) -> None:
    """True for the whole sum, or an amount, in one finished transaction more; false takes all money back."""
    payment = order.nodes["Payment"]
    if not given:
        payment.update({"Status": "unpaid", "Paid": "0", "Transactions": None})
        return
    amount = order.sum - money(payment.get("Paid", "0"), "Paid") if given is True else money(given, "paid")
    earlier = (payment.get("Transactions") or {}).get("Transaction", [])
    entry = {"Id": str(world.next_id("transactions")), "AuthCode": "4321", "Status": "finish",
             "Date": world.local(world.now()), "Amount": plain(amount)}  # fmt: skip
    pay(order, [*earlier, entry])


def pay(order: Order, transactions: list[Tree]) -> None:
    """Only finished transactions count as money (section 3.4)."""
    finished = (entry for entry in transactions if entry.get("Status") == "finish")
    paid = sum((money(entry["Amount"], "Amount") for entry in finished), Decimal(0))
    states = ("unpaid" if paid == 0 else "partly paid", "paid", "overpaid")
    order.nodes["Payment"].update({
        "Status": states[1 + (paid > order.sum) - (paid < order.sum)], "Paid": plain(paid),
        "Unpaid": plain(max(order.sum - paid, Decimal(0))), "Transactions": {"Transaction": transactions},
    })  # fmt: skip


@part("status")
def set_status(world: "Shop", order: Order, given: Any) -> None:
    """A name, an id or a type."""
    order.status = world.status(str(given)).ident
    order.status_since = int(world.now())
    if world.settings["own_invoicing"] and world.statuses[order.status].kind == "close_ok":
        number = f"{world.settings['shop_id']}-{world.next_id('invoices'):05}"
        set_invoice(world, order, {"status": "2", "number": number, "url": f"https://shop.example/{number}.pdf"})


@part("invoice")
def set_invoice(world: "Shop", order: Order, given: Mapping[str, Any]) -> None:
    """{"status": 0, 1 or 2, "number", "url"}: 2 is an order UNAS or another program has invoiced."""
    status = str(given.get("status", order.invoice["Status"]))
    order.nodes["Invoice"] = {"Status": status, "StatusText": INVOICE_TEXTS[status], "Number": given.get("number"),
                              "Url": given.get("url")}  # fmt: skip


@part("params")
def set_params(world: "Shop", order: Order, given: Mapping[str, str]) -> None:
    """{question: answer}: where a shop may ask for the tax number ("Adószám")."""
    order.nodes["Params"] = questions(given)


@part("comments")
def set_comments(world: "Shop", order: Order, given: Mapping[str, str]) -> None:
    """{type: text}; types are customer, customer_shipping and admin."""
    order.nodes["Comments"] = {"Comment": [{"Type": kind, "Text": text} for kind, text in given.items()]}


@part("info")
def set_info(world: "Shop", order: Order, given: Mapping[str, list[str]]) -> None:
    """{"ReturnedFrom": [keys]} and the like (section 3.6); a return is noted in the order it came from too."""
    order.nodes["Info"] = {name: {"Key": keys} for name, keys in given.items()}
    for key in given.get("ReturnedFrom", []):
        source = world.order(key)
        source.nodes["Info"] = merged(source.nodes.get("Info"), {"ReturnedTo": {"Key": [order.key]}})


@part("nodes")
def set_nodes(world: "Shop", order: Order, given: Tree) -> None:
    """Any other nodes of an order, in UNAS's own names."""
    if strange := list(misfits(given, ORDER)):
        raise ValueError(f"no such node in an order: {', '.join(strange)}")
    order.nodes = merged(order.nodes, given)


@part("sum")
def set_sum(world: "Shop", order: Order, given: Any) -> None:
    """A SumPriceGross that does not add up; null brings the right one back."""
    order.wrong_sum = None if given is None else money(given, "sum")


@part("omit")
def set_omit(world: "Shop", order: Order, given: list[str]) -> None:
    """Paths of nodes this order is written without ("StatusType", "Payment/Status")."""
    order.omit = tuple(given)


@part("deleted")
def set_deleted(world: "Shop", order: Order, given: bool) -> None:
    order.deleted = bool(given)


def questions(given: Mapping[str, str]) -> Tree:
    return {"Param": [{"Id": str(1000 * index), "Name": name, "Value": value}
                      for index, (name, value) in enumerate(given.items(), start=1)]}  # fmt: skip


def _address(given: Mapping[str, Any]) -> Tree:
    code = str(given["country"])
    return {"Name": given["name"], "ZIP": given["zip"], "City": given["city"], "Street": given["street"],
            **_street(str(given["street"])), "County": given.get("county", ""),
            "Country": COUNTRIES.get(code.lower(), code), "CountryCode": code}  # fmt: skip


def _street(street: str) -> Tree:
    *words, number = street.split(" ")
    kind = words.pop() if words and words[-1] in KINDS_OF_STREET else None
    return {"StreetName": " ".join(words) or None, "StreetType": kind, "StreetNumber": number.rstrip(".")}
