"""The API's functions by name; the rooms of this simulator add theirs on import."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.exchange import Request

if TYPE_CHECKING:
    from simulators.unas.world import Unas


@dataclass(frozen=True)
class Asked:
    """One call: its function, the tree under the root, and the client's address."""

    function: str
    root: str
    tree: Any
    request: Request

    @property
    def params(self) -> dict[str, Any]:
        return self.tree if isinstance(self.tree, dict) else {}


@dataclass(frozen=True)
class Reply:
    """What is answered with 200; `failed` when an entity in it was refused, so that the call counts as failed."""

    root: str
    tree: object
    failed: bool = False


Function = Callable[["Unas", Asked], Reply]


@dataclass(frozen=True)
class Endpoint:
    """`root` is the root the request must have, `bucket` says which limit of section 2 a call counts against."""

    name: str
    root: str
    carry_out: Function
    bucket: Callable[[Asked], str]


FUNCTIONS: dict[str, Endpoint] = {}


def function(
    name: str, root: str = "Params", bucket: Callable[[Asked], str] | None = None
) -> Callable[[Function], Function]:
    def add(carry_out: Function) -> Function:
        FUNCTIONS[name] = Endpoint(name, root, carry_out, bucket or (lambda asked: asked.function))
        return carry_out

    return add
