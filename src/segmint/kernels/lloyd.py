"""Compiled K-Means: seeding, Lloyd's iterations with bounds, all restarts of one K.

All functions take the rows as columns, ``columns`` of shape (n_features, n_samples): the innermost loop
runs over rows and vectorizes. A squared distance is Σⱼ (xⱼ − cⱼ)², feature by feature from 0 in the first
feature, without fused operations: bit for bit the written rule of ``model.centers``.

References
----------
Lloyd (1982), doi:10.1109/TIT.1982.1056489. Hamerly (2010), doi:10.1137/1.9781611972801.12 (bounds).
Arthur and Vassilvitskii (2007), k-means++, ISBN 978-0-898716-24-5.
"""

from __future__ import annotations

import math

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import FloatMatrix, FloatVector, IntVector

BLOCK = 512  # rows whose distances stay in the first-level cache


@compiled
def squared_distances(
    columns: FloatMatrix, first: int, count: int, center: FloatVector, out: FloatVector
) -> None:
    """Write the squared distances of ``count`` rows from ``first`` on to one center into ``out``."""
    n_features = columns.shape[0]
    x0 = columns[0, first : first + count]
    c0 = center[0]
    for i in range(count):
        d0 = x0[i] - c0
        out[i] = d0 * d0
    j = 1
    while j + 3 < n_features:  # four features a pass, added in order: fewer trips to memory
        x0 = columns[j, first : first + count]
        x1 = columns[j + 1, first : first + count]
        x2 = columns[j + 2, first : first + count]
        x3 = columns[j + 3, first : first + count]
        c0, c1, c2, c3 = center[j], center[j + 1], center[j + 2], center[j + 3]
        for i in range(count):
            d0 = x0[i] - c0
            d1 = x1[i] - c1
            d2 = x2[i] - c2
            d3 = x3[i] - c3
            out[i] = (((out[i] + d0 * d0) + d1 * d1) + d2 * d2) + d3 * d3
        j += 4
    while j < n_features:
        x0 = columns[j, first : first + count]
        c0 = center[j]
        for i in range(count):
            d0 = x0[i] - c0
            out[i] += d0 * d0
        j += 1


@compiled
def two_nearest(
    columns: FloatMatrix,
    first: int,
    count: int,
    centers: FloatMatrix,
    distances: FloatVector,
    best: FloatVector,
    second: FloatVector,
    labels: IntVector,
) -> None:
    """Write squared distances to the nearest and second nearest center, and the nearest's number.

    ``distances`` is scratch of at least ``count``; ties go to the lowest number.
    """
    for i in range(count):
        best[i] = np.inf
        second[i] = np.inf
        labels[i] = 0
    for k in range(centers.shape[0]):
        squared_distances(columns, first, count, centers[k], distances)
        for i in range(count):
            s = distances[i]
            closer = s < best[i]
            second[i] = best[i] if closer else min(s, second[i])
            labels[i] = k if closer else labels[i]
            best[i] = s if closer else best[i]


@compiled
def nearest_labels(columns: FloatMatrix, centers: FloatMatrix, labels: IntVector) -> float:
    """Write each row's nearest center into ``labels``; return the sum of squared distances."""
    n_samples = columns.shape[1]
    distances, best, second = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    inertia = 0.0
    for first in range(0, n_samples, BLOCK):
        count = min(BLOCK, n_samples - first)
        two_nearest(columns, first, count, centers, distances, best, second, labels[first : first + count])
        part = 0.0
        for i in range(count):
            part += best[i]
        inertia += part
    return inertia


@compiled
def sums_by_label(columns: FloatMatrix, labels: IntVector, sums: FloatMatrix, counts: IntVector) -> None:
    """Write each cluster's sum of rows (in the order of the rows) and its number of rows."""
    sums[:] = 0.0
    counts[:] = 0
    n_features, n_samples = columns.shape
    for i in range(n_samples):
        counts[labels[i]] += 1
    for j in range(n_features):
        x = columns[j]
        for i in range(n_samples):
            sums[labels[i], j] += x[i]


