"""The tables from which all else follows, beside their slow twins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.labels import NOISE
from segmint.lineage.evidence import Evidence, Shape, overlaps, shape_of, table


@st.composite
def labelings(draw: Any) -> tuple[Any, Any, tuple[int, int], Any]:
    n, shape = draw(st.integers(1, 40)), (draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    first, second = rng.integers(-1, shape[0], n), rng.integers(-1, shape[1], n)
    return first, second, shape, rng.integers(1, 9, n).astype(float)


@given(labelings())
def test_a_table_counts_weights_in_pairs_of_clusters(drawn: Any) -> None:
    before, after, shape, weights = drawn
    counted = np.zeros(shape)
    for i, j, weight in zip(before, after, weights, strict=True):
        if i != NOISE and j != NOISE:
            counted[i, j] += weight
    found = table(before, after, shape, weights)
    np.testing.assert_allclose(found, counted / max(counted.sum(), 1))
    assert found.sum() == pytest.approx(1.0) or not counted.any()


@given(labelings())
def test_a_weight_is_as_many_rows(drawn: Any) -> None:
    before, after, shape, weights = drawn
    times = weights.astype(int)
    repeated = table(np.repeat(before, times), np.repeat(after, times), shape)
    np.testing.assert_allclose(table(before, after, shape, weights), repeated)


@given(labelings())
def test_overlaps_are_jaccards(drawn: Any) -> None:
    before, after, shape, _ = drawn
    both = (before != NOISE) & (after != NOISE)
    before, after = before[both], after[both]
    found = overlaps(table(before, after, shape))
    for i in range(shape[0]):
        for j in range(shape[1]):
            one, two = set(np.flatnonzero(before == i)), set(np.flatnonzero(after == j))
            assert found[i, j] == pytest.approx(len(one & two) / max(len(one | two), 1))


@given(labelings())
def test_a_shape_is_counts_means_and_deviations(drawn: Any) -> None:
    labels, _, (k, _), weights = drawn
    X = np.stack([weights, np.arange(len(labels)) ** 2.0], axis=1)
    found = shape_of(X, labels, k)
    for label in range(k):
        own = X[labels == label]
        assert found.counts[label] == len(own)
        if len(own):
            np.testing.assert_allclose(found.centers[label], own.mean(axis=0))
            np.testing.assert_allclose(found.deviations[label], own.std(axis=0))
        else:
            assert np.isinf(found.centers[label]).all()
    assert found.shares.sum() == pytest.approx(1.0) or not (labels >= 0).any()


def test_distances_are_in_pooled_deviations_of_each_feature() -> None:
    before = Shape(np.array([4.0]), np.array([[0.0, 10.0]]), np.array([[3.0, 0.0]]))
    after = Shape(
        np.array([4.0, 4.0]), np.array([[5.0, 10.0], [0.0, 10.0]]), np.array([[4.0, 0.0], [4.0, 0.0]])
    )
    one = np.ones((1, 2)) / 2
    found = Evidence(one, one, None, before, after).distances
    np.testing.assert_allclose(found, [[5 / np.sqrt((9 + 16) / 2), 0.0]])


def test_where_all_rows_are_equal_a_twentieth_of_all_rows_deviation_counts() -> None:
    places, none = np.array([[0.0], [1.0]]), np.zeros((2, 1))
    before, after = Shape(np.array([50.0, 50.0]), places, none), Shape(np.array([50.0, 50.0]), places, none)
    found = Evidence(np.eye(2) / 2, np.eye(2) / 2, None, before, after).distances
    np.testing.assert_allclose(found, [[0.0, 40.0], [40.0, 0.0]])  # all rows deviate by .5


def test_a_few_rows_far_out_change_no_other_distance() -> None:
    counts, deviations = np.array([50.0, 50.0, 3.0]), np.array([[0.1], [0.1], [0.1]])
    before = Shape(counts, np.array([[0.0], [1.0], [2000.0]]), deviations)
    after = Shape(counts, np.array([[0.3], [1.0], [2000.0]]), deviations)
    one = np.eye(3) / 3
    assert Evidence(one, one, None, before, after).distances[0, 0] == pytest.approx(3.0)


def test_a_cluster_without_rows_is_infinitely_far() -> None:
    shape = shape_of(np.zeros((2, 1)), np.array([0, 0]), 2)
    one = np.eye(2)[:, :1]
    known = shape_of(np.zeros((2, 1)), np.array([0, 0]), 1)
    assert np.isinf(Evidence(one, one, None, shape, known).distances[1, 0])
