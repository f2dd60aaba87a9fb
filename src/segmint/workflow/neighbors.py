"""Neighbors: the nearest rows of each row, and which index finds them fastest on a table."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from segmint.data import open_writer, raw_columns
from segmint.data.dataset import Dataset
from segmint.errors import DataError, ResourceError, UsageError, ValueRuleError
from segmint.geometry.indexes import EXACT, INDEXES, Variant, variants_for
from segmint.likeness.exact import ExactIndex
from segmint.likeness.index import Neighbors, Points
from segmint.likeness.metrics import METRICS, Metric, Takes, metric_named
from segmint.likeness.recall import recall
from segmint.likeness.spread import spread_of
from segmint.model.schema import LEVEL_KINDS
from segmint.prepare.fit import prepare
from segmint.prepare.options import PreparationOptions
from segmint.seeds import generator
from segmint.types import BoolVector, FloatMatrix, IntVector, Progress, TextVector, silent

MOST_PAIRS: Final = 2e10
ENOUGH: Final = 0.95
"""The recall from which an approximate index may be recommended."""
WORTH: Final = 2.0
"""How much faster than looking at every row it must be."""
_ROUNDS: Final = 3
_WORK: Final = 4e9
_BLOCK: Final = 4096


@dataclass(frozen=True)
class NeighborOptions:
    """How neighbors are found: how many, by which metric, on which scale, and the seed of what is drawn."""

    k: int = 10
    metric: str = "euclidean"
    scale: PreparationOptions = field(default_factory=PreparationOptions)
    seed: int = 0


@dataclass(frozen=True)
class Timing:
    """One setting of an index, measured.

    Attributes
    ----------
    kind, setting
        Its row in the table of indexes, and its parameters.
    build_seconds
        What its structure takes once; 0 where a setting shares one with another.
    queries_a_second
        The median of the rounds, on one thread.
    recall
        0 … 1 against the exact answer.
    """

    kind: str
    setting: Mapping[str, Any]
    build_seconds: float
    queries_a_second: float
    recall: float


@dataclass(frozen=True)
class Bench:
    """What was measured on a table.

    Attributes
    ----------
    n_rows, n_features, n_queries, k, metric
        The table, the queries that were kept out of it, and what was asked.
    timings
        Every setting, the exact index first.
    chosen
        The setting that is recommended; the exact one where none is worth its errors.
    """

    n_rows: int
    n_features: int
    n_queries: int
    k: int
    metric: str
    timings: tuple[Timing, ...]
    chosen: Timing

    @property
    def exact(self) -> Timing:
        """Looking at every row."""
        return self.timings[0]

    def best(self, kind: str) -> Timing | None:
        """Return the fastest setting of a kind with enough recall; else the one that finds most."""
        own = [one for one in self.timings if one.kind == kind]
        enough = [one for one in own if one.recall >= ENOUGH]
        if enough:
            return max(enough, key=lambda one: one.queries_a_second)
        return max(own, key=lambda one: one.recall, default=None)


def points_of(dataset: Dataset, options: NeighborOptions) -> tuple[Points, FloatMatrix, TextVector]:
    """Return the rows of a table as a metric sees them, in features, with their keys.

    Vectors are prepared as for clustering. Shares, flags and Gower's distance take the columns as they are: a flag
    is a number above zero; levels are compared as equal or not.

    Raises
    ------
    UsageError
        If there is no such metric, or k is below 1.
    ValueRuleError
        If shares are to be made of a number below zero.
    DataError
        If there are no more rows than k.
    """
    metric = metric_named(options.metric)
    if options.k < 1:
        raise UsageError("workflow.no_neighbors", k=options.k)
    if metric.takes is Takes.VECTORS:
        prepared = prepare(dataset, options.scale)
        X, keys, numeric = prepared.matrix.X, prepared.keys, None
    else:
        X, numeric = _raw(dataset, metric)
        keys = dataset.keys
    if options.k >= X.shape[0]:
        raise DataError("workflow.too_few_neighbors", n=X.shape[0], k=options.k)
    spread = spread_of(X, numeric=numeric)
    return Points.of(metric, X, numeric=numeric, spread=spread), X, keys


def _raw(dataset: Dataset, metric: Metric) -> tuple[FloatMatrix, BoolVector]:
    columns, features = raw_columns(dataset), dataset.schema.clustering
    if metric.takes is Takes.MIXED:
        features = (*features, *(one for one in dataset.schema.describing if one.kind in LEVEL_KINDS))
    found = [_codes(columns[one.name]) if one.kind in LEVEL_KINDS else columns[one.name] for one in features]
    numeric = np.array([one.kind not in LEVEL_KINDS for one in features])
    X = np.column_stack([column.astype(np.float64) for column in found])
    if metric.takes is not Takes.MIXED:
        X = np.nan_to_num(X, nan=0.0)
    if metric.takes is Takes.SHARES and (X < 0).any():
        raise ValueRuleError("workflow.negative_shares", metric=metric.name)
    return np.ascontiguousarray(X), numeric


def _codes(column: Any) -> Any:
    """Return levels as numbers; NaN where there is none."""
    levels = {level: code for code, level in enumerate(sorted({v for v in column.tolist() if v is not None}))}
    return np.array([levels.get(value, np.nan) for value in column.tolist()])


def write_neighbors(
    dataset: Dataset, target: str | Path, options: NeighborOptions, progress: Progress = silent
) -> int:
    """Write the k nearest other rows of each row: key, rank, neighbor, distance; return the number of rows.

    Raises
    ------
    ResourceError
        If every pair of the table is too much to look at.
    """
    points, X, keys = points_of(dataset, options)
    if float(points.n_samples) ** 2 > MOST_PAIRS:
        raise ResourceError("workflow.too_many_pairs", n=points.n_samples, most=int(MOST_PAIRS**0.5))
    index, name = ExactIndex(points), "row" if dataset.schema.key is None else dataset.schema.key.name
    with open_writer(target) as writer:
        for first in range(0, points.n_samples, _BLOCK):
            rows = np.arange(first, min(first + _BLOCK, points.n_samples))
            found = _others(index.query(X[rows], options.k + 1), rows)
            ranks = np.tile(np.arange(1, options.k + 1), rows.size)
            writer.write(
                {
                    name: np.repeat(keys[rows], options.k),
                    "rank": ranks,
                    "neighbor": keys[found.rows.ravel()],
                    "distance": found.distances.ravel(),
                }
            )
            progress("neighbors", int(rows[-1]) + 1, points.n_samples)
    return points.n_samples


def _others(found: Neighbors, rows: IntVector) -> Neighbors:
    """Return neighbors without the row itself; where equal rows hid it, without the last."""
    own = found.rows == rows[:, None]
    own[~own.any(axis=1), -1] = True
    shape = (rows.size, found.rows.shape[1] - 1)
    return Neighbors(found.rows[~own].reshape(shape), found.distances[~own].reshape(shape))


def bench_neighbors(dataset: Dataset, options: NeighborOptions, progress: Progress = silent) -> Bench:
    """Measure every index on a table: some rows are kept out of it and asked for, on one thread, round by round.

    Parameters
    ----------
    dataset
        The table.
    options
        How neighbors are found.
    progress
        Step ``timed``.
    """
    points, X, _ = points_of(dataset, options)
    rng = generator(options.seed, "queries")
    n_queries = int(np.clip(_WORK / (points.n_samples * points.ready.shape[1]), 50, 500))
    n_queries = min(n_queries, max(1, points.n_samples - options.k - 1), points.n_samples // 2)
    order = rng.permutation(points.n_samples)
    Q, rest = (
        X[order[:n_queries]],
        replace(points, ready=np.ascontiguousarray(points.ready[order[n_queries:]])),
    )
    with threadpool_limits(1):
        timings = _timed(rest, Q, options, progress)
    chosen = _recommended(timings)
    return Bench(rest.n_samples, X.shape[1], n_queries, options.k, options.metric, timings, chosen)


def _timed(
    points: Points, Q: FloatMatrix, options: NeighborOptions, progress: Progress
) -> tuple[Timing, ...]:
    built = list(_built(points, Q, options))
    variants, truth = [variant for variant, _, _ in built], built[0][2]
    seconds: list[list[float]] = [[] for _ in variants]
    for number in range(_ROUNDS):
        for place, variant in enumerate(variants):
            started = time.perf_counter()
            variant.index.query(Q, options.k)
            seconds[place].append(time.perf_counter() - started)
            progress("timed", number * len(variants) + place + 1, _ROUNDS * len(variants))
    return tuple(
        _timing(variant, first, found, truth, spent, Q.shape[0])
        for (variant, first, found), spent in zip(built, seconds, strict=True)
    )


def _built(
    points: Points, Q: FloatMatrix, options: NeighborOptions
) -> Iterator[tuple[Variant, float, Neighbors]]:
    """Yield each setting with its first answer, and what it took to make it and to ask it once."""
    variants, started = variants_for(points, seed=options.seed), time.perf_counter()
    for variant in variants:
        found = variant.index.query(Q, options.k)
        yield variant, time.perf_counter() - started, found
        started = time.perf_counter()


def _timing(
    variant: Variant, first: float, found: Neighbors, truth: Neighbors, spent: list[float], n_queries: int
) -> Timing:
    usual = float(np.median(spent))
    return Timing(
        variant.kind, variant.setting, max(0.0, first - usual), n_queries / usual, recall(found, truth)
    )


def _recommended(timings: tuple[Timing, ...]) -> Timing:
    """Return the fastest setting with enough recall that is worth it; else looking at every row."""
    exact = timings[0]
    enough = [one for one in timings if one.recall >= ENOUGH]
    best = max(enough, key=lambda one: one.queries_a_second)
    return best if best.queries_a_second >= WORTH * exact.queries_a_second else exact


def kinds_of(bench: Bench) -> Iterator[str]:
    """Yield the kinds that were measured, in the order of their table."""
    there = {one.kind for one in bench.timings}
    return (kind for kind in INDEXES if kind in there)


def metric_names() -> tuple[str, ...]:
    """Return the names of all metrics."""
    return tuple(METRICS)


def is_exact(kind: str) -> bool:
    """Return whether a kind finds every nearest row."""
    return kind == EXACT or INDEXES[kind].exact
