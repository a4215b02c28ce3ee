"""What must be made anew in a forked child: connections, locks and threads do not cross a fork."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable

_children: list[weakref.WeakMethod[Callable[[], None]]] = []


def after_fork(renew: Callable[[], None]) -> None:
    """Call the bound method `renew` in every forked child, for as long as its object lives."""
    _children[:] = [child for child in _children if child() is not None]
    _children.append(weakref.WeakMethod(renew))


def _renew_all() -> None:
    for reference in list(_children):
        renew = reference()
        if renew is None:
            _children.remove(reference)
        else:
            renew()


os.register_at_fork(after_in_child=_renew_all)
