"""The protocol of indexes: rows of a table, ready to be asked for the nearest of any row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from segmint.likeness.metrics import Metric
from segmint.likeness.spread import Spread, spread_of
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector

NONE = -1
"""The number of a neighbor that was not found."""
_PAIR_VALUES = 1 << 18  # values of both rows of pairs that are compared at once


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest rows of some queries, the nearest first.

    Attributes
    ----------
    rows
        Row numbers, shape (n_queries, k); −1 where an approximate index found fewer.
    distances
        Their distances by the metric, the same shape; infinite where there is no row.
    n_looked_at
        With how many rows each query was compared, shape (n_queries,); ``None`` where the index does not tell.
    """

    rows: IntVector
    distances: FloatMatrix
    n_looked_at: IntVector | None = None


@runtime_checkable
class Index(Protocol):
    """What finds near rows. An approximate one may miss some, but never tells a distance that is not the metric's."""

    @property
    def points(self) -> Points:
        """The rows that it was built of."""

    def query(self, Q: FloatMatrix, k: int) -> Neighbors:
        """Return the k nearest rows of each query.

        Parameters
        ----------
        Q
            Queries in the features of the table, shape (n_queries, n_features).
        k
            1 … n_samples.
        """


@dataclass(frozen=True, eq=False)
class Points:
    """The rows of a table as a metric sees them.

    Attributes
    ----------
    metric
        How far rows are apart.
    spread
        What it knows of the table.
    ready
        ``metric.ready`` of the rows, shape (n_samples, n_seen), C order.
    """

    metric: Metric
    spread: Spread
    ready: FloatMatrix

    @classmethod
    def of(
        cls,
        metric: Metric,
        X: FloatMatrix,
        *,
        numeric: BoolVector | None = None,
        spread: Spread | None = None,
    ) -> Points:
        """Make ready the rows of a table; its own spread is measured where none is given."""
        known = spread_of(X, numeric=numeric) if spread is None else spread
        return cls(metric, known, np.ascontiguousarray(metric.ready(X, known)))

    @property
    def n_samples(self) -> int:
        """The number of rows."""
        return int(self.ready.shape[0])

    def seen(self, Q: FloatMatrix) -> FloatMatrix:
        """Return queries as the metric sees them."""
        return np.ascontiguousarray(self.metric.ready(Q, self.spread))

    def apart(self, seen: FloatMatrix, queries: IntVector, rows: IntVector) -> FloatVector:
        """Return the distance of each pair of a query and a row, shape (n_pairs,)."""
        result = np.empty(rows.size)
        step = max(256, _PAIR_VALUES // max(1, self.ready.shape[1]))
        for first in range(0, rows.size, step):
            part = slice(first, first + step)
            result[part] = self.metric.between(seen[queries[part]].T, self.ready[rows[part]].T, self.spread)
        return result


def nearest_of(
    queries: IntVector, rows: IntVector, distances: FloatVector, *, n_queries: int, k: int
) -> tuple[IntVector, FloatMatrix]:
    """Return the k nearest candidates of each query; ties go to the lower row number.

    Parameters
    ----------
    queries, rows, distances
        One entry a candidate, shape (n_candidates,); no pair twice.
    n_queries, k
        The shape of the result.

    Examples
    --------
    >>> rows, distances = nearest_of(
    ...     np.array([0, 0, 1]), np.array([7, 3, 5]), np.array([1.0, 1.0, 2.0]), n_queries=2, k=2)
    >>> rows.tolist(), distances.tolist()
    ([[3, 7], [5, -1]], [[1.0, 1.0], [2.0, inf]])
    """
    kept, place = first_of(queries, rows, distances, n_queries=n_queries, k=k)
    found, near = np.full((n_queries, k), NONE, np.int64), np.full((n_queries, k), np.inf)
    found[queries[kept], place] = rows[kept]
    near[queries[kept], place] = distances[kept]
    return found, near


def first_of(
    queries: IntVector, rows: IntVector, distances: FloatVector, *, n_queries: int, k: int
) -> tuple[IntVector, IntVector]:
    """Return where the k nearest candidates of each query stand, and the rank of each, 0 … k − 1.

    Examples
    --------
    >>> kept, ranks = first_of(np.array([0, 0]), np.array([7, 3]), np.array([1.0, 1.0]), n_queries=1, k=1)
    >>> kept.tolist(), ranks.tolist()
    ([1], [0])
    """
    order = np.lexsort((rows, distances, queries))
    counts = np.bincount(queries, minlength=n_queries)
    rank = np.arange(order.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[rank < k], rank[rank < k]
