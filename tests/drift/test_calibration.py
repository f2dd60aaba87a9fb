from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.drift.calibration import (
    LEVELS,
    calibrate,
    dependence_at,
    drawn_sums,
    log_tails,
    make_atoms,
    thresholds_at,
)
from segmint.drift.combination import combine
from segmint.drift.scoring import score
from segmint.drift.statistics import STATISTICS


def test_atoms_add_up_to_the_scores(watched):
    frame, rows = watched.reference.frame, watched.place(watched.X)
    drawn = drawn_sums(frame, make_atoms(frame, rows), math.inf, 1, np.random.default_rng(0))
    sums = score(frame, rows).sums
    for name in ("counts", "z", "absolute", "squared", "bins", "distance", "products"):
        np.testing.assert_array_equal(getattr(drawn, name)[0] / 2.0**30, getattr(sums, name))


@pytest.mark.parametrize("size", [50.0, 2_000.0, 50_000.0])
def test_drawn_tables_have_their_size_and_the_variance_of_draws(watched, size):
    frame = watched.reference.frame
    atoms = make_atoms(frame, watched.place(watched.X))
    drawn = drawn_sums(frame, atoms, size, 400, np.random.default_rng(0))
    assert np.abs(drawn.n_rows / size - 1).max() < 0.01
    share = watched.reference.sums.counts[0] / watched.reference.n_samples
    assert drawn.counts[:, 0].std() == pytest.approx(math.sqrt(size * share * (1 - share)), rel=0.15)


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(watched):
    rows = watched.place(watched.X)
    one, same, other = (
        calibrate(watched.reference.frame, rows, n_samples=5_000, seed=seed, n_draws=60) for seed in (3, 3, 4)
    )
    assert one.thresholds.tobytes() == same.thresholds.tobytes()
    assert one.thresholds.tobytes() != other.thresholds.tobytes()


def test_small_tables_vary_more_in_scale_free_terms_than_thresholds_fall(watched):
    thresholds = watched.reference.calibration.thresholds
    assert (np.diff(thresholds, axis=2) >= 0).all()
    assert np.isfinite(thresholds).all()


def test_between_sizes_thresholds_lie_between_theirs(watched):
    calibration = watched.reference.calibration
    for n_rows, low, high in ((700.0, 2, 3), (20_000.0, 4, 5)):
        found = thresholds_at(calibration, n_rows)
        ends = calibration.thresholds[[low, high]]
        assert (found >= ends.min(axis=0) - 1e-12).all() and (found <= ends.max(axis=0) + 1e-12).all()
    np.testing.assert_allclose(thresholds_at(calibration, 300.0), calibration.thresholds[2])
    np.testing.assert_allclose(thresholds_at(calibration, 1e30), calibration.thresholds[-1], atol=1e-9)
    np.testing.assert_allclose(thresholds_at(calibration, 7.0), calibration.thresholds[0])
    assert dependence_at(calibration, 1e30) == pytest.approx(calibration.dependence[-1])


@given(st.lists(st.floats(0, 40), min_size=2, max_size=6))
def test_a_larger_statistic_is_never_more_likely(values):
    thresholds = np.array([[0.7, 1.0, 1.3, 1.6, 2.0, 2.3, 2.6, 2.8]])
    found = log_tails(np.sort(values)[:, None], thresholds)[:, 0]
    assert (np.diff(found) <= 1e-12).all() and (found <= 0).all()


def test_levels_are_met_exactly_and_normal_tails_go_on_as_normal_tails_do():
    scipy = pytest.importorskip("scipy.stats")
    thresholds = scipy.norm.isf(np.array(LEVELS) / 2)[None]
    np.testing.assert_allclose(log_tails(thresholds.T, thresholds)[:, 0], np.log(LEVELS), atol=1e-8)
    beyond = np.array([[3.3], [3.9]])
    wanted = scipy.norm.logsf(beyond) + math.log(2)
    np.testing.assert_allclose(log_tails(beyond, thresholds), wanted, rtol=0.08)


def test_the_combined_probability_is_the_smallest_adjusted_one(watched):
    for seed, move in ((1, 0.0), (2, 0.3), (3, 5.0)):
        X, _ = watched.draw(800, seed)
        found = combine(watched.reference, score(watched.reference.frame, watched.place(X + move)).sums)
        assert found.p == found.adjusted.min()
        assert ((found.adjusted >= 0) & (found.adjusted <= 1)).all()
        assert found.adjusted.shape == (len(STATISTICS),)
