"""The nearest kept points of each cluster, found without looking at all of them.

Kept points are put into small cells, each of one cluster, with a center and a radius. A cell is looked
into only where it may hold what is asked for. What is found is what looking at every point would find:
the search decides which distances are computed, never their bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmint.model.distances import blocks, squared_distances
from segmint.types import FloatMatrix, FloatVector, IntVector

CELL_POINTS = 32
BLOCK_VALUES = 1 << 19  # cells × rows of a block: bounds memory
SLACK = 1 + 1e-9  # bounds are rounded; distances that decide are not affected


@dataclass(frozen=True, eq=False)
class KeptPoints:
    """Points of clusters, searchable.

    Attributes
    ----------
    points
        Shape (n_points, n_features).
    labels
        Shape (n_points,): the cluster of each, 0 … n_clusters − 1, each present.
    """

    points: FloatMatrix
    labels: IntVector

    @property
    def n_clusters(self) -> int:
        """The number of clusters."""
        return int(self.labels.max()) + 1

    @cached_property
    def _cells(self) -> tuple[list[IntVector], IntVector, FloatMatrix, FloatVector]:
        """Return each cell's point numbers, and all cells' labels, centers and radii."""
        members = [
            cell
            for label in range(self.n_clusters)
            for cell in split(self.points, np.flatnonzero(self.labels == label), CELL_POINTS)
        ]
        centers = np.stack([self.points[cell].mean(axis=0) for cell in members])
        radii = [
            np.sqrt(squared_distances(np.ascontiguousarray(self.points[cell].T), center[None]).max())
            for cell, center in zip(members, centers, strict=True)
        ]
        return members, self.labels[[cell[0] for cell in members]], centers, np.array(radii)

    def two_nearest(self, X: FloatMatrix) -> tuple[IntVector, FloatVector, IntVector, FloatVector]:
        """Return nearest cluster and distance, second nearest cluster and distance, for each row.

        The distance to a cluster is that to its nearest point. Ties go to the lowest label; with one
        cluster the second is −1 and infinite.
        """
        n_samples, n_cells = X.shape[0], len(self._cells[0])
        first, second = np.empty(n_samples, np.int64), np.full(n_samples, -1)
        near, far = np.empty(n_samples), np.full(n_samples, np.inf)
        for part, columns in blocks(X, max(64, min(4096, BLOCK_VALUES // n_cells))):
            squared = self._to_clusters(columns)
            rows = np.arange(columns.shape[1])
            first[part] = np.argmin(squared, axis=0)
            near[part] = np.sqrt(squared[first[part], rows])
            if self.n_clusters > 1:
                squared[first[part], rows] = np.inf
                second[part] = np.argmin(squared, axis=0)
                far[part] = np.sqrt(squared[second[part], rows])
        return first, near, second, far

    def apart(self, x: FloatVector) -> FloatMatrix:
        """Return (xⱼ − pⱼ)² to the nearest point of each cluster, shape (n_clusters, n_features)."""
        squares = (x - self.points) ** 2
        total = squares.sum(axis=1)
        order = np.lexsort((total, self.labels))
        nearest = order[np.searchsorted(self.labels[order], np.arange(self.n_clusters))]
        return np.asarray(squares[nearest])

    def _to_clusters(self, columns: FloatMatrix) -> FloatMatrix:
        """Return squared distances to clusters, exact for the two nearest, at least that for the others."""
        members, labels, centers, radii = self._cells
        to_center = np.sqrt(squared_distances(columns, centers))
        upper = np.full((self.n_clusters, columns.shape[1]), np.inf)
        for cell, label in enumerate(labels):
            np.minimum(upper[label], to_center[cell] + radii[cell], out=upper[label])
        second = np.partition(upper, 1, axis=0)[1] if self.n_clusters > 1 else upper[0]
        limit = np.minimum(upper, second) * SLACK
        squared = np.full((self.n_clusters, columns.shape[1]), np.inf)
        for cell, label in enumerate(labels):
            rows = np.flatnonzero(to_center[cell] - radii[cell] * SLACK <= limit[label])
            if rows.size:
                found = _nearest_of(columns[:, rows], self.points[members[cell]])
                squared[label, rows] = np.minimum(squared[label, rows], found)
        return squared


def _nearest_of(columns: FloatMatrix, points: FloatMatrix) -> FloatVector:
    """Return the smallest squared distance of each row to some points; the same sums as everywhere."""
    total = points[:, 0, None] - columns[0]
    np.multiply(total, total, out=total)
    for j in range(1, columns.shape[0]):
        difference = points[:, j, None] - columns[j]
        np.multiply(difference, difference, out=difference)
        np.add(total, difference, out=total)
    return np.asarray(total.min(axis=0))


def split(points: FloatMatrix, rows: IntVector, size: int) -> list[IntVector]:
    """Return groups of near rows, each of ``size`` to 2 ``size`` − 1 (or fewer where there are no more).

    Groups are halved at the median of their widest feature for as long as both halves keep ``size``.

    Examples
    --------
    >>> points = np.arange(12.0).reshape(-1, 1)
    >>> [group.tolist() for group in split(points, np.arange(12), 5)]
    [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    """
    waiting, done = [rows], []
    while waiting:
        group = waiting.pop()
        if group.size < 2 * size:
            done.append(group)
            continue
        own = points[group]
        widest = int(np.argmax(own.max(axis=0) - own.min(axis=0)))
        order = group[np.argsort(own[:, widest], kind="stable")]
        half = order.size // 2
        waiting += [order[half:], order[:half]]
    return done
