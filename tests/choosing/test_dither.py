from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.choosing.dither import dithered
from segmint.types import FloatVector


def spread(column: FloatVector, seed: int = 0) -> FloatVector:
    return dithered(np.asarray(column, dtype=np.float64)[:, None], np.random.default_rng(seed))[:, 0]


def test_counts_fill_the_gaps_between_whole_numbers() -> None:
    counts = np.random.default_rng(0).integers(0, 6, 2000).astype(np.float64)
    found = spread(counts)
    assert np.abs(found - counts).max() <= 0.5
    histogram = np.histogram(found, bins=60, range=(-0.5, 5.5))[0]
    assert histogram.min() > 0


def test_a_flag_becomes_one_lump() -> None:
    found = np.sort(spread(np.repeat([0.0, 1.0], 500)))
    assert np.diff(found).max() < 0.05  # two levels left as they are would be 1 apart


def test_zero_far_from_all_others_stays_apart() -> None:
    rest = np.random.default_rng(1).uniform(5, 6, 500)
    found = spread(np.concatenate([np.zeros(300), rest]))
    assert found[:300].max() < 0.1
    np.testing.assert_array_equal(found[300:], rest)


def test_two_groups_of_whole_numbers_keep_their_gap() -> None:
    found = spread(np.repeat([1.0, 2.0, 3.0, 20.0, 21.0, 22.0], 50))
    assert found[:150].max() <= 4.0
    assert found[150:].min() >= 19.0


def test_logarithms_of_counts_lose_their_lattice() -> None:
    counts = np.log1p(np.random.default_rng(2).poisson(2, 3000))
    found = np.sort(spread(counts))
    inner = found[(found > 0.1) & (found < 1.5)]
    assert np.diff(inner).max() < 0.1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=2, max_size=60), st.integers(0, 9))
def test_order_between_different_values_never_turns(values: list[int], seed: int) -> None:
    column = np.array(values, dtype=np.float64)
    found = spread(column, seed)
    order = np.argsort(found, kind="stable")
    assert (np.diff(column[order]) >= 0).all()
    assert found.shape == column.shape
    assert np.isfinite(found).all()


def test_the_rows_given_are_left_as_they_are() -> None:
    X = np.array([[1.0, 0.5], [1.0, 0.7], [2.0, 0.9]])
    before = X.copy()
    found = dithered(X, np.random.default_rng(0))
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(found[:, 1], X[:, 1])
