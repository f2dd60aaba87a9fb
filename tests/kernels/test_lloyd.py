"""K-Means' loops beside their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.kernels import lloyd
from segmint.model.centers import CentersAssigner
from segmint.types import FloatMatrix


def columns_of(X: FloatMatrix) -> FloatMatrix:
    return np.ascontiguousarray(X.T)


@pytest.mark.parametrize("d", [1, 2, 4, 5, 9, 13])
@pytest.mark.parametrize("n", [1, 511, 512, 1_300])
def test_labels_are_bit_for_bit_the_written_rule(n: int, d: int) -> None:
    rng = np.random.default_rng(n + d)
    X, centers = np.round(rng.normal(size=(n, d)), 1), np.round(rng.normal(size=(6, d)), 1)  # with ties
    labels = np.empty(n, np.int64)
    inertia = lloyd.nearest_labels(columns_of(X), centers, labels)
    placement = CentersAssigner(centers).place(X)
    assert np.array_equal(labels, placement.labels)
    assert inertia == pytest.approx(np.square(placement.distance).sum(), rel=1e-12)
    out = np.empty(n)
    lloyd.squared_distances(columns_of(X), 0, n, centers[0], out)
    assert np.sqrt(out).tobytes() == CentersAssigner(centers[:1]).place(X).distance.tobytes()


def plain_lloyd(X: FloatMatrix, centers: FloatMatrix) -> FloatMatrix:
    """Iterate without bounds; no cluster may run empty."""
    labels = None
    while True:
        found = CentersAssigner(centers).place(X).labels
        if labels is not None and np.array_equal(found, labels):
            return centers
        labels = found
        centers = np.stack([X[labels == k].mean(axis=0) for k in range(len(centers))])


@pytest.mark.parametrize(("n", "d", "k"), [(300, 2, 5), (2_000, 3, 8), (1_500, 6, 4)])
def test_bounds_skip_nothing_that_moves(n: int, d: int, k: int) -> None:
    X = np.random.default_rng(n).random((n, d))
    start = X[:k].copy()
    centers, labels = start.copy(), np.empty(n, np.int64)
    _, stopped = lloyd.lloyd(columns_of(X), centers, labels, 1_000, 0.0)
    assert stopped
    np.testing.assert_allclose(centers, plain_lloyd(X, start), rtol=1e-10)


def test_a_settled_fit_is_a_fixed_point() -> None:
    X = np.round(np.random.default_rng(5).random((400, 2)) * 20)
    centers, labels = X[:6].copy(), np.empty(400, np.int64)
    _, settled, inertia = lloyd.settle(columns_of(X), centers, labels, 1_000)
    assert settled
    assert np.array_equal(labels, CentersAssigner(centers).place(X).labels)
    for k in range(6):
        np.testing.assert_allclose(centers[k], X[labels == k].mean(axis=0), rtol=1e-14)
    assert inertia == pytest.approx(np.square(X - centers[labels]).sum(), rel=1e-12)


def test_an_empty_cluster_gets_the_farthest_row() -> None:
    X = np.array([[0.0], [1.0], [2.0], [50.0]])
    centers, labels = np.array([[1.0], [-900.0]]), np.empty(4, np.int64)
    lloyd.lloyd(columns_of(X), centers, labels, 100, 0.0)
    assert labels.tolist() == [0, 0, 0, 1]
    assert centers.ravel().tolist() == [1.0, 50.0]


def test_seeding_never_takes_a_row_twice_while_there_are_others() -> None:
    X = np.repeat(np.arange(5.0), 40).reshape(-1, 1)
    uniforms = np.random.default_rng(0).random((30, 5, 3))
    starts = np.empty((30, 5, 1))
    lloyd.plus_plus_starts(columns_of(X), uniforms, starts)
    assert all(sorted(start.ravel().tolist()) == [0, 1, 2, 3, 4] for start in starts)


def test_seeding_draws_by_squared_distance() -> None:
    X = np.array([[0.0], [1.0], [3.0]])
    uniforms = np.random.default_rng(1).random((4_000, 2, 1))
    uniforms[:, 0, 0] = 0.0  # the first center is row 0
    starts = np.empty((4_000, 2, 1))
    lloyd.plus_plus_starts(columns_of(X), uniforms, starts)
    assert np.mean(starts[:, 1, 0] == 3.0) == pytest.approx(0.9, abs=0.02)  # 9 : 1
