"""How much of the truth each index finds on a table's own rows, and how fast: measured, not promised.

Seconds are those of the processor in one thread: on an idle machine those of the clock, and other work on a busy one
does not count against whichever index had its turn just then.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from segmint.geometry import faiss_index
from segmint.geometry.indexes import EXACT, INDEXES, Variant, variants_for
from segmint.likeness.index import Neighbors, Points
from segmint.likeness.recall import recall_rows
from segmint.likeness.selves import neighbors_of_rows
from segmint.seeds import generator
from segmint.types import FloatMatrix, IntVector, Progress, silent

REPEATS: Final = 3
HOPELESS: Final = 10.0
LEAST_SECONDS: Final = 0.05
MOST_QUERIES: Final = 1000
FEWEST_QUERIES: Final = 100
PAIRS: Final = 200_000_000
"""Pairs of rows that the exact index compares in one repeat at most, as long as there are enough queries."""
_SIDES: Final = 1.96


@dataclass(frozen=True)
class Speed:
    """One setting of an index on a table.

    Attributes
    ----------
    kind, setting
        Its row in :data:`segmint.geometry.indexes.INDEXES` and its parameters.
    recall
        Mean share of the k nearest others that it finds, 0 … 1.
    low, high
        The 95 % interval of that mean over the queries that were drawn, 0 … 1.
    per_second
        Queries in a second of the processor, one thread; the median of the repeats.
    slowest, fastest
        The same of the slowest and the fastest repeat.
    built
        Seconds of the processor until its first answer in one thread: building included, where no setting before had built the same.
    looked_at
        Mean share of the rows that a query was compared with, 0 … 1; ``None`` where the index does not tell.
    """

    kind: str
    setting: Mapping[str, Any] = field(compare=False)
    recall: float
    low: float
    high: float
    per_second: float
    slowest: float
    fastest: float
    built: float
    looked_at: float | None

    @property
    def exact(self) -> bool:
        """Whether the index finds every nearest row by its making."""
        return INDEXES[self.kind].exact

    @property
    def hashed(self) -> bool:
        """Whether it is locality-sensitive hashing."""
        return INDEXES[self.kind].hashed


def drawn_queries(n_samples: int, seed: int) -> IntVector:
    """Return which rows ask: 1,000 of them, fewer of large tables (100 at least), all of small ones.

    Examples
    --------
    >>> [len(drawn_queries(n, 0)) for n in (50, 20_000, 1_000_000, 9_000_000)]
    [50, 1000, 200, 100]
    """
    wanted = max(FEWEST_QUERIES, min(MOST_QUERIES, PAIRS // n_samples))
    rng = generator(seed, "queries of neighbors")
    return np.sort(rng.choice(n_samples, min(wanted, n_samples), replace=False))


def measure_speeds(
    points: Points, X: FloatMatrix, k: int, *, seed: int = 0, progress: Progress = silent
) -> tuple[Speed, ...]:
    """Measure every setting of every index that serves a metric, one thread each, turn by turn.

    Parameters
    ----------
    points
        The rows as the metric sees them.
    X
        The same rows in the table's features.
    k
        Neighbors of each row, 1 … n_samples − 1.
    seed
        Of the queries and of the indexes that draw.
    progress
        Called as indexes are built and as they answer.

    Returns
    -------
    tuple of Speed
        The exact index first.
    """
    queries = drawn_queries(points.n_samples, seed)
    with threadpool_limits(1), faiss_index.one_thread():
        variants, built = _build(points, X, k, queries, seed, progress)
        runs, answers = _take_turns(variants, X, k, queries, progress)
    assert variants[0].kind == EXACT, "the exact index comes first"
    truth = answers[0]
    return tuple(
        _speed(variant, answer, truth, seconds, first, points.n_samples)
        for variant, answer, seconds, first in zip(variants, answers, runs, built, strict=True)
    )


def _build(
    points: Points, X: FloatMatrix, k: int, queries: IntVector, seed: int, progress: Progress
) -> tuple[list[Variant], list[float]]:
    """Make every setting and ask it one query; return the seconds that each took, its structure among them.

    A structure is built when the first setting over it is made, or when that is first asked: both count.
    """
    variants: list[Variant] = []
    built: list[float] = []
    coming = variants_for(points, seed=seed)
    started = time.process_time()
    for variant in coming:
        neighbors_of_rows(variant.index, X, queries[:1], k)
        built.append(time.process_time() - started)
        variants.append(variant)
        progress("indexed", len(variants), len(variants) + 1)
        started = time.process_time()
    progress("indexed", len(variants), len(variants))
    return variants, built


def _take_turns(
    variants: Sequence[Variant], X: FloatMatrix, k: int, queries: IntVector, progress: Progress
) -> tuple[list[list[float]], list[Neighbors]]:
    """Let each answer all queries, then all again: what slows the machine for a while slows all of them.

    What was ``HOPELESS`` times as slow as the exact index, which comes first, is not asked again.
    """
    runs: list[list[float]] = [[] for _ in variants]
    answers: list[Neighbors] = []
    for repeat in range(REPEATS):
        for number, variant in enumerate(variants):
            progress("raced", repeat * len(variants) + number, REPEATS * len(variants))
            if repeat and runs[number][0] > HOPELESS * runs[0][0]:
                continue
            found, seconds = _timed(variant, X, k, queries)
            runs[number].append(seconds)
            if repeat == 0:
                answers.append(found)
    progress("raced", REPEATS * len(variants), REPEATS * len(variants))
    return runs, answers


def _timed(variant: Variant, X: FloatMatrix, k: int, queries: IntVector) -> tuple[Neighbors, float]:
    """Return the answer, and the seconds of one pass: of several where one is too short for the clock."""
    n_passes, started = 1, time.process_time()
    found = neighbors_of_rows(variant.index, X, queries, k)
    while (spent := time.process_time() - started) < LEAST_SECONDS:
        neighbors_of_rows(variant.index, X, queries, k)
        n_passes += 1
    return found, spent / n_passes


def _speed(
    variant: Variant, found: Neighbors, truth: Neighbors, runs: Sequence[float], built: float, n_samples: int
) -> Speed:
    shares = recall_rows(found, truth)
    mean, doubt = float(shares.mean()), _SIDES * float(shares.std()) / len(shares) ** 0.5
    n_queries, looked = len(shares), found.n_looked_at
    return Speed(
        kind=variant.kind,
        setting=variant.setting,
        recall=mean,
        low=max(0.0, mean - doubt),
        high=min(1.0, mean + doubt),
        per_second=n_queries / median(runs),
        slowest=n_queries / max(runs),
        fastest=n_queries / min(runs),
        built=built,
        looked_at=None if looked is None else float(looked.mean()) / n_samples,
    )
