"""The loops of density-based validation (DBCV)."""

from __future__ import annotations

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector


@compiled
def cluster_validity(X: FloatMatrix, starts: IntVector, out: FloatVector) -> None:
    """Write the validity index of each cluster: (separation − sparseness) / the larger of both.

    Parameters
    ----------
    X
        IN, shape (n_samples, n_features): rows sorted by cluster, no noise.
    starts
        IN, shape (n_clusters + 1,): where each cluster begins; each has at least two rows.
    out
        OUT, shape (n_clusters,), −1 … 1.
    """
    n_clusters = starts.shape[0] - 1
    core = np.empty(X.shape[0])
    internal = np.zeros(X.shape[0], dtype=np.bool_)
    sparseness = np.empty(n_clusters)
    for cluster in range(n_clusters):
        first, stop = starts[cluster], starts[cluster + 1]
        _core_distances(X[first:stop], core[first:stop])
        sparseness[cluster] = _sparseness(X[first:stop], core[first:stop], internal[first:stop])
    separation = np.full(n_clusters, np.inf)
    for cluster in range(n_clusters):
        for other in range(cluster + 1, n_clusters):
            apart = _separation(X, core, internal, starts, cluster, other)
            separation[cluster] = min(separation[cluster], apart)
            separation[other] = min(separation[other], apart)
    for cluster in range(n_clusters):
        larger = max(separation[cluster], sparseness[cluster])
        out[cluster] = (separation[cluster] - sparseness[cluster]) / larger if larger > 0 else 0.0


@compiled
def _squared_distance(X: FloatMatrix, i: int, j: int) -> float:
    total = 0.0
    for feature in range(X.shape[1]):
        difference = X[i, feature] - X[j, feature]
        total += difference * difference
    return total


@compiled
def _power(base: float, exponent: int) -> float:
    """Return base^(exponent / 2) for base in 0 … 1 by squaring: ten times faster than ``pow``."""
    result = np.sqrt(base) if exponent % 2 else 1.0
    half = exponent // 2
    while half:
        if half % 2:
            result *= base
        base *= base
        half //= 2
    return result


@compiled
def _core_distances(X: FloatMatrix, out: FloatVector) -> None:
    """OUT out: ((1 / (n − 1)) Σ_{j ≠ i} (1 / d_ij)^n_features)^(−1 / n_features) within one cluster.

    Distances are divided by the smallest first, so that no power can overflow.
    """
    n, n_features = X.shape
    squared = np.empty(n)
    for i in range(n):
        nearest = np.inf
        for j in range(n):
            squared[j] = _squared_distance(X, i, j)
            if j != i:
                nearest = min(nearest, squared[j])
        total = 0.0
        if nearest > 0:
            for j in range(n):
                if j != i:
                    total += _power(nearest / squared[j], n_features)
            out[i] = np.sqrt(nearest) * (total / (n - 1)) ** (-1.0 / n_features)
        else:
            out[i] = 0.0


@compiled
def _sparseness(X: FloatMatrix, core: FloatVector, internal: BoolVector) -> float:
    """Return the longest internal edge of the cluster's spanning tree; OUT internal: its inner nodes.

    Mutual reachability max(core_i, core_j, d_ij), Prim's algorithm. A tree without inner edges (a star,
    or two rows) gives its longest edge; one without inner nodes has them all.
    """
    n = X.shape[0]
    reach = np.full(n, np.inf)
    parent = np.zeros(n, dtype=np.int64)
    joined = np.zeros(n, dtype=np.bool_)
    degree = np.zeros(n, dtype=np.int64)
    weights = np.zeros(n)
    current = 0
    joined[0] = True
    for _ in range(n - 1):
        following = -1
        for j in range(n):
            if not joined[j]:
                edge = max(core[current], core[j], np.sqrt(_squared_distance(X, current, j)))
                if edge < reach[j]:
                    reach[j] = edge
                    parent[j] = current
                if following < 0 or reach[j] < reach[following]:
                    following = j
        joined[following] = True
        weights[following] = reach[following]
        degree[following] += 1
        degree[parent[following]] += 1
        current = following
    inner = 0
    for i in range(n):
        internal[i] = degree[i] > 1
        inner += internal[i]
    if inner == 0:
        internal[:] = True
    longest, longest_inner = 0.0, -1.0
    for i in range(1, n):
        longest = max(longest, weights[i])
        if degree[i] > 1 and degree[parent[i]] > 1:
            longest_inner = max(longest_inner, weights[i])
    return longest_inner if longest_inner >= 0 else longest


@compiled
def _separation(
    X: FloatMatrix, core: FloatVector, internal: BoolVector, starts: IntVector, first: int, second: int
) -> float:
    """Return the smallest mutual reachability between inner nodes of two clusters."""
    best = np.inf
    for i in range(starts[first], starts[first + 1]):
        if internal[i] and core[i] < best:
            for j in range(starts[second], starts[second + 1]):
                if internal[j] and core[j] < best:
                    apart = max(core[i], core[j], np.sqrt(_squared_distance(X, i, j)))
                    best = min(best, apart)
    return best
