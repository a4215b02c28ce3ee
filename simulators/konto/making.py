"""Making invoices and credit notes out of `data`; nothing here knows one request from its repetition."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from simulators.fields import Check, Faults, checked, is_whole, missing
from simulators.konto.accepted import (
    CREDIT_TYPE,
    CUSTOMER,
    CUSTOMER_REQUIRED,
    LINE,
    LINE_REQUIRED,
    PRINT,
    SWITCHES,
    whole,
)
from simulators.konto.arithmetic import in_units, total, totals, value
from simulators.konto.document import DAYS, PAID, SAVED, SENT, Document, dated

if TYPE_CHECKING:
    from simulators.konto.world import Konto

IS_REQUIRED = "is required"
NO_VAT = "must be Z: the company is not registered for VAT"


def sale(world: "Konto", data: dict[str, Any], known: Mapping[str, Check], required: tuple[str, ...]) -> dict[str, Any]:
    """A request that has passed every rule, its lines completed from the item register."""
    extra: dict[str, Check] = {"customer": _object, "items": _list}
    if world.settings["refer_guid"] == "kept":
        extra["refer_guid"] = lambda guid, place: iter(() if str(guid) in world.invoices else ((place, "is unknown"),))
    world.demand(missing(data, required, IS_REQUIRED))
    world.demand(checked(data, {**known, **extra}))
    lines = [completed(world, line) for line in data["items"]]
    given = {**data, "items": lines}
    world.demand(_rules(world, given))
    return given


def keep(
    world: "Konto", given: dict[str, Any], customer: dict[str, Any], status: str = "", order: str = ""
) -> Document:
    """Number it, keep it, mail it."""
    lines = [{**line, "guid": line.get("guid") or _registered(world, line)} for line in given["items"]]
    days = {name: dated(given.get(name)) for name in DAYS}
    document = Document(world.next_guid(), world.next_number(), {**given, **days, "items": lines},
                        amount_of(world, given), customer, world.reckoning, order=order)  # fmt: skip
    document.status = status or (SAVED if given.get("save") in SWITCHES else _paid(given))
    document.refer_guid = given.get("refer_guid") or ""
    document.updated = world.stamp()
    world.invoices[document.guid] = document
    _mail(world, document)
    return document


def amount_of(world: "Konto", given: Mapping[str, Any]) -> Any:
    """The amount in the currency's unit: the króna has no decimals."""
    return in_units(value(given["amount"]), str(given["currency"]))


def the_customer(world: "Konto", given: Mapping[str, Any]) -> dict[str, Any]:
    """Known by guid or kennitala, else new. [X] saw a guid alone refused: send the whole customer beside it."""
    known = world.customers.get(str(given.get("guid", "")))
    if given.get("guid") and known is None:
        raise world.no("Customer not found")
    if known is not None and world.settings["customer_by_guid"]:
        given = {**{name: value for name, value in known.items() if name in CUSTOMER}, **given}
    world.demand(checked(given, CUSTOMER))
    if not given.get("registration_no"):
        raise world.no("Vinsamlegast skrá rétta kennitölu")
    if not given.get("name"):
        raise world.no("Name is required")
    world.demand(output_faults(given))
    kept = known or next((one for one in world.customers.values()
                          if one["registration_no"] == given["registration_no"]), None)  # fmt: skip
    return {**(kept or add_customer(world, given)), **given}


def add_customer(world: "Konto", given: Mapping[str, Any]) -> dict[str, Any]:
    blank: dict[str, Any] = {
        **dict.fromkeys(CUSTOMER, ""), "output_select": "3", "due_date": 0, "settlement_date": 0, "lang": "is",
        "currency": "ISK", "tax_exempt": False, "is_claim": 0, "is_discount": 0,
    }  # fmt: skip
    kept = {**blank, **given, "guid": world.next_guid(), "updated_timestamp": world.stamp()}
    kept["output_select"] = str(kept["output_select"])
    world.customers[kept["guid"]] = kept
    return kept


def customer_faults(given: Mapping[str, Any]) -> Faults:
    yield from missing(given, CUSTOMER_REQUIRED, IS_REQUIRED)
    yield from checked(given, CUSTOMER)
    yield from output_faults(given)