@compiled
def fill_empty(
    columns: FloatMatrix, centers: FloatMatrix, labels: IntVector, sums: FloatMatrix, counts: IntVector
) -> bool:
    """Give each empty cluster the row farthest from its own center; return whether any was empty."""
    n_features, n_samples = columns.shape
    moved = False
    for k in range(centers.shape[0]):
        if counts[k] > 0:
            continue
        farthest, row = -1.0, -1
        for i in range(n_samples):
            own = labels[i]
            if counts[own] < 2:
                continue
            s = 0.0
            for j in range(n_features):
                diff = columns[j, i] - centers[own, j]
                s += diff * diff
            if s > farthest:
                farthest, row = s, i
        if row < 0:
            break
        own = labels[row]
        for j in range(n_features):
            sums[own, j] -= columns[j, row]
            sums[k, j] = columns[j, row]
            centers[k, j] = columns[j, row]
        counts[own] -= 1
        counts[k] = 1
        labels[row] = k
        moved = True
    return moved


@compiled
def _move_centers(
    centers: FloatMatrix, sums: FloatMatrix, counts: IntVector, moves: FloatVector, drift: FloatVector
) -> float:
    """Set centers to means; add to ``drift`` what each row's gap may have lost; return Σ move²."""
    n_clusters, n_features = centers.shape
    largest, next_largest, mover, total = 0.0, 0.0, -1, 0.0
    for k in range(n_clusters):
        s = 0.0
        if counts[k] > 0:
            for j in range(n_features):
                mean = sums[k, j] / counts[k]
                diff = mean - centers[k, j]
                s += diff * diff
                centers[k, j] = mean
        total += s
        moves[k] = math.sqrt(s)
        if moves[k] > largest:
            largest, next_largest, mover = moves[k], largest, k
        elif moves[k] > next_largest:
            next_largest = moves[k]
    for k in range(n_clusters):
        other = next_largest if k == mover else largest
        drift[k] += (moves[k] + other) * (1.0 + 1e-9)
    return total


@compiled
def lloyd(
    columns: FloatMatrix, centers: FloatMatrix, labels: IntVector, max_iter: int, tolerance: float
) -> tuple[int, bool]:
    """Iterate assignment and mean from ``centers`` (INOUT); ``labels`` (OUT) are of the last assignment.

    A row is looked at again only when the gap between its two nearest centers, at its last look, may
    have been used up by the centers' moves since. Stops when no row moves, or Σ move² ≤ ``tolerance``.
    Returns the number of iterations and whether it stopped by itself.
    """
    n_features, n_samples = columns.shape
    n_clusters = centers.shape[0]
    sums, counts = np.zeros((n_clusters, n_features)), np.zeros(n_clusters, np.int64)
    moves, drift = np.zeros(n_clusters), np.zeros(n_clusters)
    gaps = np.full(n_samples, -np.inf)
    packed, rows = np.empty((n_features, BLOCK)), np.empty(BLOCK, np.int64)
    distances, best, second = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    found = np.empty(BLOCK, np.int64)
    labels[:] = -1
    for iteration in range(max_iter):
        n_moved = 0
        for first in range(0, n_samples, BLOCK):
            count = 0
            for i in range(first, min(first + BLOCK, n_samples)):
                if labels[i] < 0 or not gaps[i] > drift[labels[i]]:
                    rows[count] = i
                    count += 1
            if count == 0:
                continue
            for j in range(n_features):
                x = columns[j]
                for i in range(count):
                    packed[j, i] = x[rows[i]]
            two_nearest(packed, 0, count, centers, distances, best, second, found)
            for i in range(count):
                row, new = rows[i], found[i]
                gaps[row] = (math.sqrt(second[i]) - math.sqrt(best[i])) * (1.0 - 1e-9) + drift[new]
                old = labels[row]
                if new == old:
                    continue
                n_moved += 1
                labels[row] = new
                counts[new] += 1
                for j in range(n_features):
                    sums[new, j] += packed[j, i]
                if old >= 0:
                    counts[old] -= 1
                    for j in range(n_features):
                        sums[old, j] -= packed[j, i]
        if fill_empty(columns, centers, labels, sums, counts):
            gaps[:] = -np.inf
            n_moved += 1
        shift = _move_centers(centers, sums, counts, moves, drift)
        if n_moved == 0 or shift <= tolerance:
            return iteration + 1, True
    return max_iter, False


