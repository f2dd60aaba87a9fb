"""What a sweep shares about one matrix, made when it is first asked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from segmint.geometry.brute import nearest_rows
from segmint.geometry.tree import Tree
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

TREE_FEATURES = 10  # beyond, a tree looks at nearly every row


class Geometry:
    """One matrix and what many fits and measures need of it.

    Nothing here is of size n × n. The object holds arrays only; it is never saved.

    Parameters
    ----------
    X
        Prepared rows, shape (n_samples, n_features), float64, C order, finite.

    Examples
    --------
    >>> geometry = Geometry(np.array([[0.0], [1.0], [1.0], [4.0]]))
    >>> geometry.n_distinct, geometry.core_distances(2).tolist()
    (3, [1.0, 0.0, 0.0, 3.0])
    """

    def __init__(self, X: FloatMatrix) -> None:
        self.X = np.ascontiguousarray(X, dtype=np.float64)
        self.n_samples, self.n_features = self.X.shape
        self._neighbors: tuple[FloatMatrix, IntVector] | None = None

    @cached_property
    def tree(self) -> cKDTree:
        """A k-d tree over the rows, for nearest neighbors."""
        return cKDTree(self.X)

    @cached_property
    def boxes(self) -> Tree:
        """A k-d tree over the rows, for the components of near rows."""
        return Tree.of(self.X)

    @cached_property
    def n_distinct(self) -> int:
        """The number of different rows."""
        return int(np.unique(self.X, axis=0).shape[0]) if self.n_samples else 0

    @cached_property
    def squared_norms(self) -> FloatVector:
        """Squared Euclidean norm of each row."""
        return np.einsum("ij,ij->i", self.X, self.X)

    def neighbors(self, k: int) -> tuple[FloatMatrix, IntVector]:
        """Return distances and row numbers of the k nearest rows, the row itself first.

        Both have shape (n_samples, min(k, n_samples)); asked again with a smaller k, nothing is computed.
        Up to ten features a k-d tree finds them, above that every distance is computed, block by block.
        """
        k = min(k, self.n_samples)
        found = self._neighbors  # one look: families ask from several threads
        if found is None or found[0].shape[1] < k:
            if self.n_features <= TREE_FEATURES:
                near, places = self.tree.query(self.X, k=np.arange(1, k + 1))
                distances, rows = np.asarray(near), np.asarray(places, dtype=np.int64)
            else:
                distances, rows = nearest_rows(self.X, self.squared_norms, k)
            found = self._neighbors = (distances, _itself_first(rows))
        return found[0][:, :k], found[1][:, :k]

    def core_distances(self, min_samples: int) -> FloatVector:
        """Return the distance of each row to its ``min_samples``-th nearest row, itself counted."""
        return self.neighbors(min_samples)[0][:, -1]

    def k_distances(self, k: int, n_points: int = 500) -> FloatVector:
        """Return the sorted distances to the k-th nearest row (itself counted), thinned to ``n_points``.

        Points are taken at even ranks, the smallest and the largest always among them.
        """
        distances = np.sort(self.core_distances(k))
        if distances.size <= n_points:
            return distances
        return distances[np.linspace(0, distances.size - 1, n_points).round().astype(np.int64)]

    def sample_rows(self, n_rows: int, seed: int) -> IntVector:
        """Return the numbers of ``n_rows`` different rows drawn uniformly, ascending; all where there are no more."""
        if n_rows >= self.n_samples:
            return np.arange(self.n_samples)
        rng = generator(seed, "rows", self.n_samples, n_rows)
        return np.sort(rng.choice(self.n_samples, n_rows, replace=False)).astype(np.int64)


def _itself_first(rows: IntVector) -> IntVector:
    """Put each row's own number first: rows equal to it may have been found before it."""
    own = np.arange(rows.shape[0])
    late = np.flatnonzero(rows[:, 0] != own)
    for row in late:
        place = np.flatnonzero(rows[row] == row)
        if place.size:
            rows[row, place[0]] = rows[row, 0]
        rows[row, 0] = row
    return rows
