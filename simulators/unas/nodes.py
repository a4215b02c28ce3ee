"""UNAS's XML as trees: a node's name leads to a text, a tree, or a list of either; None leaves a node out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from simulators.exchange import Response

Tree = dict[str, Any]
DECLARATION = '<?xml version="1.0" encoding="UTF-8" ?>\n'
# UNAS wraps free text in CDATA and writes numbers, codes and dates bare.
BARE = re.compile(r"[0-9A-Za-z .,:%+_@|-]*")
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Marked:
    """A text whose node carries attributes."""

    text: str
    attributes: str

    def __str__(self) -> str:
        return self.text


def answer(root: str, tree: object, status: int = 200) -> Response:
    return Response(status, (DECLARATION + written(root, tree)).encode(), "text/xml; charset=utf-8")


def written(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(written(name, entry) for entry in value)
    if isinstance(value, Mapping):
        inside = "".join(written(child, entry) for child, entry in value.items())
    else:
        inside = _text(str(value))
    attributes = f" {value.attributes}" if isinstance(value, Marked) else ""
    return f"<{name}{attributes}>{inside}</{name}>"


def tree_of(element: Element) -> Any:
    """A node without children is its text without the white space around it; nodes of one name become a list."""
    if not len(element):
        return (element.text or "").strip()
    found: Tree = {}
    for child in element:
        value = tree_of(child)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def every(value: Any) -> list[Any]:
    """What one node or several of one name hold; nothing for an absent or empty one."""
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


def merged(old: Any, new: Any) -> Any:
    """Trees join node by node, everything else is replaced."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}


def without(tree: Tree, path: str) -> None:
    """Leave out a node by its path ("Payment/Status")."""
    name, _, rest = path.partition("/")
    if not rest:
        tree.pop(name, None)
    elif isinstance(tree.get(name), dict):
        tree[name] = dict(tree[name])
        without(tree[name], rest)


def _text(text: str) -> str:
    if BARE.fullmatch(text):
        return escape(text)
    return f"<![CDATA[{NOT_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
