"""The nearest rows by looking at all of them, block by block: the truth that every other index is measured by.

Where the distance is a function of the Euclidean one, ‖x‖² + ‖y‖² − 2 x·y tells which rows can be among the
nearest; with an allowance for its rounding, so that none is lost. Their distances are then computed from
differences. Elsewhere every distance is computed by the metric itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmint.likeness.index import Neighbors, Points, first_of, nearest_of
from segmint.likeness.vectors import row_sums, squared_euclidean
from segmint.types import FloatMatrix, FloatVector, IntVector

QUERY_ROWS = 256
BLOCK_VALUES = 1 << 19  # distances held at once: 4 MiB
_ROUNDING = 8 * float(np.finfo(np.float64).eps)

_SAME_ROOT = 4 * float(np.finfo(np.float64).eps)
"""Squares nearer to each other than this share of them may have one root."""
_PAIRS = 4096

_Block = Callable[[slice], FloatMatrix]
_Told = Callable[[FloatVector], FloatVector]
_Found = tuple[IntVector, IntVector, FloatVector]


@dataclass(frozen=True, eq=False)
class ExactIndex:
    """Every row is looked at. Memory is that of a block; the block changes no bit of the answer.

    Attributes
    ----------
    points
        The rows.
    block
        About how many distances are held at once.

    Examples
    --------
    >>> from segmint.likeness.metrics import METRICS
    >>> index = ExactIndex(Points.of(METRICS["manhattan"], np.array([[0.0], [1.0], [5.0]])))
    >>> index.query(np.array([[4.0]]), 2).rows.tolist()
    [[2, 1]]
    """

    points: Points
    block: int = BLOCK_VALUES

    def query(self, Q: FloatMatrix, k: int) -> Neighbors:
        """Return the k nearest rows of each query; ties go to the lower row number."""
        seen = self.points.seen(Q)
        rows, distances = np.empty((Q.shape[0], k), np.int64), np.empty((Q.shape[0], k))
        for first in range(0, Q.shape[0], QUERY_ROWS):
            part = slice(first, first + QUERY_ROWS)
            rows[part], distances[part] = self._nearest(seen[part], k)
        return Neighbors(rows, distances, np.full(Q.shape[0], self.points.n_samples))

    def _nearest(self, seen: FloatMatrix, k: int) -> tuple[IntVector, FloatMatrix]:
        of_square = self.points.metric.of_square
        if of_square is None:
            values, allowed = self._distances(seen), np.zeros(seen.shape[0])
            return self._scan(seen, k, values, allowed, self.points.apart, _as_it_is)
        norms = row_sums(np.square(seen))
        allowed = _ROUNDING * (seen.shape[1] + 4) * (norms + self._squares.max(initial=0.0))
        return self._scan(seen, k, self._rough(seen, norms), allowed, self._exact_squares, of_square)

    def _scan(
        self,
        seen: FloatMatrix,
        k: int,
        values: _Block,
        allowed: FloatVector,
        exact: Callable[[FloatMatrix, IntVector, IntVector], FloatVector],
        told: _Told,
    ) -> tuple[IntVector, FloatMatrix]:
        """Go through all rows; keep what may be among the k nearest, then the k nearest of it.

        Rows are ranked by the distance that is told: two squares that differ may have one root.
        """
        n_queries, n_samples = seen.shape[0], self.points.n_samples
        queries, rows, near = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        limit = np.full(n_queries, np.inf)
        step = max(1, self.block // n_queries)
        for first in range(0, n_samples, step):
            block = values(slice(first, first + step))
            if first == 0 and block.shape[1] > k:
                limit = np.partition(block, k - 1, axis=1)[:, k - 1] + 2 * allowed
            found, places = np.nonzero(block <= limit[:, None])
            if not found.size:
                continue
            places += first
            queries, rows, near = _merged(
                (queries, rows, near), (found, places, exact(seen, found, places)), n_queries, k, told
            )
            worst = _worst(queries, near, n_queries, k) * (1 + _SAME_ROOT)
            limit = np.minimum(limit, worst + allowed)
        return nearest_of(queries, rows, told(near), n_queries=n_queries, k=k)

    def _distances(self, seen: FloatMatrix) -> _Block:
        a, points = np.ascontiguousarray(seen.T), self.points
        return lambda part: points.metric.between(
            a[:, :, None], np.ascontiguousarray(points.ready[part].T)[:, None, :], points.spread
        )

    def _rough(self, seen: FloatMatrix, norms: FloatVector) -> _Block:
        def block(part: slice) -> FloatMatrix:
            found = (-2.0 * seen) @ self.points.ready[part].T
            found += self._squares[part]
            found += norms[:, None]
            return found

        return block

    def _exact_squares(self, seen: FloatMatrix, queries: IntVector, rows: IntVector) -> FloatVector:
        squares = np.empty(rows.size)
        for first in range(0, rows.size, _PAIRS):
            part = slice(first, first + _PAIRS)
            squares[part] = squared_euclidean(seen[queries[part]].T, self.points.ready[rows[part]].T)
        return squares

    @cached_property
    def _squares(self) -> FloatVector:
        return row_sums(np.square(self.points.ready))


def _as_it_is(distances: FloatVector) -> FloatVector:
    return distances


def _merged(kept: _Found, new: _Found, n_queries: int, k: int, told: _Told) -> _Found:
    """Return the k nearest of what was kept and what is new, as flat candidates."""
    queries, rows, near = (np.concatenate(pair) for pair in zip(kept, new, strict=True))
    first, _ = first_of(queries, rows, told(near), n_queries=n_queries, k=k)
    return queries[first], rows[first], near[first]


def _worst(queries: IntVector, near: FloatVector, n_queries: int, k: int) -> FloatVector:
    """Return the k-th smallest distance of each query so far; infinite where there are fewer."""
    worst = np.zeros(n_queries)
    np.maximum.at(worst, queries, near)
    return np.where(np.bincount(queries, minlength=n_queries) >= k, worst, np.inf)