@compiled
def settle(
    columns: FloatMatrix, centers: FloatMatrix, labels: IntVector, max_iter: int
) -> tuple[int, bool, float]:
    """Iterate the plain rule from ``centers`` (INOUT) until labels and means agree with each other.

    Here every distance is computed and every mean is summed anew in the order of the rows. Returns the
    number of iterations, whether a fixed point was reached, and the inertia.
    """
    n_clusters, n_features = centers.shape
    sums, counts = np.zeros((n_clusters, n_features)), np.zeros(n_clusters, np.int64)
    previous = centers.copy()
    inertia = nearest_labels(columns, centers, labels)
    for iteration in range(max_iter):
        sums_by_label(columns, labels, sums, counts)
        fill_empty(columns, centers, labels, sums, counts)
        same = True
        for k in range(n_clusters):
            for j in range(n_features):
                previous[k, j] = centers[k, j]
                if counts[k] > 0:
                    centers[k, j] = sums[k, j] / counts[k]
                same = same and centers[k, j] == previous[k, j]
        if same:
            return iteration + 1, True, inertia
        inertia = nearest_labels(columns, centers, labels)
    return max_iter, False, inertia


@compiled
def plus_plus(columns: FloatMatrix, uniforms: FloatMatrix, centers: FloatMatrix) -> None:
    """Write starting centers by greedy k-means++: of a few draws by squared distance, the best one.

    ``uniforms`` has shape (n_clusters, n_trials), each in [0, 1); the first center is a uniform draw.
    """
    n_features, n_samples = columns.shape
    n_clusters, n_trials = uniforms.shape
    closest, candidate, best = np.empty(n_samples), np.empty(n_samples), np.empty(n_samples)
    chosen = np.empty(n_features)
    row = min(int(uniforms[0, 0] * n_samples), n_samples - 1)
    for j in range(n_features):
        centers[0, j] = columns[j, row]
    squared_distances(columns, 0, n_samples, centers[0], closest)
    for k in range(1, n_clusters):
        total = 0.0
        for i in range(n_samples):
            total += closest[i]
        best_total = np.inf
        for trial in range(n_trials):
            row = _draw(closest, uniforms[k, trial] * total)
            for j in range(n_features):
                chosen[j] = columns[j, row]
            squared_distances(columns, 0, n_samples, chosen, candidate)
            s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
            whole = n_samples - n_samples % 4
            for i in range(n_samples):
                candidate[i] = min(candidate[i], closest[i])
            for i in range(0, whole, 4):
                s0 += candidate[i]
                s1 += candidate[i + 1]
                s2 += candidate[i + 2]
                s3 += candidate[i + 3]
            for i in range(whole, n_samples):
                s0 += candidate[i]
            potential = (s0 + s1) + (s2 + s3)
            if potential < best_total:
                best_total = potential
                best, candidate = candidate, best
                for j in range(n_features):
                    centers[k, j] = chosen[j]
        closest, best = best, closest


@compiled
def _draw(weights: FloatVector, target: float) -> int:
    """Return the first row at which the running sum of weights passes ``target``, never one of weight 0."""
    total, last = 0.0, 0
    for i in range(weights.shape[0]):
        if weights[i] > 0.0:
            last = i
            total += weights[i]
            if total > target:
                return i
    return last


@compiled
def best_start(
    columns: FloatMatrix, starts: FloatMatrix, max_iter: int, tolerance: float, labels: IntVector
) -> tuple[int, int, bool]:
    """Run Lloyd from every start, in place; return the number of the best, its iterations, and whether it stopped.

    ``starts`` has shape (n_starts, n_clusters, n_features); ``labels`` is scratch. Of equal inertias
    the first wins.
    """
    best, best_iterations, best_stopped, lowest = 0, 0, False, np.inf
    for start in range(starts.shape[0]):
        iterations, stopped = lloyd(columns, starts[start], labels, max_iter, tolerance)
        inertia = nearest_labels(columns, starts[start], labels)
        if inertia < lowest:
            best, best_iterations, best_stopped, lowest = start, iterations, stopped, inertia
    return best, best_iterations, best_stopped


@compiled
def plus_plus_starts(columns: FloatMatrix, uniforms: FloatMatrix, starts: FloatMatrix) -> None:
    """Write one set of starting centers for each of the first axis of ``uniforms`` and ``starts``."""
    for start in range(starts.shape[0]):
        plus_plus(columns, uniforms[start], starts[start])
