"""`flask demo`: a captured day of a real WooCommerce shop through the whole house, checked against what it should
owe."""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import click

from console.stack import ROOT, NotStarted, Stack
from console.tables import table
from ledger import connections, documents, events, follow_ups, orders
from ledger.documents import DocumentRow
from ledger.engine import Ledger, open_ledger
from ledger.vault import Vault
from schemas.document import Kind

CAPTURED = ROOT / "fixtures" / "woocommerce-8.2.2"
EXPECTED = ROOT / "fixtures" / "expected.json"
TOKEN = "demo-token/DEMO"  # noqa: S105 - the simulator's  # nosec B105
#: The shop's day was captured on 21 November 2026; orders placed before a route starts are left alone.
STARTS_AT = "2026-11-20T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One captured request: its headers as sent, its exact bytes, and the order it is about ("" for a ping)."""

    name: str
    headers: Mapping[str, str]
    body: bytes
    secret: str | None
    order_id: str


def deliveries() -> Iterator[Delivery]:
    """The captured requests in the order they came."""
    for path in sorted(CAPTURED.glob("*.body")):
        note = json.loads(path.with_suffix(".headers.json").read_text())
        body = path.read_bytes()
        order_id = str(json.loads(body)["id"]) if body.startswith(b"{") else ""
        yield Delivery(path.stem, dict(note["headers"]), body, note["secret"], order_id)


def post(port: int, shop: str, delivery: Delivery) -> int:
    """Send one delivery as the shop did, byte for byte; gives the status code."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    skipped = {"host", "content-length", "accept-encoding"}
    headers = {k: v for k, v in delivery.headers.items() if k.lower() not in skipped}
    connection.request("POST", f"/webhooks/{shop}", delivery.body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def connect(stack: Stack, simulator: str) -> str:
    """Register the demo's shop, account and route with the console's own commands; gives the shop's key."""
    secret = next(d.secret for d in deliveries() if d.secret)
    shop = json.loads(
        stack.flask(
            "shop", "add", "woocommerce", "http://127.0.0.1:8088/", "--name", "demo", "--secret", secret, "--json"
        )
    )
    seller = [
        "--seller",
        "Bolt Kft.",
        "--country",
        "HU",
        "--vat-id",
        "HU12345676",
        "--oss",
        "--timezone",
        "Europe/Budapest",
    ]
    credentials = ["--set", f"url={simulator}", "--set", f"api_token={TOKEN}"]
    account = json.loads(
        stack.flask("account", "add", "fakturownia", "--name", "demo", *seller, *credentials, "--json")
    )
    stack.flask("route", "add", shop["key"], account["key"], "--preset", "invoice when paid", "--starts-at", STARTS_AT)
    return str(shop["key"])


@dataclass
class Books:
    """The demo's ledger, read from outside while the house runs."""

    ledger: Ledger
    shop_id: int

    def unsettled(self, order_id: str = "") -> int:
        """Order events that still wait: of one order, or of the shop; follow-ups lie partly in the future."""
        with self.ledger.read() as tx:
            if order_id:
                return len(events.waiting_of_order(tx, self.shop_id, order_id))
            return follow_ups.orders_waiting(tx, self.shop_id)

    def stored(self, order_id: str) -> int:
        """How many events of this order are written down."""
        with self.ledger.read() as tx:
            return len(events.page(tx, order=order_id, limit=100))

    def settle(self, seconds: float, order_id: str = "", *, every: float = 0.02) -> None:
        """Wait until nothing (of this order) waits, looking `every` so many seconds; raises NotStarted when that takes
        longer than `seconds`."""
        end = time.monotonic() + seconds
        while waiting := self.unsettled(order_id):
            if time.monotonic() > end:
                raise NotStarted(f"{waiting} events still wait after {seconds:.0f} s: see the logs.")
            time.sleep(every)


def replay_day(stack: Stack, books: Books, shop: str) -> list[int]:
    """Post every captured request in its order; an order's next delivery leaves when its last one is settled."""
    answers = []
    for delivery in deliveries():
        if delivery.order_id:
            books.settle(60, delivery.order_id)
        answers.append(post(stack.port, shop, delivery))
    books.settle(60)
    return answers


def rows(books: Books) -> list[dict[str, Any]]:
    """One row per order: what the shop says, what was decided, and the document."""
    with books.ledger.read() as tx:
        live = documents.page(tx, shop_id=books.shop_id, state="live", limit=500)
        found = orders.page(tx, shop_id=books.shop_id, limit=500)
        dead = {o.order_id: events.dead_of_order(tx, books.shop_id, o.order_id) for o in found}
    papers = {d.order_id: d for d in live if d.document and d.kind is Kind.INVOICE}
    credits = {d.order_id: d for d in live if d.document and d.kind is Kind.CREDIT_NOTE}
    listed = []
    for order in sorted(found, key=lambda o: int(o.order_id)):
        paper = papers.get(order.order_id)
        listed.append(
            {
                "order": order.order_id,
                "status": order.newest_status,
                "reason": order.reason,
                "number": paper.document.number if paper and paper.document else "",
                "total": _amount(paper),
                "currency": paper.draft.currency if paper else "",
                "credited": _amount(credits.get(order.order_id)),
                "detail": "; ".join(e.detail for e in dead[order.order_id]),
            }
        )
    return listed


