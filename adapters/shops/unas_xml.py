"""UNAS's XML: written node by node without empty ones, read with bombs and entities refused (unas.md 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union
from xml.etree.ElementTree import Element, SubElement, tostring  # nosec B405

from adapters.xmltree import parsed, sayable, text

__all__ = ["Tree", "one", "parsed", "text", "written"]

Tree = Mapping[str, Union[str, "Tree", Sequence["Tree"]]]


def written(root: str, tree: Tree) -> bytes:
    """A document; a node with an empty text is left out, since an empty node deletes what the shop has."""
    top = Element(root)
    _fill(top, tree)
    return bytes(tostring(top, encoding="UTF-8", xml_declaration=True))


def one(node: Element) -> bytes:
    """A node as a document of its own."""
    return bytes(tostring(node, encoding="UTF-8", xml_declaration=True))


def _fill(node: Element, tree: Tree) -> None:
    for name, value in tree.items():
        if isinstance(value, str):
            said = sayable(value)
            if said:
                SubElement(node, name).text = said
            continue
        for entry in [value] if isinstance(value, Mapping) else value:
            child = SubElement(node, name)
            _fill(child, entry)
            if len(child) == 0:
                node.remove(child)
