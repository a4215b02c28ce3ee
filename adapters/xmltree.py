"""XML of any system: text that XML can say, and answers read with bombs and outside entities refused."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element  # nosec B405

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

#: What XML 1.0 cannot say.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sayable(text: str) -> str:
    """The text without the signs that XML has no way to say, and without blanks around it."""
    return _FORBIDDEN.sub("", text).strip()


def parsed(body: bytes) -> Element | None:
    """The root, None for what is no XML or carries a DTD's tricks."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root


def text(node: Element, path: str) -> str:
    """What a node below holds, its own text and that of nodes in it; absent, empty and blank are "" alike."""
    found = node.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""
