"""Compiled loops of a table's statistics: how deep its valleys, how empty its borders, how clear its clusters.

References
----------
Prim (1957), doi:10.1002/j.1538-7305.1957.tb01515.x. Chazal, Guibas, Oudot, Skraba (2013), persistence of
density modes, doi:10.1145/2535927.
"""

from __future__ import annotations

import math

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import FloatMatrix, FloatVector, IntVector


@compiled
def pair_distances(X: FloatMatrix, square: FloatMatrix) -> None:
    """Write the Euclidean distances of all pairs (OUT)."""
    n = X.shape[0]
    for i in range(n):
        square[i, i] = 0.0
        for j in range(i + 1, n):
            total = 0.0
            for feature in range(X.shape[1]):
                step = X[i, feature] - X[j, feature]
                total += step * step
            square[i, j] = math.sqrt(total)
    for i in range(n):
        for j in range(i):
            square[i, j] = square[j, i]


@compiled
def spanning_tree(
    distances: FloatMatrix, core: FloatVector, first: IntVector, second: IntVector, lengths: FloatVector
) -> None:
    """Write the n − 1 edges of the spanning tree in mutual reachability max(distance, both cores)."""
    n = distances.shape[0]
    reach = np.full(n, np.inf)
    parent = np.zeros(n, dtype=np.int64)
    outside = np.arange(n)
    here, n_outside = 0, n - 1
    outside[0] = outside[n_outside]
    for edge in range(n - 1):
        row, own = distances[here], core[here]
        best, place = np.inf, 0
        for position in range(n_outside):
            other = outside[position]
            length = max(row[other], own, core[other])
            if length < reach[other]:
                reach[other] = length
                parent[other] = here
            if reach[other] < best:
                best, place = reach[other], position
        here = outside[place]
        first[edge], second[edge], lengths[edge] = parent[here], here, best
        n_outside -= 1
        outside[place] = outside[n_outside]


@compiled
def _root(parent: IntVector, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@compiled
def deepest_valley(
    first: IntVector, second: IntVector, lengths: FloatVector, core: FloatVector, smallest: int
) -> float:
    """Return the largest log(length / core) at which two modes of ``smallest`` rows or more meet.

    The edges of a forest come shortest first. Where two modes meet, the lower peak counts: the larger of
    the two smallest cores.
    """
    n = core.shape[0]
    parent = np.arange(n)
    peak = core.copy()
    size = np.ones(n, dtype=np.int64)
    deepest = 0.0
    for edge in range(lengths.shape[0]):
        high, low = _root(parent, first[edge]), _root(parent, second[edge])
        if peak[high] > peak[low]:
            high, low = low, high
        if size[low] >= smallest:
            deepest = max(deepest, math.log(lengths[edge] / peak[low]))
        parent[low] = high
        size[high] += size[low]
    return deepest


@compiled
def move_to_centers(X: FloatMatrix, labels: IntVector, centers: FloatMatrix, counts: IntVector) -> None:
    """Write the mean and the number of rows of each label; a label without rows keeps its center."""
    sums = np.zeros_like(centers)
    counts[:] = 0
    for i in range(X.shape[0]):
        counts[labels[i]] += 1
        for j in range(X.shape[1]):
            sums[labels[i], j] += X[i, j]
    for k in range(centers.shape[0]):
        if counts[k] > 0:
            for j in range(X.shape[1]):
                centers[k, j] = sums[k, j] / counts[k]


@compiled
def _nearest(X: FloatMatrix, i: int, centers: FloatMatrix, squares: FloatVector) -> int:
    """Return the nearest center of a row, and write its squared distance to each."""
    best = 0
    for k in range(centers.shape[0]):
        total = 0.0
        for j in range(X.shape[1]):
            step = X[i, j] - centers[k, j]
            total += step * step
        squares[k] = total
        if total < squares[best]:
            best = k
    return best


@compiled
def border_gaps(
    X: FloatMatrix, labels: IntVector, n_clusters: int, rounds: int, width: float, smallest: int
) -> tuple[float, float]:
    """Return how much emptier the borders between centers are than the places beside the centers.

    ``labels`` are a start: ``rounds`` steps of Lloyd follow. On the line between two centers, from −½ to
    ½, rows within ``width`` of the middle are counted against those within ``width`` of either center;
    2 (√side − √middle) has a variance near 1. Each cluster gets its fullest border; returned is the sum
    over the clusters of ``smallest`` rows or more, divided by the root of their number.

    Returned as well is the clearness of the least clear of these clusters: the mean over its rows of
    1 − (distance to the own center) / (distance to the next one). With fewer than two, both are 0.
    """
    centers = np.full((n_clusters, X.shape[1]), np.inf)
    counts = np.zeros(n_clusters, dtype=np.int64)
    squares = np.empty(n_clusters)
    move_to_centers(X, labels, centers, counts)
    for _ in range(rounds):
        for i in range(X.shape[0]):
            labels[i] = _nearest(X, i, centers, squares)
        move_to_centers(X, labels, centers, counts)
    middle, side, clear = _windows(X, centers, counts, width, smallest)
    total, n_counted, least_clear = 0.0, 0, np.inf
    for a in range(n_clusters):
        if counts[a] < smallest:
            continue
        fullest = np.inf
        for b in range(n_clusters):
            if b != a and counts[b] >= smallest:
                beside = min(side[a, b], side[b, a])
                between = middle[a, b] + middle[b, a]
                fullest = min(fullest, 2 * (math.sqrt(beside + 0.375) - math.sqrt(between + 0.375)))
        if fullest < np.inf:
            total += fullest
            n_counted += 1
            least_clear = min(least_clear, clear[a])
    if n_counted < 2:
        return 0.0, 0.0
    return total / math.sqrt(n_counted), least_clear


@compiled
def _windows(
    X: FloatMatrix, centers: FloatMatrix, counts: IntVector, width: float, smallest: int
) -> tuple[FloatMatrix, FloatMatrix, FloatVector]:
    """Count, for each cluster and each other, the rows near their border and near its own center.

    The third array is the clearness of each cluster.
    """
    n_clusters = centers.shape[0]
    between = np.zeros((n_clusters, n_clusters))
    for a in range(n_clusters):
        for b in range(n_clusters):
            for j in range(X.shape[1]):
                step = centers[a, j] - centers[b, j]
                between[a, b] += step * step
    middle, side = np.zeros((n_clusters, n_clusters)), np.zeros((n_clusters, n_clusters))
    squares = np.empty(n_clusters)
    clear, members = np.zeros(n_clusters), np.zeros(n_clusters)
    for i in range(X.shape[0]):
        a = _nearest(X, i, centers, squares)
        if counts[a] < smallest:
            continue
        next_one = np.inf
        for b in range(n_clusters):
            if b == a or counts[b] < smallest:
                continue
            next_one = min(next_one, squares[b])
            place = (squares[a] - squares[b]) / (2 * between[a, b])
            if abs(place) < width:
                middle[a, b] += 1
            if abs(place + 0.5) < width:
                side[a, b] += 1
        members[a] += 1
        if 0.0 < next_one < np.inf:
            clear[a] += 1 - math.sqrt(squares[a] / next_one)
    return middle, side, clear / np.maximum(members, 1.0)
