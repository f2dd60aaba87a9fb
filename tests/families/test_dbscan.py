"""DBSCAN beside its definition and scikit-learn's; eps from the curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import cluster

from segmint.families.dbscan import DBSCAN, fit_dbscan, knee_of, steps_of_eps
from segmint.families.fit import Configuration, Failure, Fit, Request
from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE, n_clusters
from segmint.measure.agreement import adjusted_rand
from segmint.types import FloatMatrix, silent


@settings(deadline=None, max_examples=60)
@given(st.integers(5, 250), st.integers(1, 12), st.integers(2, 9), st.floats(0.02, 1.2), st.integers(0, 99))
def test_core_rows_and_their_clusters_are_scikit_learns(
    n: int, d: int, min_samples: int, eps: float, seed: int
) -> None:
    X = np.random.default_rng(seed).random((n, d)) * d**0.5
    labels, core = fit_dbscan(Geometry(X), eps, min(min_samples, n))
    reference = cluster.DBSCAN(eps=eps, min_samples=min(min_samples, n)).fit(X)
    expected = np.zeros(n, dtype=bool)
    expected[reference.core_sample_indices_] = True
    assert np.array_equal(core, expected)
    assert adjusted_rand(labels[core], reference.labels_[core].astype(np.int64)) == 1.0
    assert np.array_equal(labels == NOISE, reference.labels_ == NOISE)


def test_a_border_row_belongs_to_its_nearest_core_row() -> None:
    X = np.concatenate([np.linspace(0, 1, 11), [1.9], np.linspace(2.7, 3.7, 12)]).reshape(-1, 1)
    labels, core = fit_dbscan(Geometry(X), 0.95, 8)
    assert not core[11]
    assert n_clusters(labels) == 2
    assert labels[11] == labels[12] != labels[10]


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_the_order_of_rows_does_not_matter(moons: FloatMatrix, order: slice) -> None:
    labels, core = fit_dbscan(Geometry(moons), 0.3, 5)
    turned, turned_core = fit_dbscan(Geometry(np.ascontiguousarray(moons[order])), 0.3, 5)
    assert np.array_equal(core[order], turned_core)
    assert adjusted_rand(labels[order], turned) == 1.0


def test_the_moons_are_among_what_is_planned(moons: FloatMatrix) -> None:
    geometry = Geometry(moons)
    found = list(DBSCAN.sweep(geometry, DBSCAN.plan(geometry, Request()), silent))
    from sklearn.datasets import make_moons

    truth = make_moons(200, noise=0.05, random_state=42)[1].astype(np.int64)
    exact = [
        fit
        for fit in found
        if isinstance(fit, Fit) and fit.n_clusters == 2 and np.count_nonzero(fit.labels == NOISE) <= 1
    ]
    assert exact
    for fit in exact:
        kept = fit.labels != NOISE
        assert adjusted_rand(truth[kept], fit.labels[kept]) == 1.0


def test_too_few_clusters_are_a_failure_with_what_was_found(blobs: FloatMatrix) -> None:
    planned = [Configuration("dbscan", {"eps": eps, "min_samples": 5}, 0) for eps in (100.0, 1e-6)]
    one, none = DBSCAN.sweep(Geometry(blobs), planned, silent)
    assert isinstance(one, Failure)
    assert (one.n_clusters, one.noise_share) == (1, 0.0)
    assert "one cluster" in str(one.reason)
    assert isinstance(none, Failure)
    assert (none.n_clusters, none.noise_share) == (0, 1.0)


def test_crumbs_are_a_failure() -> None:
    X = np.repeat(np.arange(150.0) * 10, 6).reshape(-1, 1) + np.tile(np.arange(6) * 0.1, 150)[:, None]
    (found,) = DBSCAN.sweep(Geometry(X), [Configuration("dbscan", {"eps": 1.0, "min_samples": 5}, 0)], silent)
    assert isinstance(found, Failure)
    assert found.n_clusters == 150
    assert "150" in str(found.reason)


def test_exact_rows_are_kept_only_when_asked_and_then_the_rule_is_dbscans_own(moons: FloatMatrix) -> None:
    geometry = Geometry(moons)
    planned = DBSCAN.plan(geometry, Request(exact_rows=True))
    assert all(c.parameters["exact_rows"] is True for c in planned)
    fits = [fit for fit in DBSCAN.sweep(geometry, planned, silent) if isinstance(fit, Fit)]
    rows = {row.tobytes() for row in moons}
    for fit in fits:
        assert fit.agreement >= 0.995  # a border row as far from two clusters may differ
        assert {row.tobytes() for row in fit.assigner.arrays()["points"]} <= rows
        assert fit.assigner.arrays()["reach"].tolist() == [fit.configuration.parameters["eps"]]
    assert all("exact_rows" not in c.parameters for c in DBSCAN.plan(geometry, Request()))


def test_every_kept_mean_is_of_five_rows_or_more(moons: FloatMatrix) -> None:
    geometry = Geometry(moons)
    for fit in DBSCAN.sweep(geometry, DBSCAN.plan(geometry, Request()), silent):
        if isinstance(fit, Fit):
            kept = np.bincount(fit.assigner.arrays()["point_labels"])
            sizes = np.bincount(fit.labels[fit.labels != NOISE])
            assert (kept <= np.maximum(sizes // 5, 1)).all()


def test_the_knee_is_where_the_curve_turns_up() -> None:
    curve = np.concatenate([np.linspace(0.1, 0.2, 900), np.linspace(0.2, 2.0, 100)])
    assert knee_of(np.random.default_rng(0).permutation(curve)) == pytest.approx(0.2, rel=0.02)
    assert knee_of(np.full(10, 3.0)) == 3.0


def test_steps_rise_cover_the_curve_and_leave_zero_out() -> None:
    distances = np.random.default_rng(1).gamma(2.0, size=500)
    steps = np.array(steps_of_eps(distances))
    assert (steps[1:] > 1.03 * steps[:-1]).all()
    assert steps[-1] >= distances.max()
    assert steps_of_eps(np.zeros(10)) == ()


def test_memory_does_not_grow_with_eps() -> None:
    import tracemalloc

    X = np.random.default_rng(0).random((20_000, 2))
    geometry = Geometry(X)
    fit_dbscan(geometry, 0.01, 5)  # neighbors and tree are made
    tracemalloc.start()
    fit_dbscan(geometry, 5.0, 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000 * 8 * 40