def output_faults(given: Mapping[str, Any]) -> Faults:
    """An e-invoice needs somebody to receive it."""
    if str(given.get("output_select", "")) == "2" and not given.get("trading_partner_id"):
        yield "trading_partner_id", "is required for e-invoices"


def completed(world: "Konto", line: Any) -> dict[str, Any]:
    """A line with a guid takes what it lacks from the register."""
    if not isinstance(line, dict):
        raise world.no("items must be a list of objects")
    known = world.items.get(str(line.get("guid", "")), {})
    if line.get("guid") and not known:
        raise world.no("Item not found")
    full = {**{name: known[name] for name in LINE_REQUIRED if name in known}, **line}
    world.demand(checked(full, LINE, "item"))
    world.demand((f"item.{place}", sentence) for place, sentence in missing(full, LINE_REQUIRED, IS_REQUIRED))
    return full


def _rules(world: "Konto", given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    own = world.settings
    if not given["items"]:
        yield "items", IS_REQUIRED
    for line in given["items"]:
        yield from _line_faults(world, line)
    yield from _sign_faults(world, given)
    if given.get("is_claim") in SWITCHES and not own["claim_subscription"]:
        yield "is_claim", "needs a claim subscription"
    if given.get("is_discount") in SWITCHES and not own["discount_subscription"]:
        yield "is_discount", "needs a discount subscription"
    for name in filter(None, str(given.get("files") or "").split(",")):
        if not is_whole(name.strip()) or int(name) not in world.files:
            yield "files", f"{name} is unknown"
    if own["amount_check"] == "exact":
        yield from _amount_faults(world, given)
    yield from _quota_faults(world)


def _line_faults(world: "Konto", line: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """qty is documented as an integer."""
    if not world.settings["fractional_qty"]:
        yield from whole(line["qty"], "item.qty")
    if not world.settings["vat_no"] and line["tax"] != "Z":
        yield "item.tax", NO_VAT


def _sign_faults(world: "Konto", given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The sign of a credit note is setting credit_sign's; a line may go the other way, as a discount does."""
    sign = world.settings["credit_sign"] if given.get("type") == CREDIT_TYPE else "any"
    asked = value(given["amount"])
    if (sign == "positive" and asked < 0) or (sign == "negative" and asked > 0):
        yield "amount", f"must be {sign} on a credit note"


def _amount_faults(world: "Konto", given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The amount includes VAT; it must be what the lines come to."""
    sums = totals((world.reckoning.line(line, given) for line in given["items"]), given)
    own, sent = total(sums, given), amount_of(world, given)
    if own != sent:
        yield "amount", f"is {sent}, but the items come to {own}"


def _quota_faults(world: "Konto") -> Iterator[tuple[str, str]]:
    """The free plan: so many invoices a month (sheet section 7; the text is ours)."""
    most, month = world.settings["monthly_invoices"], world.today().isoformat()[:7]
    made = sum(one.updated.startswith(month) for one in world.invoices.values())
    if most and made >= most:
        yield "plan", f"allows {most} invoices a month"


def _paid(given: Mapping[str, Any]) -> str:
    return PAID if given.get("mark_paid") in SWITCHES else SENT


def _registered(world: "Konto", line: Mapping[str, Any]) -> str:
    """add_new: 1 puts the line into the item register too."""
    return add_item(world, line)["guid"] if line.get("add_new") in SWITCHES else ""


def add_item(world: "Konto", given: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"guid": world.next_guid(), "item_number": f"{len(world.items) + 1}", "category": "",
                            "active": 1, "updated_timestamp": world.stamp()}  # fmt: skip
    names = ("item_number", "description", "uom", "tax", "unit_price", "category", "active")
    kept.update({name: given[name] for name in names if name in given})
    world.items[kept["guid"]] = kept
    return kept


def _mail(world: "Konto", document: Document) -> None:
    """Konto sends by itself, unless the document is only saved or the customer's output is print."""
    customer = document.customer
    if document.status != SAVED and str(customer.get("output_select")) != PRINT and customer.get("email"):
        world.emails.append({"guid": document.guid, "to": customer["email"], "at": document.issued})


def _object(value_: Any, place: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value_, dict):
        yield place, "must be an object"


def _list(value_: Any, place: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value_, list):
        yield place, "must be a list"
