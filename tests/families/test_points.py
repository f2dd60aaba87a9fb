"""Points that stand for clusters, and how far they reach."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.families.points import best_gaps, cores_rule, exemplars_rule, standing_points
from segmint.labels import NOISE


def test_means_are_of_five_to_nine_near_rows_of_one_cluster() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(230, 2)), np.repeat([0, 1, NOISE], [150, 60, 20])
    _, point_labels = standing_points(X, labels, exact=False)
    assert (np.diff(point_labels) >= 0).all()
    for label, n in ((0, 150), (1, 60)):
        assert n / 9 <= np.count_nonzero(point_labels == label) <= n / 5


def test_a_small_cluster_is_averaged_with_its_surroundings() -> None:
    X = np.concatenate([np.arange(10.0), [20.0, 21.0]]).reshape(-1, 1)
    points, point_labels = standing_points(X, np.repeat([0, 1], [10, 2]), exact=False)
    assert points[point_labels == 1].ravel().tolist() == [(20 + 21 + 9 + 8 + 7) / 5]


def test_there_are_no_more_points_than_allowed() -> None:
    X = np.random.default_rng(1).normal(size=(5_000, 2))
    points, _ = standing_points(X, np.zeros(5_000, np.int64), exact=False, most=100)
    assert 50 <= len(points) <= 100


def test_the_best_gap_is_the_cut_with_fewest_mistakes() -> None:
    distances = np.array([1.0, 2.0, 3.0, 4.0, 9.0])
    right = np.array([True, True, False, True, False])
    assert best_gaps(distances, right, ~right).tolist() == [[2.0, 3.0], [4.0, 9.0]]
    assert best_gaps(distances, ~right, right).size == 0
    assert best_gaps(np.array([1.0, 1.0]), np.array([True, False]), np.array([False, True])).tolist() == [
        [1.0, np.inf]
    ]


def test_noise_between_the_clusters_stays_out_of_reach() -> None:
    rng = np.random.default_rng(2)
    X = np.concatenate(
        [rng.random((100, 2)), rng.random((100, 2)) + np.array([5.0, 0.0]), [[3.0, 0.5], [3.0, -3.0]]]
    )
    labels = np.repeat([0, 1, NOISE], [100, 100, 2])
    cores, agreed = cores_rule(X, labels, labels != NOISE, eps=0.5, exact=False)
    exemplars, agreed_too = exemplars_rule(X, labels, exact=False)
    for rule in (cores, exemplars):
        assert np.array_equal(rule.place(X).labels, labels)
    assert agreed == agreed_too == 1.0
    assert cores.reach[0] == pytest.approx(0.5)
