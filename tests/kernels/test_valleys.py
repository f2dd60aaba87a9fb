"""The compiled loops beside slow, obvious twins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from segmint.kernels.valleys import (
    border_gaps,
    deepest_valley,
    pair_distances,
    spanning_tree,
)
from segmint.types import FloatMatrix, FloatVector, IntVector


def tree_of(distances: FloatMatrix, core: FloatVector) -> tuple[IntVector, IntVector, FloatVector]:
    n = len(core)
    first, second, lengths = np.empty(n - 1, np.int64), np.empty(n - 1, np.int64), np.empty(n - 1)
    spanning_tree(distances, core, first, second, lengths)
    order = np.argsort(lengths, kind="stable")
    return first[order], second[order], lengths[order]


def table(seed: int, n: int = 60) -> tuple[FloatMatrix, FloatMatrix, FloatVector]:
    X = np.random.default_rng(seed).normal(size=(n, 2))
    distances = squareform(pdist(X))
    return X, distances, np.sort(distances, axis=1)[:, 5]


def naive_reach(distances: FloatMatrix, core: FloatVector) -> FloatMatrix:
    return np.maximum(distances, np.maximum(core[:, None], core[None, :]))


def naive_valley(distances: FloatMatrix, core: FloatVector, smallest: int) -> float:
    """Merge all pairs from the nearest on, with sets of rows."""
    reach = naive_reach(distances, core)
    groups = [{row} for row in range(len(core))]
    deepest = 0.0
    for a, b in sorted(zip(*np.triu_indices(len(core), 1), strict=True), key=lambda pair: reach[pair]):
        one = next(group for group in groups if a in group)
        two = next(group for group in groups if b in group)
        if one is two:
            continue
        low = max(one, two, key=lambda group: min(core[row] for row in group))
        if len(low) >= smallest:
            deepest = max(deepest, float(np.log(reach[a, b] / min(core[row] for row in low))))
        groups = [group for group in groups if group is not one and group is not two] + [one | two]
    return deepest


def test_distances_are_scipys() -> None:
    X = np.random.default_rng(0).normal(size=(30, 5))
    square = np.empty((30, 30))
    pair_distances(X, square)
    np.testing.assert_allclose(square, squareform(pdist(X)), rtol=1e-12)
    np.testing.assert_array_equal(square, square.T)


@pytest.mark.parametrize("seed", range(5))
def test_the_spanning_tree_is_as_short_as_kruskals(seed: int) -> None:
    _, distances, core = table(seed)
    reach = naive_reach(distances, core)
    parent = list(range(len(core)))

    def root(node: int) -> int:
        while parent[node] != node:
            node = parent[node]
        return node

    expected = 0.0
    for a, b in sorted(zip(*np.triu_indices(len(core), 1), strict=True), key=lambda pair: reach[pair]):
        if root(a) != root(b):
            parent[root(a)] = root(b)
            expected += reach[a, b]
    first, second, lengths = tree_of(distances, core)
    assert lengths.sum() == pytest.approx(expected)
    np.testing.assert_allclose(lengths, reach[first, second])


@pytest.mark.parametrize("seed", range(5))
def test_the_deepest_valley_is_that_of_merging_sets(seed: int) -> None:
    X, distances, core = table(seed)
    X[30:] += 3.0
    distances = squareform(pdist(X))
    core = np.sort(distances, axis=1)[:, 5]
    found = deepest_valley(*tree_of(distances, core), core, 5)
    assert found == pytest.approx(naive_valley(distances, core, 5))
    assert found > 0


def naive_gap(X: FloatMatrix, labels: IntVector, width: float, smallest: int) -> float:
    usable = [k for k in np.unique(labels) if (labels == k).sum() >= smallest]
    centers = {k: X[labels == k].mean(axis=0) for k in usable}
    worst = []
    for a in usable:
        found = []
        for b in usable:
            if a == b:
                continue
            line = centers[b] - centers[a]
            place = {
                k: (X[labels == k] - (centers[a] + centers[b]) / 2) @ line / (line @ line) for k in (a, b)
            }
            middle = sum(int((np.abs(place[k]) < width).sum()) for k in (a, b))
            side = min(
                int((np.abs(place[a] + 0.5) < width).sum()), int((np.abs(place[b] - 0.5) < width).sum())
            )
            found.append(2 * (np.sqrt(side + 0.375) - np.sqrt(middle + 0.375)))
        worst.append(min(found))
    return float(sum(worst) / np.sqrt(len(worst)))


def test_gaps_are_those_counted_on_the_lines_between_the_centers() -> None:
    X = np.random.default_rng(3).normal(size=(90, 3)) + np.repeat(
        [[0, 0, 0], [4, 0, 0], [0, 5, 0]], 30, axis=0
    )
    labels = np.argmin(((X[:, None] - np.array([[0, 0, 0], [4, 0, 0], [0, 5, 0]])) ** 2).sum(axis=2), axis=1)
    for _ in range(30):  # to Lloyd's fixed point, where a further round moves nothing
        centers = np.stack([X[labels == k].mean(axis=0) for k in range(3)])
        labels = np.argmin(((X[:, None] - centers) ** 2).sum(axis=2), axis=1)
    gap, clear = border_gaps(X, labels.copy(), 3, 2, 0.2, 5)
    assert gap == pytest.approx(naive_gap(X, labels, 0.2, 5))
    assert gap > 0
    centers = np.stack([X[labels == k].mean(axis=0) for k in range(3)])
    nearest = np.sort(np.sqrt(((X[:, None] - centers) ** 2).sum(axis=2)), axis=1)
    ratio = 1 - nearest[:, 0] / nearest[:, 1]
    assert clear == pytest.approx(min(ratio[labels == k].mean() for k in range(3)))


def test_one_usable_cluster_has_no_border() -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    labels = np.zeros(20, dtype=np.int64)
    assert border_gaps(X, labels, 2, 0, 0.2, 5) == (0.0, 0.0)
