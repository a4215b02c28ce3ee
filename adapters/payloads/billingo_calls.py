"""What Billingo is asked on the way to a document: partner, document block, rate of exchange, lists page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.answer import Answer
from adapters.codelists import CodeLists, Row
from adapters.exchange import RATES, fixed_rate
from adapters.http import Read, Speaker
from adapters.payloads import billingo as say
from adapters.payloads.billingo_told import SWITCH
from adapters.words import as_json
from schemas.document import Draft, Kind, Party
from schemas.errors import Ambiguous, Auth, Permanent, Transient

PAGE, LAST_PAGE = 100, 25
HOME = "HUF"
PLAN = "Settle Billingo's own subscription for this account, then: flask account resume KEY."
READ_ONLY = "Make a key with the scope Write (Beállítások > API kulcsok) and give it to the account."
NO_DEFAULT = "Set default_partner_id, the number of the partner in Billingo, or customer=per buyer."
NO_BLOCK = "List them with flask account series KEY, then: flask account edit KEY --set block_id=NUMBER."
BLOCKS = {Kind.INVOICE: "block_id", Kind.PROFORMA: "proforma_block_id"}


class Desk:
    """Speaks to one account; knows which refusals are whose fault."""

    def __init__(self, speaker: Speaker, owner: str) -> None:
        self.speaker = speaker
        self.blocks = CodeLists(owner, self.listed)

    def call(self, method: str, path: str, *, writes: bool, **more: Any) -> Answer:
        """One call; a plan not paid and a key that may only read are told apart from a wrong key (sheet section 2)."""
        try:
            return self.speaker.call(method, path, writes=writes, **more)
        except Auth as error:
            status = error.exchange.status if error.exchange else 0
            known = {402: ("PLAN_NOT_PAID", PLAN), 403: ("READ_ONLY_ROLE", READ_ONLY)}
            code, remedy = known.get(status or 0, (error.code, error.remedy))
            raise self.speaker.error(Auth, error.detail, error.exchange, code=code, remedy=remedy) from None

    def read(self, read: Callable[[Any], Read], path: str, **params: str) -> Read:
        """One GET, and what `read` makes of its data."""
        return self.speaker.understood(read, self.call("GET", path, writes=False, params=params), writes=False)

    def understood(self, read: Callable[[Any], Read], row: Row) -> Read:
        """What `read` makes of a row that came before; one of an unknown shape says nothing."""
        try:
            return read(row)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            words = f"A document of an unknown shape ({type(error).__name__})"
            raise self.speaker.error(Transient, words, code="UNREADABLE_ANSWER") from None

    def row(self, path: str) -> Row:
        """One object; empty where there is none: a 404, or a 200 without an id (sheet section 3)."""
        answer = self.call("GET", path, writes=False, allow=(404,))
        if answer.status == 404:
            return {}
        found = self.speaker.understood(dict, answer, writes=False)
        return found if found.get("id") else {}

    def listed(self, path: str, most: int = LAST_PAGE, **params: str) -> Iterator[Row]:
        """Every row of a list. Raises Transient rather than leave one out."""
        for page in range(1, most + 1):
            asked = {**params, "per_page": str(PAGE), "page": str(page)}
            rows, last = self.read(lambda data: (list(data["data"]), int(data["last_page"])), path, **asked)
            yield from rows
            if page >= last:
                return
        raise self.speaker.error(Transient, f"More than {most} pages of {path}", code="UNREAD_PAGES")

    def block(self, kind: Kind, options: Mapping[str, str]) -> int:
        """The number series: the account's choice, or the only one there is."""
        chosen = options.get(BLOCKS[kind]) or options.get("block_id")
        if chosen:
            return int(chosen)
        rows = self.blocks.rows("/document-blocks?type=invoice")
        if len(rows) == 1:
            return int(rows[0]["id"])
        words = f"There are {len(rows)} document blocks, and none is chosen."
        raise self.speaker.error(Permanent, words, code="NO_SERIES", remedy=NO_BLOCK)

    def switched(self) -> Iterator[Row]:
        """The blocks in which Billingo itself invoices a paid proforma (sheet section 6, double-issue traps)."""
        rows = self.listed("/document-blocks", type="invoice")
        return (row for row in rows if row.get("create_invoice_from_paid_proforma"))

    def refuse_switched(self, row: Row) -> None:
        """Raises Permanent where marking this proforma as paid would make Billingo invoice it by itself: that invoice
        would have no `vendor_id`."""
        if any(block["id"] == row.get("block_id") for block in self.switched()):
            words = "Marking this proforma as paid would make Billingo issue the invoice by itself."
            raise self.speaker.error(Permanent, words, code="PROFORMA_SWITCH", remedy=SWITCH)

    def settle(self, path: str, gross: Decimal, payment: Mapping[str, str]) -> None:
        """Pay what is left. The list of payments is replaced as a whole: what is there is sent along (section 7)."""
        kept, there = self.read(lambda rows: (rows, [Decimal(str(row["price"])) for row in rows]), f"{path}/payments")
        rest = gross - sum(there, Decimal(0))
        if rest > 0:
            rows = as_json([*kept, {**payment, "price": rest}])
            self.call("PUT", f"{path}/payments", writes=True, json=rows)

    def rate(self, draft: Draft, options: Mapping[str, str]) -> Decimal | None:
        """Forints for one unit of the currency on the day of fulfilment: the account's fixed one, else Billingo's own;
        None in forints. Raises Permanent EXCHANGE_RATE_MISSING where there is none."""
        if draft.currency == HOME:
            return None
        if draft.currency in options.get(RATES.name, ""):
            return fixed_rate(options, draft.currency, say.SYSTEM)
        day = (draft.tax_point or draft.issue_date).isoformat()
        asked = {"from": draft.currency, "to": HOME, "date": day}
        told = self.read(lambda data: data.get("conversation_rate"), "/currencies", **asked)
        return Decimal(str(told)) if told else fixed_rate({}, draft.currency, say.SYSTEM)

    def partner(self, buyer: Party, options: Mapping[str, str]) -> int:
        """The partner of a buyer: the account's default one, or one that says just what the document is to say."""
        if options.get("customer") == "default":
            if not options.get("default_partner_id"):
                words = "No default partner is chosen."
                raise self.speaker.error(Permanent, words, code="NO_DEFAULT_CUSTOMER", remedy=NO_DEFAULT)
            return int(options["default_partner_id"])
        wanted = say.partner(buyer)
        return self._guessed(wanted) or self._known(wanted) or self._made("/partners", wanted)["id"]

    def _guessed(self, wanted: Mapping[str, Any]) -> int | None:
        """Billingo's own find-or-make: safe to repeat, but what it takes for the same need not say the same."""
        row = self._made("/partners/guess", wanted)
        return int(row["id"]) if say.says(row, wanted) else None

    def _known(self, wanted: Mapping[str, Any]) -> int | None:
        rows = self.listed("/partners", query=str(wanted["name"]))
        return next((int(row["id"]) for row in rows if say.says(row, wanted)), None)

    def _made(self, path: str, wanted: Mapping[str, Any]) -> Row:
        """An unclear end is no document in doubt: the next try finds what was made."""
        try:
            answer = self.call("POST", path, writes=True, json=wanted)
            return self.speaker.understood(lambda data: {**data, "id": int(data["id"])}, answer, writes=True)
        except Ambiguous as error:
            words = f"Whether the partner was made is not clear: {error.detail}"
            raise self.speaker.error(Transient, words, error.exchange, code="CONTACT_UNCLEAR") from None

    def days(self, first: date, last: date, most: int = LAST_PAGE, **more: str) -> Iterator[Row]:
        """Every document that the list shows of these days; archived ones are not among them."""
        return self.listed("/documents", most, start_date=first.isoformat(), end_date=last.isoformat(), **more)
