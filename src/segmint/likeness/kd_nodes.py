"""A k-d tree that counts: which nodes a search visits, and which it leaves out since their box is too far away."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappush, heapreplace

import numpy as np

from segmint.types import FloatMatrix, FloatVector, IntVector

LEAF = 16
"""Rows of a leaf, at most."""


@dataclass(frozen=True, eq=False)
class KDNodes:
    """The nodes of a tree, each with the box of its rows; node 0 is the root.

    Each node with more rows than a leaf holds is cut at the median of its widest column. Bentley (1975),
    doi:10.1145/361002.361007; the cut: Friedman, Bentley, Finkel (1977), doi:10.1145/355744.355745.

    Attributes
    ----------
    X
        The rows, shape (n_samples, n_features).
    low, high
        Corners of the boxes, shape (n_nodes, n_features).
    children
        Two nodes each, shape (n_nodes, 2); −1 for leaves.
    rows
        Row numbers of each leaf; empty for the other nodes.
    """

    X: FloatMatrix
    low: FloatMatrix
    high: FloatMatrix
    children: IntVector
    rows: tuple[IntVector, ...]

    @property
    def n_nodes(self) -> int:
        """The number of nodes, leaves included."""
        return len(self.rows)

    @property
    def leaves(self) -> IntVector:
        """The nodes that hold rows."""
        return np.flatnonzero(self.children[:, 0] < 0)


@dataclass(frozen=True, eq=False)
class Search:
    """The answer to one query: ``rows`` and ``distances``, the nearest first, and the nodes that were ``visited``."""

    rows: IntVector
    distances: FloatVector
    visited: IntVector


def grow(X: FloatMatrix, *, leaf: int = LEAF) -> KDNodes:
    """Build the tree of some rows.

    Examples
    --------
    >>> tree = grow(np.arange(8.0)[:, None], leaf=2)
    >>> tree.n_nodes, [rows.tolist() for rows in tree.rows if rows.size]
    (7, [[0, 1], [2, 3], [4, 5], [6, 7]])
    """
    waiting = [(np.arange(len(X), dtype=np.int64), -1, 0)]
    low, high, children, held = [], [], [], []
    while waiting:
        rows, parent, side = waiting.pop()
        own = X[rows]
        low.append(own.min(axis=0))
        high.append(own.max(axis=0))
        children.append([-1, -1])
        node = len(children) - 1
        if parent >= 0:
            children[parent][side] = node
        column = int(np.argmax(high[node] - low[node]))
        if rows.size <= leaf or high[node][column] == low[node][column]:
            held.append(rows)
            continue
        held.append(rows[:0])
        order = np.argsort(own[:, column], kind="stable")
        half = rows.size // 2
        waiting += [(rows[order[half:]], node, 1), (rows[order[:half]], node, 0)]
    return KDNodes(X, np.array(low), np.array(high), np.array(children, dtype=np.int64), tuple(held))


def search(tree: KDNodes, query: FloatVector, k: int) -> Search:
    """Find the k nearest rows by Euclidean distance; the nearer child first, and no box beyond the k-th so far.

    Parameters
    ----------
    tree
        Of the rows.
    query
        Shape (n_features,).
    k
        1 … n_samples.

    Examples
    --------
    >>> found = search(grow(np.arange(8.0)[:, None], leaf=2), np.array([5.2]), 1)
    >>> found.rows.tolist(), found.visited.size
    ([5], 3)
    """
    best: list[tuple[float, int]] = []  # of the k nearest so far, the farthest on top: (−d², −row)
    visited, waiting = [], [(0.0, 0)]
    while waiting:
        away, node = waiting.pop()
        if len(best) == k and away > -best[0][0]:
            continue
        visited.append(node)
        rows = tree.rows[node]
        if rows.size:
            squares = np.square(tree.X[rows] - query).sum(axis=1)
            for square, row in zip(squares.tolist(), rows.tolist(), strict=True):
                if len(best) < k:
                    heappush(best, (-square, -row))
                elif (-square, -row) > best[0]:
                    heapreplace(best, (-square, -row))
            continue
        pair = tree.children[node]
        outside = np.maximum(tree.low[pair] - query, 0) + np.maximum(query - tree.high[pair], 0)
        left, right = np.square(outside).sum(axis=1).tolist()
        both = [(left, int(pair[0])), (right, int(pair[1]))]
        waiting += sorted(both, reverse=True)
    told = sorted((-square, -row) for square, row in best)
    return Search(
        np.array([row for _, row in told], dtype=np.int64),
        np.sqrt([square for square, _ in told]),
        np.array(visited, dtype=np.int64),
    )
