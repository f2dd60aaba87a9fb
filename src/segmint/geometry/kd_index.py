"""SciPy's k-d tree behind the protocol of indexes: exact, and fast where there are few features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from segmint.likeness.index import Neighbors, Points
from segmint.likeness.metrics import METRICS, Metric
from segmint.types import FloatMatrix

_POWERS = {"manhattan": 1.0, "chebyshev": np.inf}


def serves(metric: Metric) -> bool:
    """Return whether a tree can find the nearest rows by this metric."""
    return metric.of_square is not None or metric.name in {*_POWERS, METRICS["minkowski"].name}


@dataclass(frozen=True, eq=False)
class KDTreeIndex:
    """A k-d tree over the rows.

    Bentley (1975), doi:10.1145/361002.361007. Beyond some ten features it looks at nearly every row.

    Attributes
    ----------
    points
        The rows.
    eps
        0 for the exact answer; with more, a row may be farther than the k-th nearest by that share.

    Examples
    --------
    >>> index = KDTreeIndex(Points.of(METRICS["manhattan"], np.array([[0.0], [1.0], [5.0]])))
    >>> index.query(np.array([[4.0]]), 2).rows.tolist()
    [[2, 1]]
    """

    points: Points
    eps: float = 0.0

    @cached_property
    def tree(self) -> cKDTree:
        """The tree, made when it is first asked for."""
        return cKDTree(self.points.ready)

    def query(self, Q: FloatMatrix, k: int) -> Neighbors:
        """Return the k nearest rows of each query; at the k-th place a tie may go to any of the tied."""
        seen, metric = self.points.seen(Q), self.points.metric
        power = 2.0 if metric.of_square else _POWERS.get(metric.name, self.points.spread.power)
        _, found = self.tree.query(seen, k=np.arange(1, k + 1), eps=self.eps, p=power)
        return measured(self.points, seen, np.asarray(found, dtype=np.int64))


def measured(
    points: Points, seen: FloatMatrix, rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Neighbors:
    """Return rows that another library found with the metric's own distances, ordered by them; −1 is none."""
    k = rows.shape[1]
    there = np.flatnonzero(rows.ravel() >= 0)
    distances = np.full(rows.size, np.inf)
    distances[there] = points.apart(seen, there // k, rows.ravel()[there])
    near = distances.reshape(rows.shape)
    order = np.lexsort((rows, near), axis=1)
    return Neighbors(np.take_along_axis(rows, order, axis=1), np.take_along_axis(near, order, axis=1))
