"""A k-d tree over all rows, and the components of near core rows that it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.kernels import neighbors
from segmint.types import BoolVector, FloatMatrix, IntVector


@dataclass(frozen=True, eq=False)
class Tree:
    """Rows in the order of a k-d tree, with its nodes.

    Attributes
    ----------
    X
        The rows in the tree's order.
    order
        The number of each of them in the matrix.
    first, end, left
        For each node: its rows, and its left child (0 for a leaf; the right child stands beside it).
    low, high
        For each node: the corners of its box.
    """

    X: FloatMatrix
    order: IntVector
    first: IntVector
    end: IntVector
    left: IntVector
    low: FloatMatrix
    high: FloatMatrix

    @classmethod
    def of(cls, X: FloatMatrix) -> Tree:
        """Build the tree of a matrix of shape (n_samples, n_features)."""
        order, first, end, left, low, high = neighbors.build_tree(np.array(X, dtype=np.float64, order="C"))
        return cls(np.ascontiguousarray(X[order]), order, first, end, left, low, high)

    def components(self, core: BoolVector, eps: float) -> IntVector:
        """Return for each core row a number shared by all that chains of core rows within ``eps`` reach.

        Other rows get −1. ``core`` has shape (n_samples,). Memory is O(n_samples) whatever ``eps`` is.

        Examples
        --------
        >>> tree = Tree.of(np.array([[0.0], [1.0], [5.0], [6.0]]))
        >>> found = tree.components(np.array([True, True, True, False]), 1.5)
        >>> bool(found[0] == found[1]), bool(found[2] == found[0]), int(found[3])
        (True, False, -1)
        """
        inside = np.ascontiguousarray(core[self.order])
        roots = neighbors.near_components(
            self.X, inside, self.first, self.end, self.left, self.low, self.high, float(eps)
        )
        found = np.full(core.shape, -1, dtype=np.int64)
        found[self.order] = roots
        return found
