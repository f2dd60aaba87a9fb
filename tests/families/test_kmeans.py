"""K-Means: the fixed point, its quality, its seeds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans

from segmint.families.fit import Configuration, Fit, Request
from segmint.families.kmeans import KMEANS, fit_kmeans, plan
from segmint.geometry.geometry import Geometry
from segmint.model.centers import CentersAssigner
from segmint.types import FloatMatrix, silent


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_labels_are_the_rules_and_centers_their_means(moons: FloatMatrix, init: str) -> None:
    X = np.round(moons, 1)
    for k in (1, 3, 8):
        centers, labels, inertia, _, converged = fit_kmeans(X, k, n_init=5, seed=2, init=init)
        assert converged
        assert np.array_equal(labels, CentersAssigner(centers).place(X).labels)
        for label in range(k):
            np.testing.assert_allclose(
                centers[label], X[labels == label].mean(axis=0), rtol=1e-12, atol=1e-14
            )
        assert inertia == pytest.approx(np.square(X - centers[labels]).sum(), rel=1e-12)
        assert (np.diff(np.bincount(labels)) <= 0).all()


def test_as_many_clusters_as_different_rows_leave_nothing_over() -> None:
    X = np.repeat(np.random.default_rng(0).normal(size=(9, 2)), 5, axis=0)
    for init in ("k-means++", "random"):
        _, labels, inertia, _, _ = fit_kmeans(X, 9, n_init=10, seed=0, init=init)
        assert len(set(labels)) == 9
        assert inertia == pytest.approx(0.0, abs=1e-20)


@pytest.mark.parametrize(("n", "d", "k"), [(500, 2, 6), (3_000, 4, 5), (12_000, 3, 8)])
def test_inertia_is_no_worse_than_scikit_learns(n: int, d: int, k: int) -> None:
    X = np.random.default_rng(n).random((n, d))
    ours = fit_kmeans(X, k, n_init=10, seed=1)[2]
    theirs = KMeans(k, n_init=10, random_state=1, tol=0).fit(X).inertia_
    assert ours <= theirs * 1.005


def test_starts_are_more_up_to_two_thousand_rows() -> None:
    for n, starts in ((2_000, 50), (2_001, 10)):
        planned = plan(Geometry(np.zeros((n, 1))), Request(ks=(2, 3), init="random"))
        assert [c.parameters for c in planned] == [
            {"n_clusters": k, "n_init": starts, "init": "random"} for k in (2, 3)
        ]


def test_adding_a_k_changes_no_other(moons: FloatMatrix) -> None:
    geometry = Geometry(moons)
    few, many = (plan(geometry, Request(ks=ks)) for ks in ((3,), (2, 3, 4)))
    assert few[0].id == many[1].id
    (alone,), among = list(KMEANS.sweep(geometry, few, silent)), list(KMEANS.sweep(geometry, many, silent))[1]
    assert isinstance(alone, Fit)
    assert isinstance(among, Fit)
    assert alone.labels.tobytes() == among.labels.tobytes()


def test_the_inertia_of_a_fit_is_of_its_labels(moons: FloatMatrix) -> None:
    (fit,) = KMEANS.sweep(
        Geometry(moons),
        [Configuration("kmeans", {"n_clusters": 4, "n_init": 3, "init": "k-means++"}, 0)],
        silent,
    )
    assert isinstance(fit, Fit)
    centers = fit.assigner.arrays()["centers"]
    assert fit.inertia == pytest.approx(np.square(moons - centers[fit.labels]).sum(), rel=1e-12)


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(12))
def test_mall_is_within_reach_of_the_best_known(mall: FloatMatrix, reference_data: Path, seed: int) -> None:
    best = json.loads((reference_data / "REFERENCE.json").read_text())["mall_customers"][
        "wcss_by_K_best_known"
    ]
    for k in range(1, 11):
        centers, labels, inertia, _, converged = fit_kmeans(mall, k, n_init=50, seed=seed)
        assert converged
        assert inertia <= best[str(k)] * (1.001 if k <= 6 else 1.01)
        if k == 5:
            assert np.bincount(labels).tolist() == [81, 39, 35, 23, 22]
            np.testing.assert_allclose(centers[0], [55.2963, 49.5185], atol=1e-4)