def _amount(row: DocumentRow | None) -> str:
    """What the system says the document comes to, with the currency's own decimals; "" without a document."""
    if row is None or row.document is None:
        return ""
    return f"{abs(row.document.gross):.{row.draft.decimals}f}"


def problems(listed: list[dict[str, Any]], answers: list[int], simulated: Mapping[str, Any]) -> list[str]:
    """What is not as the expected table says; empty when all is well."""
    expected = {k: v for k, v in json.loads(EXPECTED.read_text()).items() if k != "_"}
    found = {row["order"]: row for row in listed}
    wrong = [f"{len([a for a in answers if a != 200])} requests were not answered 200"] if set(answers) != {200} else []
    wrong += [f"orders {sorted(found.keys() ^ expected.keys())} are on one side only"] * (
        found.keys() != expected.keys()
    )
    for order, want in expected.items():
        wrong += _differs(order, want, found.get(order, {}))
    return wrong + _sums(listed, simulated)


def _differs(order: str, want: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    total = row.get("total") or None
    if total is None and want.get("may_refuse"):
        return [] if row.get("reason") == want["refused"] else [f"order {order}: no invoice for {row.get('reason')}"]
    if (total and Decimal(total)) != (want["invoice"] and Decimal(want["invoice"])):
        return [f"order {order}: invoice {total}, expected {want['invoice']}"]
    if row["credited"] != want.get("credit", ""):
        return [f"order {order}: credited {row['credited']}, expected {want.get('credit')}"]
    reason = want.get("reason", row.get("reason"))
    return [] if row.get("reason") == reason else [f"order {order}: {row.get('reason')}, expected {reason}"]


def sums(listed: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Totals of the invoices per currency."""
    added: dict[str, Decimal] = {}
    for row in listed:
        if row["total"]:
            added[row["currency"]] = added.get(row["currency"], Decimal(0)) + Decimal(row["total"])
    return added


def _sums(listed: list[dict[str, Any]], simulated: Mapping[str, Any]) -> list[str]:
    there = {currency: Decimal(total) for currency, total in simulated["totals"].items()}
    here = sums(listed)
    return [] if here == there else [f"totals here {here} differ from the invoicing system's {there}"]


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def demo(as_json: bool) -> None:
    """Post a captured shop's day to a house of its own and check every document. Touches nothing of yours."""
    folder = ROOT / "var" / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    try:
        with Stack(folder) as stack:
            listed, answers, simulated = _day(stack)
    except NotStarted as error:
        raise click.ClickException(f"{error}\nThe logs are in {folder}.") from None
    wrong = problems(listed, answers, simulated)
    _print(listed, answers, wrong, time.monotonic() - started, as_json=as_json)
    sys.exit(1 if wrong else 0)


def _day(stack: Stack) -> tuple[list[dict[str, Any]], list[int], Mapping[str, Any]]:
    click.echo("Starting Valkey, a simulated Fakturownia, web, worker and clock …", err=True)
    simulator = stack.simulator("fakturownia", "--token", TOKEN)
    stack.environ = {**stack.environ, "ALLOW_PRIVATE_ADDRESSES": "1", "VENDOR_LIMITS": "off"}
    stack.start()
    shop = connect(stack, simulator)
    books = books_of(stack, shop)
    click.echo("Posting 71 captured requests of a WooCommerce 8.2.2 shop …", err=True)
    answers = replay_day(stack, books, shop)
    with urlopen(f"{simulator}/_sim/summary", timeout=10) as answer:  # noqa: S310 - our own simulator  # nosec B310
        simulated = json.load(answer)
    return rows(books), answers, simulated


def books_of(stack: Stack, shop: str) -> Books:
    """The ledger of that house, with its own key."""
    key = Path(stack.settings()["SECRET_KEY_FILE"]).read_text().strip()
    ledger = open_ledger(stack.settings()["DATABASE_URL"], Vault([key]))
    with ledger.read() as tx:
        found = connections.shop_by_key(tx, ledger.vault, shop)
    if found is None:
        raise NotStarted(f"The shop {shop} was not registered.")
    return Books(ledger, found.id)


def _print(
    listed: list[dict[str, Any]], answers: list[int], wrong: list[str], seconds: float, *, as_json: bool
) -> None:
    if as_json:
        click.echo(json.dumps({"orders": listed, "problems": wrong}, default=str))
        return
    columns = ("order", "status", "reason", "number", "total", "currency", "credited")
    click.echo(table(columns, [[row[c] for c in columns] for row in listed]))
    issued = [row for row in listed if row["number"]]
    click.echo(f"\n{len(answers)} requests, all answered 200: {set(answers) == {200}}.")
    credited = [row for row in listed if row["credited"]]
    told = (
        f"{len(issued)} invoices, {len(credited)} credit notes, {len(listed) - len(issued)} orders without a document"
    )
    click.echo(f"{len(listed)} orders: {told}; {seconds:.1f} s. Totals of the invoices:")
    for currency, total in sorted(sums(listed).items()):
        click.echo(f"  {total:>12} {currency}")
    for row in listed:
        if row["detail"]:
            click.echo(f"  order {row['order']}: {row['reason']}: {row['detail']}")
    click.echo("Everything is as it should be." if not wrong else "NOT as it should be:\n  " + "\n  ".join(wrong))
