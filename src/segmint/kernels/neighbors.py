"""Compiled search: the smallest values of rows, a k-d tree, and the components of near core points."""

from __future__ import annotations

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector

LEAF = 16
NO_CORE, MIXED = -2, -1


@compiled
def smallest_of_rows(values: FloatMatrix, smallest: FloatMatrix, places: IntVector) -> None:
    """Write each row's smallest values in ascending order, and their places (both (n_rows, k), OUT)."""
    k = smallest.shape[1]
    for row in range(values.shape[0]):
        kept, found = smallest[row], places[row]
        kept[:] = np.inf
        worst = np.inf
        line = values[row]
        for i in range(line.shape[0]):
            value = line[i]
            if value < worst:
                at = k - 1
                while at > 0 and kept[at - 1] > value:
                    kept[at] = kept[at - 1]
                    found[at] = found[at - 1]
                    at -= 1
                kept[at] = value
                found[at] = i
                worst = kept[k - 1]


@compiled
def build_tree(X: FloatMatrix) -> tuple[IntVector, IntVector, IntVector, IntVector, FloatMatrix, FloatMatrix]:
    """Return a k-d tree: order of rows, first and end of each node's rows, left child, box corners.

    Nodes are halved at the median of their widest side down to ``LEAF`` rows; children stand after
    their parent, the right one beside the left; a leaf's child is 0.
    """
    n_samples, n_features = X.shape
    most = 4 * (n_samples // LEAF + 1) + 1
    order = np.arange(n_samples)
    first, end, left = np.zeros(most, np.int64), np.zeros(most, np.int64), np.zeros(most, np.int64)
    low, high = np.empty((most, n_features)), np.empty((most, n_features))
    end[0], n_nodes, node = n_samples, 1, 0
    while node < n_nodes:
        a, b = first[node], end[node]
        widest, side = 0, -1.0
        for j in range(n_features):
            smallest, largest = np.inf, -np.inf
            for i in range(a, b):
                smallest, largest = min(smallest, X[order[i], j]), max(largest, X[order[i], j])
            low[node, j], high[node, j] = smallest, largest
            if largest - smallest > side:
                widest, side = j, largest - smallest
        if b - a > LEAF:
            rows = order[a:b].copy()
            order[a:b] = rows[np.argsort(X[rows, widest], kind="mergesort")]
            middle = (a + b) // 2
            left[node] = n_nodes
            first[n_nodes], end[n_nodes] = a, middle
            first[n_nodes + 1], end[n_nodes + 1] = middle, b
            n_nodes += 2
        node += 1
    return order, first[:n_nodes], end[:n_nodes], left[:n_nodes], low[:n_nodes], high[:n_nodes]


@compiled
def find(parent: IntVector, i: int) -> int:
    """Return the root of a row's component, halving the path to it."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@compiled
def union(parent: IntVector, i: int, j: int) -> None:
    """Join two components under the smaller of their roots."""
    a, b = find(parent, i), find(parent, j)
    if a < b:
        parent[b] = a
    else:
        parent[a] = b


@compiled
def refresh(
    parent: IntVector, core: BoolVector, first: IntVector, end: IntVector, left: IntVector, state: IntVector
) -> None:
    """Write for each node the root that all its core rows share, else ``MIXED`` or ``NO_CORE``."""
    for node in range(first.shape[0] - 1, -1, -1):
        shared = NO_CORE
        if left[node] == 0:
            for i in range(first[node], end[node]):
                if core[i] and shared != MIXED:
                    root = find(parent, i)
                    shared = root if shared in (NO_CORE, root) else MIXED
        else:
            one, other = state[left[node]], state[left[node] + 1]
            if one == NO_CORE:
                shared = other
            elif other in (NO_CORE, one):
                shared = one
            else:
                shared = MIXED
        state[node] = shared


@compiled
def join_small_nodes(
    parent: IntVector, core: BoolVector, first: IntVector, end: IntVector, low: FloatMatrix, high: FloatMatrix,
    limit: float,
) -> None:  # fmt: skip
    """Join all core rows of each node whose squared diagonal is at most ``limit``."""
    for node in range(first.shape[0]):
        diagonal = 0.0
        for j in range(low.shape[1]):
            side = high[node, j] - low[node, j]
            diagonal += side * side
        if diagonal > limit:
            continue
        anchor = -1
        for i in range(first[node], end[node]):
            if core[i] and anchor < 0:
                anchor = i
            elif core[i]:
                union(parent, anchor, i)


@compiled
def box_distance(x: FloatVector, low: FloatVector, high: FloatVector) -> float:
    """Return the squared distance of a point to a box, 0 inside."""
    total = 0.0
    for j in range(x.shape[0]):
        gap = max(low[j] - x[j], x[j] - high[j], 0.0)
        total += gap * gap
    return total


@compiled
def join_neighbors(
    query: int, X: FloatMatrix, core: BoolVector, parent: IntVector, first: IntVector, end: IntVector,
    left: IntVector, low: FloatMatrix, high: FloatMatrix, state: IntVector, stack: IntVector, limit: float,
) -> None:  # fmt: skip
    """Join one core row with every later core row within √limit that is not yet in its component."""
    x = X[query]
    stack[0], height = 0, 1
    while height > 0:
        height -= 1
        node = stack[height]
        shared = state[node]
        if shared == NO_CORE or end[node] <= query:
            continue
        if shared >= 0 and find(parent, shared) == find(parent, query):
            continue
        if box_distance(x, low[node], high[node]) > limit:
            continue
        if left[node] > 0:
            stack[height], stack[height + 1] = left[node], left[node] + 1
            height += 2
            continue
        for i in range(max(first[node], query + 1), end[node]):
            if not core[i] or find(parent, i) == find(parent, query):
                continue
            total = 0.0
            for j in range(x.shape[0]):
                difference = X[i, j] - x[j]
                total += difference * difference
            if total <= limit:
                union(parent, query, i)
                if shared >= 0:
                    break


@compiled
def near_components(
    X: FloatMatrix, core: BoolVector, first: IntVector, end: IntVector, left: IntVector, low: FloatMatrix,
    high: FloatMatrix, eps: float,
) -> IntVector:  # fmt: skip
    """Return for each core row the smallest row of its component; rows and tree in the tree's order.

    Two core rows within ``eps`` are of one component. Whole nodes are skipped once all their rows are
    in the asking row's component, so that a large ``eps`` is not dearer than a small one.
    """
    n_samples = X.shape[0]
    parent, state = np.arange(n_samples), np.empty(first.shape[0], np.int64)
    stack = np.empty(256, np.int64)
    limit = eps * eps
    join_small_nodes(parent, core, first, end, low, high, limit)
    refresh(parent, core, first, end, left, state)
    done, due = 0, 32
    for query in range(n_samples):
        if not core[query]:
            continue
        join_neighbors(query, X, core, parent, first, end, left, low, high, state, stack, limit)
        done += 1
        if done == due:
            refresh(parent, core, first, end, left, state)
            due = min(2 * due, due + n_samples // 16 + 32)
    for i in range(n_samples):
        parent[i] = find(parent, i)
    return parent
