"""An index of documents by the client's reference that finds parts of it fast, however many documents there are."""

import re
from bisect import bisect_right
from collections.abc import Iterator

MARK = b"\x00"


class References:
    """All references in one long run of bytes: searching it is one C loop, so tens of thousands stay cheap."""

    def __init__(self) -> None:
        self.run = bytearray(MARK)
        self.starts: list[int] = []
        self.idents: list[int] = []

    def add(self, reference: str, ident: int) -> None:
        self.starts.append(len(self.run) - 1)
        self.idents.append(ident)
        self.run += reference.encode() + MARK

    def find(self, wanted: str, how: str = "substring") -> list[int]:
        """Ids whose reference holds, begins with or equals `wanted`; a reference changed later may be stale here."""
        return list(dict.fromkeys(self._hits(_needle(wanted, how))))

    def _hits(self, needle: bytes) -> Iterator[int]:
        at = self.run.find(needle)
        while at >= 0:
            entry = bisect_right(self.starts, at) - 1
            yield self.idents[entry]
            after = self.starts[entry + 1] if entry + 1 < len(self.starts) else len(self.run)
            at = self.run.find(needle, after)


def _needle(wanted: str, how: str) -> bytes:
    return {"substring": b"", "prefix": MARK, "exact": MARK}[how] + wanted.encode() + (MARK if how == "exact" else b"")


def reference_in(text: str) -> str:
    """The client's mark within a printed text: what stands in the last square brackets, else the last word with two
    slashes, else the whole text."""
    if found := re.findall(r"\[([^\[\]]+)\]", text):
        return str(found[-1])
    marks = [word.strip(".,;:()") for word in text.split() if word.count("/") >= 2]
    return marks[-1] if marks else text
