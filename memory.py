"""Memory of processes that run for long: what large bodies took goes back, what was loaded is not looked through."""

from __future__ import annotations

import ctypes
import gc

#: glibc's name for it (malloc.h), and its own value at the start of a process (bytes).
_M_MMAP_THRESHOLD = -3
_LARGE = 128 * 1024


def give_back() -> bool:
    """Have each piece from 128 KiB on mapped by itself, so that freeing it gives it back; gives whether that is done.

    That is how glibc begins, but it raises the bound to the largest piece freed so far. Two-megabyte bodies then come
    from the heaps of hundreds of threads, where whatever is allocated later keeps them in place: a door that had seen
    forty of them stayed 100 MB larger (tests/abuse/test_memory.py). Setting the bound stops that
    (https://man7.org/linux/man-pages/man3/mallopt.3.html). Another C library has no such bound, and no need of it.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE))
    except (AttributeError, OSError, TypeError):
        return False


def keep() -> None:
    """Whatever is loaded by now stays until the process ends: the collector need not look through it ever again.

    Some hundred thousand objects of modules and classes were a tenth of a desk's time (make unas-day: 61 s without,
    55 s with it; https://docs.python.org/3/library/gc.html#gc.freeze). To be called once, before the work begins.
    """
    gc.collect()
    gc.freeze()
