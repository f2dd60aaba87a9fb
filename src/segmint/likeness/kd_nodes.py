"""A small k-d tree that counts what it visits: how much a tree prunes, and how that ends with many features.

It is written to be read and to count; :mod:`segmint.geometry.kd_index` is the one that is fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.types import FloatMatrix, FloatVector, IntVector

LEAF_ROWS = 16
NO_NODE = -1


@dataclass(frozen=True, eq=False)
class KDNodes:
    """A tree of boxes, each cut in two at the median of its widest feature.

    Bentley (1975), doi:10.1145/361002.361007; the search: Friedman, Bentley, Finkel (1977), doi:10.1145/355744.355745.

    Attributes
    ----------
    X
        The rows, shape (n_samples, n_features).
    order
        Row numbers; the rows of a node lie side by side in it.
    first, last
        Where the rows of each node begin and end in ``order``, shape (n_nodes,).
    below
        The number of the first of a node's two parts (the second is the next one); −1 for a leaf.
    low, high
        The box around the rows of each node, shape (n_nodes, n_features).

    Examples
    --------
    >>> tree = kd_nodes(np.arange(64.0).reshape(-1, 1), leaf_rows=4)
    >>> found = tree.nearest(np.array([20.2]), 2)
    >>> found.rows.tolist(), found.n_nodes, tree.n_nodes
    ([20, 21], 5, 31)
    """

    X: FloatMatrix
    order: IntVector
    first: IntVector
    last: IntVector
    below: IntVector
    low: FloatMatrix
    high: FloatMatrix

    @property
    def n_nodes(self) -> int:
        """The number of nodes, leaves among them."""
        return int(self.below.size)

    def nearest(self, query: FloatVector, k: int) -> Visited:
        """Return the k nearest rows by Euclidean distance, 1 ≤ k ≤ n_samples, and what was visited for them.

        Boxes are visited from the nearest on; the search ends at the first box that is farther than the k-th row.
        """
        bounds = np.square(np.maximum(0.0, np.maximum(self.low - query, query - self.high))).sum(axis=1)
        waiting = [(float(bounds[0]), 0)]
        rows, near, n_nodes = np.empty(0, np.int64), np.empty(0), 0
        n_rows = 0
        while waiting:
            bound, node = waiting.pop(waiting.index(min(waiting)))
            if near.size == k and bound > near[-1]:
                break
            n_nodes += 1
            if self.below[node] != NO_NODE:
                waiting += [(float(bounds[part]), part) for part in self._parts(node)]
                continue
            own = self.order[self.first[node] : self.last[node]]
            n_rows += own.size
            rows, near = _nearer(rows, near, own, np.square(self.X[own] - query).sum(axis=1), k)
        return Visited(rows, np.sqrt(near), n_nodes, n_rows)

    def _parts(self, node: int) -> tuple[int, int]:
        return int(self.below[node]), int(self.below[node]) + 1


@dataclass(frozen=True, eq=False)
class Visited:
    """An answer and its price.

    Attributes
    ----------
    rows, distances
        The nearest rows, the nearest first, shape (k,); ties go to the lower row number.
    n_nodes
        How many boxes were opened.
    n_rows
        How many rows were compared with the query.
    """

    rows: IntVector
    distances: FloatVector
    n_nodes: int
    n_rows: int


def kd_nodes(X: FloatMatrix, *, leaf_rows: int = LEAF_ROWS) -> KDNodes:
    """Build the tree; a box with ``leaf_rows`` rows or fewer, or with equal rows only, is cut no further.

    Parameters
    ----------
    X
        Shape (n_samples, n_features), one row at least, without missing values.
    leaf_rows
        1 or more.
    """
    order = np.arange(X.shape[0])
    first, last, below = [0], [X.shape[0]], [NO_NODE]
    node = 0
    while node < len(first):
        begin, end = first[node], last[node]
        own = X[order[begin:end]]
        widest = int(np.argmax(own.max(axis=0) - own.min(axis=0)))
        if end - begin > leaf_rows and np.ptp(own[:, widest]) > 0:
            order[begin:end] = order[begin:end][np.argsort(own[:, widest], kind="stable")]
            middle = (begin + end) // 2
            below[node] = len(first)
            first += [begin, middle]
            last += [middle, end]
            below += [NO_NODE, NO_NODE]
        node += 1
    boxes = [X[order[begin:end]] for begin, end in zip(first, last, strict=True)]
    low, high = (np.array([edge(box, axis=0) for box in boxes]) for edge in (np.min, np.max))
    return KDNodes(X, order, np.array(first), np.array(last), np.array(below), low, high)


def _nearer(
    rows: IntVector, near: FloatVector, more: IntVector, squares: FloatVector, k: int
) -> tuple[IntVector, FloatVector]:
    rows, near = np.concatenate([rows, more]), np.concatenate([near, squares])
    kept = np.lexsort((rows, near))[:k]
    return rows[kept], near[kept]
