"""Memory that large bodies took goes back to the system when they are dealt with."""

from __future__ import annotations

import ctypes

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
