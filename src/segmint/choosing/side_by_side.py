"""Equal pieces of work at once: compiled loops release the lock, so that threads share the cores."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from segmint.measure.silhouette import cores

T = TypeVar("T")


def side_by_side(
    work: Callable[[int], T], n: int, *, jobs: int | None, progress: Callable[[int], None]
) -> list[T]:
    """Return ``work(0)`` … ``work(n − 1)`` in order; the number of threads changes no result.

    Parameters
    ----------
    work
        A piece of work by its number; pieces share nothing that one of them changes.
    n
        How many pieces.
    jobs
        Threads; ``None`` for one for each core.
    progress
        Called with the number of pieces that are done, from the caller's own thread. What it raises, and
        Ctrl-C, ends the work after the pieces at hand.

    Examples
    --------
    >>> side_by_side(lambda number: number**2, 4, jobs=2, progress=lambda done: None)
    [0, 1, 4, 9]
    """
    done: list[T] = []
    with ThreadPoolExecutor(max(1, min(jobs or cores(), n))) as threads:
        try:
            for waiting in [threads.submit(work, number) for number in range(n)]:
                done.append(waiting.result())
                progress(len(done))
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return done
