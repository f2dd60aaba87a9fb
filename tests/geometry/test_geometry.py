"""Neighbors, distances and components beside brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from segmint.geometry.geometry import Geometry


@pytest.mark.parametrize("d", [1, 3, 11, 30])
def test_neighbors_are_the_nearest_rows(d: int) -> None:
    X = np.random.default_rng(d).normal(size=(300, d))
    distances, rows = Geometry(X).neighbors(9)
    everything = cdist(X, X)
    np.testing.assert_allclose(distances, np.sort(everything, axis=1)[:, :9], atol=1e-9)
    assert np.array_equal(rows[:, 0], np.arange(300))
    np.testing.assert_allclose(np.take_along_axis(everything, rows, axis=1), distances, atol=1e-9)


@pytest.mark.parametrize("d", [2, 12])
def test_a_row_stands_first_among_its_equals(d: int) -> None:
    X = np.repeat(np.random.default_rng(0).normal(size=(5, d)), 30, axis=0)
    distances, rows = Geometry(X).neighbors(4)
    assert np.array_equal(rows[:, 0], np.arange(150))
    assert not distances.any()
    assert all(len(set(row)) == 4 for row in rows.tolist())


def test_fewer_neighbors_are_cut_from_more_and_more_than_rows_are_all() -> None:
    geometry = Geometry(np.random.default_rng(1).normal(size=(40, 2)))
    ten = geometry.neighbors(10)[0].copy()
    assert np.array_equal(geometry.neighbors(3)[0], ten[:, :3])
    assert geometry.neighbors(100)[0].shape == (40, 40)
    assert np.array_equal(geometry.core_distances(1), np.zeros(40))


def test_the_curve_is_sorted_and_thinned_with_both_ends() -> None:
    geometry = Geometry(np.random.default_rng(2).normal(size=(3_000, 2)))
    curve, whole = geometry.k_distances(5), np.sort(geometry.core_distances(5))
    assert curve.size == 500
    assert (np.diff(curve) >= 0).all()
    assert (curve[0], curve[-1]) == (whole[0], whole[-1])
    assert geometry.k_distances(5, 5_000).size == 3_000


def test_samples_are_different_rows_in_order_and_depend_on_the_seed() -> None:
    geometry = Geometry(np.zeros((1_000, 1)))
    first, again, other = (
        geometry.sample_rows(50, 1),
        geometry.sample_rows(50, 1),
        geometry.sample_rows(50, 2),
    )
    assert first.size == np.unique(first).size == 50
    assert (np.diff(first) > 0).all()
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(geometry.sample_rows(1_000, 1), np.arange(1_000))


def test_distinct_rows_are_counted() -> None:
    assert Geometry(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])).n_distinct == 2
    assert Geometry(np.empty((0, 2))).n_distinct == 0


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 150),
    st.integers(1, 12),
    st.floats(0.05, 3.0),
    st.floats(0.0, 1.0),
    st.booleans(),
    st.integers(0, 99),
)
def test_components_are_those_of_the_graph(
    n: int, d: int, eps: float, share: float, grid: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 5, (n, d)).astype(float) if grid else rng.normal(size=(n, d))
    core = rng.random(n) < share
    found = Geometry(X).boxes.components(core, eps)
    assert np.array_equal(found >= 0, core)
    rows = np.flatnonzero(core)
    if rows.size:
        near = np.square(X[rows][:, None] - X[rows][None]).sum(axis=2) <= eps * eps
        _, expected = connected_components(near)
        pairs = {(a, b) for a, b in zip(found[rows].tolist(), expected.tolist(), strict=True)}
        assert len(pairs) == len(set(found[rows])) == len(set(expected))
