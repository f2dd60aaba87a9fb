"""What a sweep shares about one matrix, made when it is first asked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from segmint.types import FloatMatrix, FloatVector, IntVector


class Geometry:
    """One matrix and what many fits and measures need of it.

    Nothing here is of size n × n. The object holds arrays only; it is never saved.

    Parameters
    ----------
    X
        Prepared rows, shape (n_samples, n_features), float64, C order, finite.
    """

    def __init__(self, X: FloatMatrix) -> None:
        self.X = np.ascontiguousarray(X, dtype=np.float64)
        self.n_samples, self.n_features = self.X.shape
        self._neighbors: tuple[FloatMatrix, IntVector] | None = None

    @cached_property
    def tree(self) -> cKDTree:
        """A k-d tree over the rows."""
        return cKDTree(self.X)

    @cached_property
    def n_distinct(self) -> int:
        """The number of different rows."""
        return int(np.unique(self.X, axis=0).shape[0])

    @cached_property
    def squared_norms(self) -> FloatVector:
        """Squared Euclidean norm of each row."""
        return np.einsum("ij,ij->i", self.X, self.X)

    def neighbors(self, k: int) -> tuple[FloatMatrix, IntVector]:
        """Return distances and row numbers of the k nearest rows, the row itself first.

        Both have shape (n_samples, min(k, n_samples)); asked again with a smaller k, nothing is computed.
        """
        k = min(k, self.n_samples)
        if self._neighbors is None or self._neighbors[0].shape[1] < k:
            distances, rows = self.tree.query(self.X, k=np.arange(1, k + 1))
            self._neighbors = (np.asarray(distances), np.asarray(rows, dtype=np.int64))
        distances, rows = self._neighbors
        return distances[:, :k], rows[:, :k]

    def core_distances(self, min_samples: int) -> FloatVector:
        """Return the distance of each row to its ``min_samples``-th nearest row, itself counted."""
        return self.neighbors(min_samples)[0][:, -1]
