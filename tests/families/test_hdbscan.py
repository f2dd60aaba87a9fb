"""HDBSCAN beside scikit-learn's; samples extended by the rule."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import cluster

from segmint.families import sampling
from segmint.families.density_tree import DensityTree
from segmint.families.fit import Configuration, Fit, Request
from segmint.families.hdbscan import HDBSCAN
from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE
from segmint.measure.agreement import adjusted_rand
from segmint.types import FloatMatrix, silent


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("min_cluster_size", [5, 15, 40])
def test_single_linkage_clusters_are_scikit_learns(seed: int, min_cluster_size: int) -> None:
    """With ``min_samples`` 1 no two edges are equally long, and the hierarchy is the only one."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(5, 3))[rng.integers(0, 5, 400)] * 3 + rng.normal(size=(400, 3))
    ours = DensityTree.of(Geometry(X), 1).clusters(min_cluster_size)
    theirs = cluster.HDBSCAN(min_cluster_size=min_cluster_size, min_samples=1, copy=True).fit_predict(X)
    assert np.array_equal(ours == NOISE, theirs == NOISE)
    assert adjusted_rand(ours, theirs.astype(np.int64)) == 1.0


@pytest.mark.parametrize("min_samples", [2, 5, 10])
def test_smoothed_clusters_are_scikit_learns_but_for_ties(moons: FloatMatrix, min_samples: int) -> None:
    """Edges as long as a core distance come in equal pairs, whose order is nobody's."""
    tree = DensityTree.of(Geometry(moons), min_samples)
    for size in (5, 10, 25):
        theirs = cluster.HDBSCAN(min_cluster_size=size, min_samples=min_samples, copy=True).fit_predict(moons)
        assert adjusted_rand(tree.clusters(size), theirs.astype(np.int64)) > 0.95


def test_the_moons_are_among_what_is_planned(moons: FloatMatrix) -> None:
    geometry = Geometry(moons)
    fits = [
        f for f in HDBSCAN.sweep(geometry, HDBSCAN.plan(geometry, Request()), silent) if isinstance(f, Fit)
    ]
    from sklearn.datasets import make_moons

    truth = make_moons(200, noise=0.05, random_state=42)[1].astype(np.int64)
    assert sum(adjusted_rand(truth, fit.labels) == 1.0 for fit in fits) >= 3


def test_sizes_grow_with_the_table() -> None:
    small, large = (
        {c.parameters["min_cluster_size"] for c in HDBSCAN.plan(Geometry(np.zeros((n, 1))), Request())}
        for n in (200, 50_000)
    )
    assert small == {5, 10, 15, 20, 25}
    assert large == {50, 500, 1_000, 2_500, 5_000}


def test_above_the_budget_a_sample_is_fitted_and_extended(
    monkeypatch: pytest.MonkeyPatch, blobs: FloatMatrix
) -> None:
    monkeypatch.setattr(sampling, "ROWS_BUDGET", 90)
    (fit,) = HDBSCAN.sweep(
        Geometry(blobs), [Configuration("hdbscan", {"min_cluster_size": 15, "min_samples": 5}, 0)], silent
    )
    assert isinstance(fit, Fit)
    assert fit.fitted_on == 90
    assert [str(warning) for warning in fit.warnings] == [
        "Fitted on a sample of 90 of 150 rows, and extended to the others by its rule"
    ]
    kept = fit.labels != NOISE
    assert kept.mean() > 0.9
    assert adjusted_rand(np.repeat([0, 1, 2], [60, 50, 40])[kept], fit.labels[kept]) == 1.0
    assert fit.agreement > 0.95


def test_equal_rows_are_a_cluster_of_their_own() -> None:
    X = np.concatenate(
        [np.zeros((20, 2)), np.full((20, 2), 9.0), np.random.default_rng(0).random((6, 2)) * 9]
    )
    labels = DensityTree.of(Geometry(X), 5).clusters(10)
    assert len(set(labels[:20])) == len(set(labels[20:40])) == 1
    assert labels[0] != labels[20]
