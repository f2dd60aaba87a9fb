from __future__ import annotations

import numpy as np

from segmint.kernels import silhouette as kernel
from segmint.measure.refinement import common_refinement


def run(X, labelings, points):
    r = common_refinement(labelings)
    out = np.empty((len(labelings), len(points)))
    kernel.silhouettes(
        np.ascontiguousarray(X[r.order].T), r.starts, X[points], r.cells[points], r.group_cells,
        r.group_sizes, r.group_starts, r.slots, r.counts, r.n_clusters, out,
    )  # fmt: skip
    return out


def naive(X, labels, i):
    if labels[i] < 0:
        return np.nan
    distances = np.sqrt(((X - X[i]) ** 2).sum(axis=1))
    sizes = np.bincount(labels[labels >= 0])
    if sizes[labels[i]] == 1:
        return 0.0
    sums = [distances[labels == c].sum() for c in range(len(sizes))]
    a = sums[labels[i]] / (sizes[labels[i]] - 1)
    b = min(total / size for c, (total, size) in enumerate(zip(sums, sizes, strict=True)) if c != labels[i])
    return (b - a) / max(a, b)


def test_tiles_lanes_and_cells_of_every_length():
    rng = np.random.default_rng(0)
    for n in (5, 511, 512, 513, 1100):  # around the tile of 512 columns
        X = rng.normal(size=(n, 3))
        labelings = [np.append([0, 1, 2], rng.integers(-1, 3, n - 3)) for _ in range(3)]
        labelings.append(np.append([0], np.ones(n - 1, dtype=np.int64)))  # one row alone
        for n_points in (1, 7, 8, 9):  # around the eight lanes
            points = rng.integers(0, n, n_points)
            got = run(X, labelings, points)
            expected = [[naive(X, labels, i) for i in points] for labels in labelings]
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)


def test_a_row_gets_the_same_bits_whatever_is_scored_beside_it():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(600, 2))
    labelings = [rng.permutation(np.arange(600) % k) for k in (2, 3, 7)]
    everything = run(X, labelings, np.arange(600))
    for i in (0, 3, 599):
        assert run(X, labelings, np.array([i])).tobytes() == everything[:, [i]].tobytes()
