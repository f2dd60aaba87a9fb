"""Silhouettes of many labelings at once: a pair's distance is computed once, whatever their number.

Rows are sorted by *cell*: two rows share a cell when no labeling tells them apart. For eight rows at a
time the sums of distances to each cell are added up, then folded into the clusters of each labeling,
by way of *groups* of labelings that have fewer cells than all together. Each row is worked on alone and
in one order, so that any number of threads gives the same bits.
"""

from __future__ import annotations

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import FloatMatrix, FloatVector, IntVector

LANES = 8
"""Rows that are worked on together; the sums below are written out for this number."""

TILE = 512


@compiled
def silhouettes(
    columns: FloatMatrix,
    starts: IntVector,
    points: FloatMatrix,
    point_cells: IntVector,
    group_cells: IntVector,
    group_sizes: IntVector,
    group_starts: IntVector,
    slots: IntVector,
    counts: FloatMatrix,
    n_clusters: IntVector,
    out: FloatMatrix,
) -> None:
    """Write the silhouette of each point in each labeling.

    With d̄(i, C) the mean distance of row i to the rows of C, a = the mean distance to the other rows of its
    own cluster and b = min d̄(i, C) over the other clusters: s = (b − a) / max(a, b).

    Parameters
    ----------
    columns
        IN, shape (n_features, n_samples): the rows, sorted by cell, one feature a line.
    starts
        IN, shape (n_cells + 1,): where each cell begins.
    points, point_cells
        IN, shapes (n_points, n_features) and (n_points,): the rows to be scored, and their cells.
    group_cells, group_sizes, group_starts
        IN, shapes (n_groups, n_cells), (n_groups,), (n_groups + 1,): each cell's cell in each group of
        labelings, how many cells a group has, and where its labelings begin.
    slots
        IN, shape (n_labelings, largest group size): the cluster of each cell of the labeling's group;
        for noise the number of clusters.
    counts, n_clusters
        IN, shapes (n_labelings, largest n_clusters + 1) and (n_labelings,): rows of each cluster.
    out
        OUT, shape (n_labelings, n_points): NaN for noise, 0 in a cluster of one row.
    """
    n_points = points.shape[0]
    sums = np.empty((starts.shape[0] - 1, LANES))
    grouped = np.empty((group_sizes.max(), LANES))
    clustered = np.empty((counts.shape[1], LANES))
    distances = np.empty((LANES, TILE))
    for first in range(0, n_points, LANES):
        _cell_sums(columns, starts, points, first, distances, sums)
        for group in range(group_sizes.shape[0]):
            _fold(sums, group_cells[group], sums.shape[0], group_sizes[group], grouped)
            for labeling in range(group_starts[group], group_starts[group + 1]):
                n_slots = n_clusters[labeling] + 1
                _fold(grouped, slots[labeling], group_sizes[group], n_slots, clustered)
                for lane in range(min(LANES, n_points - first)):
                    point = first + lane
                    own = slots[labeling, group_cells[group, point_cells[point]]]
                    out[labeling, point] = _silhouette(
                        clustered, lane, own, counts[labeling], n_clusters[labeling]
                    )


@compiled
def _cell_sums(
    columns: FloatMatrix,
    starts: IntVector,
    points: FloatMatrix,
    first: int,
    distances: FloatMatrix,
    sums: FloatMatrix,
) -> None:
    """OUT sums: for eight points the sum of distances to each cell's rows (the last point is repeated)."""
    n_samples = columns.shape[1]
    d0, d1, d2, d3 = distances[0], distances[1], distances[2], distances[3]
    d4, d5, d6, d7 = distances[4], distances[5], distances[6], distances[7]
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    cell, end = 0, starts[1]
    for tile in range(0, n_samples, TILE):
        width = min(TILE, n_samples - tile)
        for lane in range(LANES):
            point = min(first + lane, points.shape[0] - 1)
            _distances(columns, points[point], tile, width, distances[lane])
        at = 0
        while at < width:
            stop = min(width, end - tile)
            for j in range(at, stop):  # eight chains of additions hide each other's latency
                s0 += d0[j]
                s1 += d1[j]
                s2 += d2[j]
                s3 += d3[j]
                s4 += d4[j]
                s5 += d5[j]
                s6 += d6[j]
                s7 += d7[j]
            at = stop
            if tile + at == end:
                line = sums[cell]
                line[0], line[1], line[2], line[3] = s0, s1, s2, s3
                line[4], line[5], line[6], line[7] = s4, s5, s6, s7
                s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
                cell += 1
                end = starts[cell + 1] if cell < sums.shape[0] else n_samples


@compiled
def _distances(columns: FloatMatrix, point: FloatVector, tile: int, width: int, out: FloatVector) -> None:
    """OUT out: distances of one point to a tile of rows; one-dimensional slices, so that it vectorises."""
    for j in range(width):
        out[j] = 0.0
    for feature in range(columns.shape[0]):
        line = columns[feature, tile : tile + width]
        value = point[feature]
        for j in range(width):
            difference = line[j] - value
            out[j] += difference * difference
    for j in range(width):
        out[j] = np.sqrt(out[j])


@compiled
def _fold(fine: FloatMatrix, to: IntVector, n_fine: int, n_coarse: int, coarse: FloatMatrix) -> None:
    """OUT coarse: the sums of all fine lines that go to each coarse line."""
    for line in range(n_coarse):
        for lane in range(LANES):
            coarse[line, lane] = 0.0
    for line in range(n_fine):
        target = to[line]
        for lane in range(LANES):
            coarse[target, lane] += fine[line, lane]


@compiled
def _silhouette(sums: FloatMatrix, lane: int, own: int, counts: FloatVector, n_clusters: int) -> float:
    """Return the silhouette of one row from its sums of distances to each cluster."""
    if own == n_clusters:
        return np.nan
    if counts[own] < 2:
        return 0.0
    within = sums[own, lane] / (counts[own] - 1)
    between = np.inf
    for cluster in range(n_clusters):
        if cluster != own:
            between = min(between, sums[cluster, lane] / counts[cluster])
    widest = max(within, between)
    return (between - within) / widest if widest > 0 else 0.0
