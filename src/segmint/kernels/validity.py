"""The loops of density-based validation (DBCV)."""

from __future__ import annotations

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector


@compiled
def cluster_validity(columns: FloatMatrix, starts: IntVector, out: FloatVector) -> None:
    """Write the validity index of each cluster: (separation − sparseness) / the larger of both.

    Parameters
    ----------
    columns
        IN, shape (n_features, n_samples): rows sorted by cluster, without noise, one feature a line.
    starts
        IN, shape (n_clusters + 1,): where each cluster begins; each has at least two rows.
    out
        OUT, shape (n_clusters,), −1 … 1.
    """
    n_clusters = starts.shape[0] - 1
    n_samples = columns.shape[1]
    core = np.empty(n_samples)
    squared = np.empty(n_samples)
    internal = np.zeros(n_samples, dtype=np.bool_)
    sparseness = np.empty(n_clusters)
    for cluster in range(n_clusters):
        first, stop = starts[cluster], starts[cluster + 1]
        _core_distances(columns, first, stop, squared, core)
        sparseness[cluster] = _sparseness(columns, first, stop, core, squared, internal)
    separation = np.full(n_clusters, np.inf)
    for cluster in range(n_clusters - 1):
        _separate(columns, core, internal, starts, cluster, squared, separation)
    for cluster in range(n_clusters):
        larger = max(separation[cluster], sparseness[cluster])
        out[cluster] = (separation[cluster] - sparseness[cluster]) / larger if larger > 0 else 0.0


@compiled
def _squared_distances(columns: FloatMatrix, i: int, first: int, stop: int, out: FloatVector) -> None:
    """OUT out[: stop − first]: squared distances of row i to the rows first … stop − 1."""
    width = stop - first
    for j in range(width):
        out[j] = 0.0
    for feature in range(columns.shape[0]):
        line = columns[feature, first:stop]
        value = columns[feature, i]
        for j in range(width):
            difference = line[j] - value
            out[j] += difference * difference


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
def _core_distances(
    columns: FloatMatrix, first: int, stop: int, squared: FloatVector, core: FloatVector
) -> None:
    """OUT core: ((1 / (n − 1)) Σ_{j ≠ i} (1 / d_ij)^n_features)^(−1 / n_features) within one cluster.

    Distances are divided by the smallest first, so that no power can overflow.
    """
    n, n_features = stop - first, columns.shape[0]
    for i in range(n):
        _squared_distances(columns, first + i, first, stop, squared)
        squared[i] = np.inf
        nearest = np.inf
        for j in range(n):
            nearest = min(nearest, squared[j])
        core[first + i] = 0.0
        if nearest > 0:
            total = 0.0
            for j in range(n):
                total += _power(nearest / squared[j], n_features)
            core[first + i] = np.sqrt(nearest) * (total / (n - 1)) ** (-1.0 / n_features)


@compiled
def _sparseness(
    columns: FloatMatrix, first: int, stop: int, core: FloatVector, squared: FloatVector, internal: BoolVector
) -> float:
    """Return the longest inner edge of the cluster's spanning tree; OUT internal: its inner nodes.

    Edges are mutual reachabilities max(core_i, core_j, d_ij), which tie often; of equal ones the shorter
    distance goes first, so that the order of the rows does not matter. Prim's algorithm. A tree without
    inner edges (a star, or two rows) gives its longest edge; one without inner nodes has them all.
    """
    n = stop - first
    reach = np.full(n, np.inf)
    near = np.full(n, np.inf)
    parent = np.zeros(n, dtype=np.int64)
    joined = np.zeros(n, dtype=np.bool_)
    degree = np.zeros(n, dtype=np.int64)
    current = 0
    joined[0] = True
    for _ in range(n - 1):
        _squared_distances(columns, first + current, first, stop, squared)
        following = -1
        for j in range(n):
            if joined[j]:
                continue
            edge = max(core[first + current], core[first + j], np.sqrt(squared[j]))
            if edge < reach[j] or (edge == reach[j] and squared[j] < near[j]):
                reach[j], near[j], parent[j] = edge, squared[j], current
            if (
                following < 0
                or reach[j] < reach[following]
                or (reach[j] == reach[following] and near[j] < near[following])
            ):
                following = j
        joined[following] = True
        degree[following] += 1
        degree[parent[following]] += 1
        current = following
    return _longest_inner(reach, parent, degree, internal[first:stop])


@compiled
def _longest_inner(reach: FloatVector, parent: IntVector, degree: IntVector, internal: BoolVector) -> float:
    """Return the longest inner edge of a tree whose edge i leads from row i to its parent."""
    n = reach.shape[0]
    longest, longest_inner, n_internal = 0.0, -1.0, 0
    for i in range(n):
        internal[i] = degree[i] > 1
        n_internal += degree[i] > 1
        if i > 0:
            longest = max(longest, reach[i])
            if degree[i] > 1 and degree[parent[i]] > 1:
                longest_inner = max(longest_inner, reach[i])
    if n_internal == 0:
        internal[:] = True
    return longest_inner if longest_inner >= 0 else longest


@compiled
def _separate(
    columns: FloatMatrix,
    core: FloatVector,
    internal: BoolVector,
    starts: IntVector,
    cluster: int,
    squared: FloatVector,
    separation: FloatVector,
) -> None:
    """Lower the separation of a cluster and of each later one to the nearest of their inner nodes."""
    for i in range(starts[cluster], starts[cluster + 1]):
        if not internal[i]:
            continue
        _squared_distances(columns, i, starts[cluster + 1], columns.shape[1], squared)
        offset = starts[cluster + 1]
        for other in range(cluster + 1, starts.shape[0] - 1):
            best = np.inf
            for j in range(starts[other], starts[other + 1]):
                if internal[j]:
                    best = min(best, max(core[i], core[j], np.sqrt(squared[j - offset])))
            separation[cluster] = min(separation[cluster], best)
            separation[other] = min(separation[other], best)
