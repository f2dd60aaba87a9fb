"""Compiled agglomeration by Ward's criterion: nearest-neighbor chains over centers, O(n) memory.

Joining clusters A and B raises the sum of squares by |A||B| / (|A| + |B|) · ‖c_A − c_B‖²; the height of
a joint is √(2 × that), as in SciPy. The criterion is reducible, so that joining mutual nearest neighbors in
any order gives the tree of joining the nearest pair of all.

References
----------
Ward (1963), doi:10.1080/01621459.1963.10500845. Murtagh (1983), doi:10.1093/comjnl/26.4.354.
"""

from __future__ import annotations

import math

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import FloatMatrix, FloatVector, IntVector

BLOCK = 512


@compiled
def nearest_active(
    cluster: int, columns: FloatMatrix, sizes: FloatVector, n_active: int, costs: FloatVector, prefer: int
) -> tuple[int, float]:
    """Return the active cluster that is cheapest to join, and 2 × the cost; ties go to ``prefer``, then lowest."""
    d = columns.shape[0]
    best, lowest, size = -1, np.inf, sizes[cluster]
    for first in range(0, n_active, BLOCK):
        count = min(BLOCK, n_active - first)
        for i in range(count):
            costs[i] = 0.0
        for j in range(d):
            x, center = columns[j, first : first + count], columns[j, cluster]
            for i in range(count):
                difference = x[i] - center
                costs[i] += difference * difference
        own = sizes[first : first + count]
        for i in range(count):
            costs[i] *= 2.0 * size * own[i] / (size + own[i])
        for i in range(count):
            other = first + i
            if other != cluster and (costs[i] < lowest or (costs[i] == lowest and other == prefer)):
                best, lowest = other, costs[i]
    return best, lowest


@compiled
def ward_tree(columns: FloatMatrix) -> tuple[IntVector, IntVector, FloatVector]:
    """Return the joints of Ward's tree: a row of each side, and the height, in the order they were found.

    ``columns``, shape (n_features, n_samples), is used up. Active clusters are kept packed at the front:
    the place of a joined one is filled by the last.
    """
    d, n_samples = columns.shape
    sizes, members = np.ones(n_samples), np.arange(n_samples)
    one, other = np.empty(n_samples - 1, np.int64), np.empty(n_samples - 1, np.int64)
    heights, costs = np.empty(n_samples - 1), np.empty(BLOCK)
    chain, length, n_active, joint = np.empty(n_samples, np.int64), 0, n_samples, 0
    while n_active > 1:
        if length == 0:
            chain[0], length = 0, 1
        tip = chain[length - 1]
        before = chain[length - 2] if length > 1 else -1
        best, cost = nearest_active(tip, columns, sizes, n_active, costs, before)
        if best != before:
            chain[length] = best
            length += 1
            continue
        length -= 2
        a, b = min(tip, before), max(tip, before)
        one[joint], other[joint], heights[joint] = members[a], members[b], math.sqrt(cost)
        joint += 1
        size = sizes[a] + sizes[b]
        for j in range(d):
            columns[j, a] = (sizes[a] * columns[j, a] + sizes[b] * columns[j, b]) / size
        sizes[a] = size
        last = n_active - 1
        if b != last:
            for j in range(d):
                columns[j, b] = columns[j, last]
            sizes[b], members[b] = sizes[last], members[last]
            for i in range(length):
                if chain[i] == last:
                    chain[i] = b
        n_active -= 1
    return one, other, heights
