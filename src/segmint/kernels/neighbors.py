"""Compiled search: the smallest values of rows, a k-d tree, and the components of near core points."""

from __future__ import annotations

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector

LEAF = 16


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
def count_core(
    core: BoolVector, first: IntVector, end: IntVector, left: IntVector, parent: IntVector, leaf: IntVector
) -> IntVector:
    """Return each node's number of core rows; write the nodes' parents and the rows' leaves."""
    waiting = np.zeros(first.shape[0], np.int64)
    parent[0] = -1
    for node in range(first.shape[0] - 1, -1, -1):
        if left[node] == 0:
            for i in range(first[node], end[node]):
                leaf[i] = node
                waiting[node] += core[i]
        else:
            for child in (left[node], left[node] + 1):
                parent[child] = node
                waiting[node] += waiting[child]
    return waiting


@compiled
def box_distances(x: FloatVector, low: FloatVector, high: FloatVector) -> tuple[float, float]:
    """Return the squared distances of a point to the nearest and to the farthest place of a box."""
    near, far = 0.0, 0.0
    for j in range(x.shape[0]):
        below, above = low[j] - x[j], x[j] - high[j]
        gap = max(below, above, 0.0)
        reach = max(-below, -above)
        near += gap * gap
        far += reach * reach
    return near, far


@compiled
def take_near(
    query: int, X: FloatMatrix, component: IntVector, core: BoolVector, first: IntVector, end: IntVector,
    left: IntVector, parent: IntVector, leaf: IntVector, low: FloatMatrix, high: FloatMatrix, waiting: IntVector,
    stack: IntVector, queue: IntVector, height: int, limit: float,
) -> int:  # fmt: skip
    """Give every core row within √limit of a row that waits still its component; queue them.

    Nodes without waiting rows are skipped, so that no row is found twice. ``component``, ``waiting`` and
    ``queue`` (with ``height`` rows in it) are INOUT; returns the new height.
    """
    x = X[query]
    stack[0], depth = 0, 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        if waiting[node] == 0:
            continue
        near, far = box_distances(x, low[node], high[node])
        if near > limit:
            continue
        if left[node] > 0 and far > limit:
            stack[depth], stack[depth + 1] = left[node], left[node] + 1
            depth += 2
            continue
        for i in range(first[node], end[node]):
            if not core[i] or component[i] >= 0:
                continue
            if far > limit:
                total = 0.0
                for j in range(x.shape[0]):
                    difference = X[i, j] - x[j]
                    total += difference * difference
                if total > limit:
                    continue
            component[i] = component[query]
            queue[height] = i
            height += 1
            above = leaf[i]
            while above >= 0:
                waiting[above] -= 1
                above = parent[above]
    return height


@compiled
def near_components(
    X: FloatMatrix, core: BoolVector, first: IntVector, end: IntVector, left: IntVector, low: FloatMatrix,
    high: FloatMatrix, eps: float,
) -> IntVector:  # fmt: skip
    """Return for each core row the first row of its component, −1 for others; all in the tree's order.

    Two core rows within ``eps`` are of one component, which is flooded from its first row. Each row is
    found once, so that a large ``eps`` is not dearer than a small one.
    """
    n_samples = X.shape[0]
    parent, leaf = np.empty(first.shape[0], np.int64), np.empty(n_samples, np.int64)
    waiting = count_core(core, first, end, left, parent, leaf)
    component = np.full(n_samples, -1)
    queue, stack = np.empty(n_samples, np.int64), np.empty(256, np.int64)
    for start in range(n_samples):
        if not core[start] or component[start] >= 0:
            continue
        component[start], queue[0], height = start, start, 1
        above = leaf[start]
        while above >= 0:
            waiting[above] -= 1
            above = parent[above]
        while height > 0:
            height -= 1
            height = take_near(
                queue[height], X, component, core, first, end, left, parent, leaf, low, high, waiting,
                stack, queue, height, eps * eps,
            )  # fmt: skip
    return component
