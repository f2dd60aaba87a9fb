"""The nearest kept core point: the pruned search beside all distances, bits, noise, storage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.errors import BundleError
from segmint.labels import NOISE
from segmint.model.assigners import restore
from segmint.model.cores import CoresAssigner


def make(
    n_points: int, n_clusters: int, d: int, seed: int, *, grid: bool = False, reach: float = 1.0
) -> CoresAssigner:
    """Make kept points; on a grid many distances are equal."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(n_clusters), rng.integers(0, n_clusters, n_points - n_clusters)])
    points = (
        rng.integers(0, 4, (n_points, d)).astype(float)
        if grid
        else rng.normal(size=(n_points, d)) + labels[:, None]
    )
    return CoresAssigner(points, labels, np.array([reach]), False)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(0, 200),
    st.booleans(),
    st.integers(0, 99),
    st.integers(0, 25),
)
def test_the_search_finds_what_all_distances_say_and_the_same_bits_for_any_batch(
    d: int, n_clusters: int, more: int, grid: bool, seed: int, cut: int
) -> None:
    rule = make(n_clusters + more, n_clusters, d, seed, grid=grid)
    rng = np.random.default_rng(seed + 1)
    X = rng.integers(-1, 6, (25, d)).astype(float) if grid else rng.normal(scale=3, size=(25, d))
    whole = rule.place(X)
    total = np.zeros((25, len(rule.points)))
    for j in range(d):  # the written order: feature after feature
        difference = rule.points[:, j] - X[:, j, None]
        total = total + difference * difference
    clusters = np.stack([total[:, rule.point_labels == k].min(axis=1) for k in range(n_clusters)], axis=1)
    order = np.argsort(clusters, axis=1, kind="stable")
    near = np.sqrt(np.take_along_axis(clusters, order[:, :1], axis=1)[:, 0])
    assert near.tobytes() == whole.distance.tobytes()
    assert np.array_equal(whole.nearest, order[:, 0])
    assert np.array_equal(whole.labels, np.where(near <= 1.0, order[:, 0], NOISE))
    assert np.array_equal(whole.runner_up, order[:, 1] if n_clusters > 1 else np.full(25, NOISE))
    for rows in [slice(0, cut), slice(cut, 25), slice(7, 8)]:
        part = rule.place(X[rows])
        assert part.distance.tobytes() == whole.distance[rows].tobytes()
        assert part.confidence.tobytes() == whole.confidence[rows].tobytes()
        assert np.array_equal(part.runner_up, whole.runner_up[rows])


def test_noise_has_no_confidence_but_a_distance_and_a_nearest_cluster() -> None:
    rule = CoresAssigner(np.array([[0.0], [10.0]]), np.array([0, 1]), np.array([2.0]), True)
    placement = rule.place(np.array([[1.0], [4.0], [12.0]]))
    assert placement.labels.tolist() == [0, NOISE, 1]
    assert np.isnan(placement.confidence).tolist() == [False, True, False]
    assert placement.distance.tolist() == [1.0, 4.0, 2.0]
    assert placement.nearest.tolist() == [0, 0, 1]
    assert placement.confidence[0] == 1 - 1 / 9


def test_many_points_and_rows_agree_with_a_tree() -> None:
    from scipy.spatial import cKDTree

    rule = make(3_000, 6, 4, 0)
    X = np.random.default_rng(1).normal(scale=3, size=(4_000, 4))
    distances, places = cKDTree(rule.points).query(X)
    placement = rule.place(X)
    np.testing.assert_allclose(placement.distance, distances, rtol=1e-12)
    assert np.array_equal(placement.nearest, rule.point_labels[places])


def test_relabeling_renames_and_storage_keeps_every_bit() -> None:
    rule = make(300, 4, 2, 3, reach=0.2)
    X = np.random.default_rng(4).normal(scale=2, size=(200, 2))
    order = np.array([2, 3, 1, 0])
    renamed = rule.relabeled(order).place(X).labels
    assert np.array_equal(np.where(renamed == NOISE, NOISE, order[renamed]), rule.place(X).labels)
    again = restore("cores", rule.arrays(), rule.parameters())
    assert again.place(X).confidence.tobytes() == rule.place(X).confidence.tobytes()


@pytest.mark.parametrize(
    ("changes", "parameters", "code"),
    [
        ({"point_labels": np.array([0, 2])}, {"exact": False}, "labels"),
        ({"point_labels": np.array([-1, 0])}, {"exact": False}, "labels"),
        ({"point_labels": np.array([0.0, 1.0])}, {"exact": False}, "dtype"),
        ({"point_labels": np.array([0])}, {"exact": False}, "shape"),
        ({"reach": np.array([0.0])}, {"exact": False}, "not_positive"),
        ({"reach": np.array([np.nan])}, {"exact": False}, "not_finite"),
        ({"points": np.array([[np.inf], [0.0]])}, {"exact": False}, "not_finite"),
        ({}, {"exact": 1}, "flag"),
        ({}, {}, "parts"),
    ],
)
def test_damaged_rules_are_refused(changes: dict[str, Any], parameters: dict[str, Any], code: str) -> None:
    arrays = {
        "points": np.zeros((2, 1)),
        "point_labels": np.array([0, 1]),
        "reach": np.array([1.0]),
        **changes,
    }
    with pytest.raises(BundleError) as refusal:
        restore("cores", arrays, parameters)
    assert refusal.value.code == f"model_assigners.{code}"
