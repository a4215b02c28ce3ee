"""An order in a file: which of the shapes it has, read."""

from __future__ import annotations

import json
from decimal import Decimal, DecimalException
from pathlib import Path
from typing import Any

import click

from schemas import generic, unas, woocommerce
from schemas.errors import Unreadable
from schemas.order import Order


def bytes_of(file: Path) -> bytes:
    """The file's content; a plain sentence when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as odd:
        raise click.ClickException(f"{file}: {odd.strerror}") from odd


def json_of(body: bytes) -> Any:
    """The body as JSON, amounts exact. Raises Unreadable."""
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, DecimalException) as odd:
        raise Unreadable("The file is neither JSON nor XML.", {"body": str(odd)[:120]}) from odd


def read_order(body: bytes) -> Order:
    """An order of UNAS (XML), in Billhook's own JSON, or of WooCommerce. Raises Unreadable."""
    if body.lstrip().startswith(b"<"):
        return unas.read_order(body)
    data = json_of(body)
    if isinstance(data, dict) and "basis" in data:
        return generic.read_order(body)
    return woocommerce.read_order(body)
