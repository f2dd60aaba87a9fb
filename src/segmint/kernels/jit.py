"""How loops are compiled: once, kept on disk where a folder can be written, without threads of their own.

No ``fastmath`` (it breaks the logic of NaN and infinity, and other bits would come out than the written
rules give) and no ``parallel`` (a sweep decides about threads, and compiled loops release the lock).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop at its first call and keep the machine code on disk.

    The folder is ``NUMBA_CACHE_DIR`` where that is set, else beside the source, else the user's cache
    folder; where none can be written, the code is compiled anew in each process.

    Parameters
    ----------
    function
        A function of arrays and numbers in the part of Python that numba compiles.

    Returns
    -------
    Callable
        The compiled function, which runs without Python's lock.

    Examples
    --------
    >>> compiled(lambda x: x + 1)(1)
    2
    """
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder can be written: a read-only container
        return numba.njit(nogil=True)(function)


def on_disk(loop: Any) -> bool:
    """Return whether the machine code of a compiled loop is kept on disk, newer than its source."""
    folder = loop.stats.cache_path
    source = Path(loop.py_func.__code__.co_filename)
    if folder is None:
        return False
    kept = Path(folder).glob(f"{source.stem}.{loop.__name__}-*.nbi")
    return any(file.stat().st_mtime >= source.stat().st_mtime for file in kept)
