"""Every node of an order, and what setOrder may do with it (sheet sections 3.2 to 3.4 and 4)."""

from collections.abc import Iterator, Mapping
from typing import Any

# Only getOrder writes it; getOrder writes and setOrder takes it; setOrder takes it only when it adds; only setOrder.
READ, BOTH, ADDING, COMMAND = "read", "both", "adding", "command"

Shape = Mapping[str, Any]


def _all(names: str, use: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), use)


STREET = _all("Name ZIP City Street StreetName StreetType StreetNumber County Country CountryCode", BOTH)
POINT = {**_all("DeliveryPointID DeliveryPointGroup DeliveryPointSubGroup RecipientName", BOTH),
         "AltDeliveryPointID": READ}  # fmt: skip
QUESTIONS = {"Param": _all("Id Name Value", BOTH)}
ITEM: Shape = {
    **_all("Id Sku Name", BOTH), "Variants": {"Variant": _all("Id Name Value", BOTH)},
    "ProductParams": {"ProductParam": _all("Id Name Value Url", READ)}, "Data": {"Subscription": READ},
    **_all("Unit Quantity PriceNet PriceGross Percent Vat Status", BOTH),
    "PlusStatuses": {"Status": _all("Id Name Value Public", BOTH)}, "Control": _all("Quantity User", BOTH),
    "StockConsumptions": {"StockConsumption": _all("Id Name Quantity", READ)},
}  # fmt: skip
ORDER: Shape = {
    "Action": COMMAND, "Key": BOTH, "InternalKey": READ, "Id": READ, "Date": ADDING, "DateMod": READ, "Lang": ADDING,
    "Customer": {
        "Id": BOTH, "Email": BOTH, "EmailWarning": READ, "Username": BOTH,
        "Contact": _all("Name Phone Mobile", BOTH),
        "Addresses": {
            "Invoice": {**STREET, **_all("TaxNumber EUTaxNumber CustomerType", BOTH)},
            "Shipping": {**STREET, **POINT},
        },
        "Group": {"Id": BOTH, "Name": BOTH, "ForeignID": READ}, "Params": QUESTIONS, "Comment": BOTH,
    },
    "Currency": ADDING, "PriceRounding": READ, "ExchangeValue": ADDING, "VatCountryCode": ADDING, "Type": BOTH,
    "Status": BOTH, "StatusDetails": BOTH, "StatusDateMod": READ, "StatusEmail": COMMAND, "OrderEmail": COMMAND,
    "StatusID": READ, "StatusType": READ, "Authenticated": READ,
    "Payment": {
        **_all("Id Name", BOTH), **_all("Type Status Paid Pending Unpaid", READ),
        "Transactions": {"Transaction": {"Id": BOTH, "AuthCode": READ, "Status": READ, "Date": BOTH, "Amount": BOTH,
                                         "AmountRefund": READ}},
        "ForeignID": READ,
    },
    "Shipping": _all("Id Name PackageNumber TrackingUrl ForeignID", BOTH),
    "Invoice": {"Status": BOTH, "StatusText": READ, "Number": BOTH, "Url": BOTH},
    "Storno": _all("Number Url", BOTH), "Params": QUESTIONS, "Referer": BOTH, "Affiliate": _all("Id Name", READ),
    "UTM": _all("Source Medium Campaign Content", READ), "Coupon": ADDING, "Weight": READ,
    "Info": {name: {"Key": READ} for name in ("MergedFrom", "SeparatedTo", "SeparatedFrom", "CopiedFrom",
                                              "ReturnedFrom", "ReturnedTo")},
    "Comments": {"Comment": _all("Type Text", BOTH)}, "SumPriceGross": READ, "Items": {"Item": ITEM},
}  # fmt: skip


def misfits(tree: object, shape: Shape, place: str = "") -> Iterator[str]:
    """Paths of nodes no order has, of texts where nodes belong, and of nodes that may stand only once."""
    if not isinstance(tree, Mapping):
        if tree:
            yield place or "text"
        return
    for name, value in tree.items():
        inside = shape.get(name)
        if isinstance(inside, Mapping):
            for entry in value if isinstance(value, list) else [value]:
                yield from misfits(entry, inside, f"{place}{name}/")
        elif inside is None or isinstance(value, Mapping) or (isinstance(value, list) and "Info/" not in place):
            yield f"{place}{name}"


def kept(tree: Any, shape: Shape, uses: tuple[str, ...]) -> Any:
    """Without the nodes setOrder may not touch: like UNAS it passes over what only getOrder writes."""
    if isinstance(tree, list):
        return [kept(entry, shape, uses) for entry in tree]
    if not isinstance(tree, Mapping):
        return tree
    return {name: kept(value, shape[name], uses) if isinstance(shape[name], Mapping) else value
            for name, value in tree.items() if isinstance(shape[name], Mapping) or shape[name] in uses}  # fmt: skip
