"""Number series: the next number is only a preview and reserves nothing (sheet section 7)."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from simulators.exchange import Request, Response
from simulators.fields import is_whole, one_of, text
from simulators.idoklad.accepted import boolean, integer, key
from simulators.idoklad.document import CREDIT, INVOICE, PROFORMA, TYPE_NUMBERS
from simulators.idoklad.filters import BadFilter, Column, condition, ids, truth
from simulators.idoklad.routes import ROUTES

if TYPE_CHECKING:
    from simulators.idoklad.world import Idoklad

COLUMNS = {"Id": ids("Id"), "DocumentType": ids("DocumentType"),
           "IsDefault": Column(truth, ("eq", "!eq"), lambda row: row["IsDefault"])}  # fmt: skip
PATCH = {"Id": key, "IsDefault": boolean, "LastNumber": integer, "Name": text(100), "NumberFormat": text(50),
         "Year": integer, "DocumentType": one_of(*TYPE_NUMBERS.values())}  # fmt: skip
STAMP = "2026-01-02T08:00:00.000"


@dataclass
class Series:
    """One numeric sequence: letters, year and four digits; `taken` are the serial numbers of live documents."""

    ident: int
    kind: str
    name: str
    letters: str
    year: int
    default: bool
    floor: int = 0
    taken: dict[int, int] = field(default_factory=dict)
    top: int = 0

    @property
    def last(self) -> int:
        return max(self.top, self.floor)

    @property
    def next(self) -> int:
        return self.last + 1

    @property
    def pattern(self) -> str:
        return f"{self.letters}RRRRCCCC"

    def number(self, serial: int, day: date) -> str:
        return f"{self.letters}{day.year}{serial:04d}"

    def take(self, serial: int) -> None:
        self.taken[serial] = self.taken.get(serial, 0) + 1
        self.top = max(self.top, serial)

    def free(self, serial: int) -> None:
        """A deleted document's number is offered again when it was the last."""
        self.taken[serial] -= 1
        if not self.taken[serial]:
            del self.taken[serial]
            self.top = max(self.taken, default=0)

    def shown(self) -> dict[str, Any]:
        stamps = {"DateCreated": STAMP, "DateLastChange": STAMP, "UserCreatedId": 1, "UserLastChangeId": 1}
        return {"DocumentType": TYPE_NUMBERS[self.kind], "Id": self.ident, "IsDefault": self.default,
                "LastNumber": self.last, "Metadata": stamps, "Name": self.name, "NumberFormat": self.pattern,
                "Year": self.year}  # fmt: skip


def first_series(year: int) -> dict[int, Series]:
    """One default for each kind, and one beside it for a shop."""
    made = (Series(607_899, INVOICE, "Faktury", "", year, True, 57),
            Series(607_900, PROFORMA, "Zálohy", "Z", year, True),
            Series(607_901, CREDIT, "Dobropisy", "D", year, True), Series(607_902, INVOICE, "E-shop", "E", year, False),
            Series(607_903, CREDIT, "E-shop dobropisy", "ED", year, False),
            Series(607_904, PROFORMA, "E-shop zálohy", "EZ", year, False))  # fmt: skip
    return {one.ident: one for one in made}


def default_series(world: "Idoklad", kind: str) -> Series:
    return next(one for one in world.series.values() if one.kind == kind and one.default)


def symbol(number: str) -> str:
    """The variable symbol: the number's digits, ten at most."""
    return "".join(letter for letter in number if letter.isdigit())[-10:]


@ROUTES.add("GET", "/v3/NumericSequences")
def index(world: "Idoklad", request: Request) -> Response:
    asked = request.query
    try:
        wanted = condition(asked.get("filter", ""), COLUMNS, asked.get("filtertype", "and"))
    except BadFilter as error:
        raise world.fail(400, 400, f"filter: {error}") from error
    return world.page([row for row in (one.shown() for one in world.series.values()) if wanted(row)], asked)


@ROUTES.add("GET", "/v3/NumericSequences/{id}")
def show(world: "Idoklad", request: Request) -> Response:
    return world.envelope(_series(world, request.params["id"]).shown())


@ROUTES.add("PATCH", "/v3/NumericSequences")
def update(world: "Idoklad", request: Request) -> Response:
    """A format that equals another sequence's is refused with 409 and 123 (sheet section 9)."""
    given = world.given(request, PATCH)
    series = _series(world, str(given.get("Id", "")))
    letters = str(given.get("NumberFormat", series.pattern)).partition("RRRR")[0]
    if any(
        other.letters == letters and other.kind == series.kind for other in world.series.values() if other is not series
    ):
        raise world.fail(409, 123, "Numeric sequence must be unique.")
    series.letters, series.name = letters, given.get("Name", series.name)
    series.floor = given.get("LastNumber", series.floor)
    if given.get("IsDefault"):
        for other in world.series.values():
            other.default = other is series if other.kind == series.kind else other.default
    return world.envelope(series.shown())


@ROUTES.add("GET", "/v3/NumericSequences/DocumentNumbers/{type}")
def preview(world: "Idoklad", request: Request) -> Response:
    """The type by name or number; Unique is the next free number, Custom what was asked for."""
    asked, named = request.query, request.params["type"]
    kind = next((name for name, number in TYPE_NUMBERS.items() if named in (name, str(number))), "")
    if not kind:
        raise world.fail(400, 400, f"documentType: '{named}' is unknown")
    series = (
        _series(world, asked["numericSequenceId"]) if asked.get("numericSequenceId") else default_series(world, kind)
    )
    day = world.asked_day(asked.get("date", ""))
    wanted = asked.get("documentSerialNumber", "")
    custom = int(wanted) if is_whole(wanted) else series.next
    return world.envelope({"Unique": _preview(series, series.next, day), "Custom": _preview(series, custom, day)})


def _preview(series: Series, serial: int, day: date) -> dict[str, Any]:
    number = series.number(serial, day)
    return {"DocumentNumber": number, "DocumentSerialNumber": serial, "IsUnique": serial not in series.taken,
            "NumericSequenceId": series.ident, "VariableSymbol": symbol(number)}  # fmt: skip


def _series(world: "Idoklad", ident: str) -> Series:
    series = world.series.get(int(ident)) if is_whole(ident) else None
    if series is None:
        raise world.fail(404, 0, f"NumericSequence with id {ident} was not found.")
    return series
