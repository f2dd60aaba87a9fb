"""Timing in pairs: ours and the peer's in turn, so that a noisy machine is noisy for both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Median seconds of two functions run in turn, and the median of their ratios."""

    ours: float
    peer: float
    ratio: float


def interleaved(ours: Callable[[], object], peer: Callable[[], object], runs: int = 5) -> Pair:
    """Run two functions in turn, once to warm up and then ``runs`` times each."""
    ours(), peer()
    times = [(seconds(ours), seconds(peer)) for _ in range(runs)]
    return Pair(
        statistics.median(mine for mine, _ in times),
        statistics.median(theirs for _, theirs in times),
        statistics.median(theirs / mine for mine, theirs in times),
    )


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
