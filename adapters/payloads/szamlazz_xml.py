"""Számla Agent's XML: written in the order of its schemas, read by local names, since some answers have no namespace.

Sources: the vendor's XSDs (https://docs.szamlazz.hu), fact sheet sections 2, 3 and 6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Union
from xml.etree.ElementTree import Element, SubElement, tostring  # nosec B405

from adapters.xmltree import parsed, sayable

Tree = Mapping[str, Union[str, "Tree", Sequence["Tree"]]]
NAMESPACE = "http://www.szamlazz.hu/"
#: An ampersand that begins no entity: the buyer's page comes unescaped in some answers (fact sheet section 3).
_BARE = re.compile(rb"&(?!#?\w{1,8};)")
_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)


def written(root: str, tree: Tree) -> bytes:
    """A document whose elements stand in the order of the tree; an empty text is an empty element, for some must be
    there."""
    top = Element(root, xmlns=NAMESPACE + root)
    _fill(top, tree)
    return bytes(tostring(top, encoding="UTF-8", xml_declaration=True))


def read(body: bytes) -> Element | None:
    """The root of an answer with all names without their namespace; None for what is no XML."""
    root = parsed(body)
    if root is None and not _CDATA.search(body):
        root = parsed(_BARE.sub(b"&amp;", body))
    for node in () if root is None else root.iter():
        node.tag = node.tag.rpartition("}")[2]
    return root


def _fill(node: Element, tree: Tree) -> None:
    for name, value in tree.items():
        if isinstance(value, str):
            SubElement(node, name).text = sayable(value)
            continue
        for entry in [value] if isinstance(value, Mapping) else value:
            _fill(SubElement(node, name), entry)
