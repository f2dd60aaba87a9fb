"""The table of metrics: what each takes, its range, whether the triangle inequality holds, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np

from segmint.errors import UsageError
from segmint.likeness import mixed, sets, shares, vectors
from segmint.likeness.spread import Spread, spread_of
from segmint.types import FloatMatrix

BLOCK_VALUES = 1 << 20


class Takes(StrEnum):
    """What rows a metric compares."""

    VECTORS = "vectors"
    SHARES = "numbers of 0 or more"
    FLAGS = "flags"
    MIXED = "numbers and levels"


@dataclass(frozen=True)
class Metric:
    """One way to say how far two rows are apart: ≥ 0, symmetric, 0 for equal rows.

    Attributes
    ----------
    name
        Its name in the table and on the command line.
    takes
        What rows it compares.
    highest
        The largest distance that there is; the smallest is 0.
    triangle
        Whether d(x, z) ≤ d(x, y) + d(y, z) for all rows (without missing values).
    ready
        ``ready(X, spread)``: rows as the distance sees them, shape (n_samples, n_seen).
    between
        ``between(a, b, spread)``: distances of ready rows that come feature by feature and broadcast.
    of_square
        Where a distance is a growing function of the Euclidean one of ready rows: that function of its square.
        Trees, projections and graphs serve such metrics.
    """

    name: str
    takes: Takes
    highest: float
    triangle: bool
    ready: Callable[[FloatMatrix, Spread], FloatMatrix]
    between: Callable[[FloatMatrix, FloatMatrix, Spread], FloatMatrix]
    of_square: Callable[[FloatMatrix], FloatMatrix] | None = None


def _root(squares: FloatMatrix) -> FloatMatrix:
    return np.asarray(np.sqrt(squares))


def _half(squares: FloatMatrix) -> FloatMatrix:
    return np.asarray(0.5 * squares)


_V, _S, _INF = Takes.VECTORS, Takes.SHARES, np.inf

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric("euclidean", _V, _INF, True, vectors.as_they_are, vectors.euclidean, _root),
            Metric("standardised", _V, _INF, True, vectors.standardised, vectors.euclidean, _root),
            Metric("manhattan", _V, _INF, True, vectors.as_they_are, vectors.manhattan),
            Metric("chebyshev", _V, _INF, True, vectors.as_they_are, vectors.chebyshev),
            Metric("minkowski", _V, _INF, True, vectors.as_they_are, vectors.minkowski),
            Metric("cosine", _V, 2.0, False, vectors.of_length_one, vectors.half_square, _half),
            Metric("correlation", _V, 2.0, False, vectors.centered, vectors.half_square, _half),
            Metric("mahalanobis", _V, _INF, True, vectors.whitened, vectors.euclidean, _root),
            Metric("jaccard", Takes.FLAGS, 1.0, True, sets.as_flags, sets.jaccard),
            Metric("dice", Takes.FLAGS, 1.0, False, sets.as_flags, sets.dice),
            Metric("hamming", _V, 1.0, True, vectors.as_they_are, sets.hamming),
            Metric("hellinger", _S, 1.0, True, shares.roots_of_shares, shares.hellinger, _root),
            Metric("jensen-shannon", _S, 1.0, True, shares.as_shares, shares.jensen_shannon),
            Metric("gower", Takes.MIXED, 1.0, True, mixed.by_ranges, mixed.gower),
        )
    }
)


def metric_named(name: str) -> Metric:
    """Return a metric of the table.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in METRICS:
        raise UsageError("likeness.no_such_metric", name=name, known=list(METRICS))
    return METRICS[name]


def pairwise(
    metric: Metric, X: FloatMatrix, Y: FloatMatrix, *, spread: Spread | None = None, block: int = BLOCK_VALUES
) -> FloatMatrix:
    """Return the distance of each row of ``X`` to each row of ``Y``.

    Parameters
    ----------
    metric
        A row of :data:`METRICS`.
    X, Y
        Shapes (n, n_features) and (m, n_features).
    spread
        What the metric must know of the whole table; that of ``Y`` where it is not given.
    block
        About how many distances are computed at once; it changes no bit of the result.

    Returns
    -------
    FloatMatrix
        Shape (n, m), each between 0 and ``metric.highest``.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [3.0, 4.0]])
    >>> pairwise(METRICS["manhattan"], X, X).tolist()
    [[0.0, 7.0], [7.0, 0.0]]
    """
    known = spread_of(Y) if spread is None else spread
    a, b = (np.ascontiguousarray(metric.ready(rows, known).T) for rows in (X, Y))
    result = np.empty((X.shape[0], Y.shape[0]))
    step = max(1, block // max(1, Y.shape[0]))
    for first in range(0, X.shape[0], step):
        part = slice(first, first + step)
        result[part] = metric.between(a[:, part, None], b[:, None, :], known)
    return result
