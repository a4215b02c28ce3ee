"""The mouths: one file per invoicing system, and the clients of the shops."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from adapters.base import Adapter
    from adapters.manifest import Manifest
    from adapters.ports import Ports
    from schemas.connection import Account

#: System key → the adapter's class, imported when it is first wanted.
ADAPTERS = {
    "billingo": "adapters.billingo:Billingo",
    "fakturoid": "adapters.fakturoid:Fakturoid",
    "fakturownia": "adapters.fakturownia:Fakturownia",
    "fortnox": "adapters.fortnox:Fortnox",
    "idoklad": "adapters.idoklad:Idoklad",
    "jortt": "adapters.jortt:Jortt",
    "konto": "adapters.konto:Konto",
    "kontozz": "adapters.kontozz:Kontozz",
    "superfaktura": "adapters.superfaktura:SuperFaktura",
    "szamlazz": "adapters.szamlazz:Szamlazz",
}


def adapter_class(system: str) -> type[Adapter]:
    """The adapter of a system; raises KeyError for an unknown one."""
    module, _, name = ADAPTERS[system].partition(":")
    found: type[Adapter] = getattr(importlib.import_module(module), name)
    return found


def adapter_for(account: Account, **ports: Unpack[Ports]) -> Adapter:
    """The mouth of an account: `guard`, `budget`, `tokens`, `allow_private`, `fast`, `limits` go to Adapter."""
    return adapter_class(account.system)(account, **ports)


def manifest_of(system: str, options: Mapping[str, str] | None = None) -> Manifest:
    """What a system can do, or, told an account's options, what that account can; raises KeyError for an unknown
    system."""
    found = adapter_class(system)
    return found.manifest if options is None else found.manifest_for(options)


def manifests() -> tuple[Manifest, ...]:
    """Every system there is, by key."""
    return tuple(manifest_of(system) for system in sorted(ADAPTERS))
