"""What the client of a shop's own API can do: read an order afresh, list what changed, say what was invoiced, mind the
shop's webhooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Unpack

from adapters.connect import FAST, Limits
from adapters.manifest import Field
from adapters.ports import ShopPorts
from schemas.connection import Shop
from schemas.document import Kind

#: Between a number that the shop gave out again and the identity of the order that is meant by both together.
REUSED = "~"


def renamed(order_id: str, identity: str) -> str:
    """What an order is called here whose number belonged to another one before."""
    return f"{order_id}{REUSED}{identity}"


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """What `verify` learned: the shop's own name and zone (IANA, "" = not told), what a person should know, and whether
    it can send webhooks at all."""

    name: str
    timezone: str = ""
    warnings: tuple[str, ...] = ()
    sends: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """One order as the shop has it now, with what files it: the shop's modification time (UTC, aware), its status, how
    many refunds it has.

    `whole` gives the order in the form its platform's reader understands (workers/read.py), refunds included; it is
    asked only where that is wanted: most of what a listing holds is known already, and putting it together is dear.
    `identity` is the shop's own name for this very order, where its number may be given to another one; "" = the number
    is never used twice.
    """

    order_id: str
    whole: Callable[[], bytes] = field(repr=False, compare=False)
    modified_at: datetime | None
    status: str
    refunds: int = 0
    identity: str = ""

    @property
    def body(self) -> bytes:
        """The order's bytes."""
        return self.whole()


@dataclass(frozen=True, slots=True)
class Written:
    """What goes back into the shop about one document. `status` is the order status to set, "" = leave it;
    `tell_buyer` has the shop tell its customer of the note. `identity` is that of the order (see Reading), `ours` are
    the numbers of the order's other documents, which this one may take the place of.
    """

    kind: Kind
    number: str
    url: str = ""
    status: str = ""
    tell_buyer: bool = False
    identity: str = ""
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hooks:
    """How the shop's webhooks to us stand: `mended` names those switched on again or made anew; `problem` says in
    words what is missing ("" = all is well); `pinging`: new ones are among them, and the shop tries each with a
    ping."""

    mended: tuple[str, ...] = ()
    pinging: bool = False
    problem: str = ""
    remedy: str = ""


class ShopClient(ABC):
    """A shop's own API. Every call may raise the error tree of schemas.errors, `system` being the platform.

    An order that is gone raises Permanent with the code ORDER_GONE; a refused key raises Auth with a remedy.
    `minds_hooks` says whether the platform lets us see to its webhooks; `takes` are the kinds of documents whose number
    has a place there; `credentials` are the fields that a person fills in to let us read the shop, the key first.
    """

    platform: ClassVar[str]
    label: ClassVar[str]
    minds_hooks: ClassVar[bool] = False
    takes: ClassVar[frozenset[Kind]] = frozenset(Kind)
    credentials: ClassVar[tuple[Field, ...]]

    def __init__(self, shop: Shop, **ports: Unpack[ShopPorts]) -> None:
        self.shop = shop
        self.ports = ports

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shop.key!r})"

    @classmethod
    def problems(cls, credentials: Mapping[str, str]) -> dict[str, str]:
        """Field name → what is wrong with it, unknown ones too; empty when all is well."""
        found = {field.name: field.problem(credentials.get(field.name, "")) for field in cls.credentials}
        found |= {name: "is not known" for name in credentials if name not in found}
        return {name: sentence for name, sentence in found.items() if sentence}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that are masked wherever they turn up."""
        return tuple(self.shop.credentials.get(field.name, "") for field in self.credentials if field.secret)

    @property
    def limits(self) -> Limits:
        """How long one call may take: what the ports say, as for every mouth."""
        deadline = self.ports.get("deadline")
        usual = Limits.within(deadline) if deadline else FAST if self.ports.get("fast") else Limits()
        return self.ports.get("limits") or usual

    @abstractmethod
    def verify(self) -> ShopInfo:
        """A cheap authenticated read; raises Auth with a remedy."""

    @abstractmethod
    def order(self, order_id: str) -> Reading:
        """The order as it is now, never from a cache."""

    @abstractmethod
    def changed(self, since: datetime) -> Iterator[Reading]:
        """Every order modified at or after `since` (UTC, aware), oldest change first, none skipped while pages move
        under the reader; one may come twice. `body` may be what the listing holds; the desk reads anew before it
        decides.
        """

    @abstractmethod
    def write_back(self, order_id: str, written: Written) -> None:
        """Number and link of a document into the order; reads first, so that twice is once. The note comes last."""

    def rests_until(self, now: datetime) -> datetime | None:
        """The end of a time in which the platform asks not to be polled, if `now` (UTC) falls into one."""
        return None

    def mend_hooks(self, delivery_url: str, secret: str) -> Hooks:
        """Make or switch on again the webhooks to `delivery_url`; nothing where the platform has none to mind."""
        return Hooks()
