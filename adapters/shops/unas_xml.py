"""UNAS's XML: written node by node without empty ones, read with bombs and entities refused (unas.md 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Union
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

Tree = Mapping[str, Union[str, "Tree", Sequence["Tree"]]]
#: What XML 1.0 cannot say.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(root: str, tree: Tree) -> bytes:
    """A document; a node with an empty text is left out, since an empty node deletes what the shop has."""
    top = Element(root)
    _fill(top, tree)
    return bytes(tostring(top, encoding="UTF-8", xml_declaration=True))


def parsed(body: bytes) -> Element | None:
    """The root, None for what is no XML or carries a DTD's tricks."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root


def one(node: Element) -> bytes:
    """A node as a document of its own."""
    return bytes(tostring(node, encoding="UTF-8", xml_declaration=True))


def text(node: Element, path: str) -> str:
    """What a node below holds, its own text and that of nodes in it; absent, empty and blank are "" alike."""
    found = node.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def _fill(node: Element, tree: Tree) -> None:
    for name, value in tree.items():
        if isinstance(value, str):
            said = _FORBIDDEN.sub("", value).strip()
            if said:
                SubElement(node, name).text = said
            continue
        for entry in [value] if isinstance(value, Mapping) else value:
            child = SubElement(node, name)
            _fill(child, entry)
            if len(child) == 0:
                node.remove(child)
