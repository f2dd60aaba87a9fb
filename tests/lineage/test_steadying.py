"""Another start or another order of rows is no reason to move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.families.fit import Configuration, Fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.lineage.steadying import canonical_order, steadied
from segmint.measure.agreement import adjusted_rand
from segmint.types import silent

KMEANS = {"n_clusters": 4, "n_init": 1, "init": "random"}
MIXTURE = {"n_components": 3, "covariance_type": "diag", "n_init": 1, "reg_covar": 1e-6}


def cold(family: str, parameters: dict[str, Any], X: Any, seed: int) -> Fit:
    found = next(FAMILIES[family].sweep(Geometry(X), [Configuration(family, parameters, seed)], silent))
    assert isinstance(found, Fit)
    return found


@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(1, 4))
def test_rows_have_one_order(seed: int, n: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, (n, d)).astype(float)
    found = X[canonical_order(X)]
    assert found.tolist() == sorted(X.tolist())
    mixed = X[rng.permutation(n)]
    np.testing.assert_array_equal(mixed[canonical_order(mixed)], found)


def continuum() -> Any:
    return np.random.default_rng(5).normal(size=(400, 3))


@pytest.mark.parametrize(
    ("family", "parameters", "least"),
    [("kmeans", KMEANS, 0.95), ("gaussian_mixture", MIXTURE, 0.85)],
    ids=["kmeans", "mixture"],
)
def test_the_version_before_is_one_more_start(family: str, parameters: dict[str, Any], least: float) -> None:
    """On a continuum another seed cuts otherwise; the fit that starts from the version before hardly does.

    A mixture starts from labels without their doubts, so that some rows between two components move.
    """
    X = continuum()
    geometry = Geometry(X)
    best = min(
        (cold(family, parameters, X, seed) for seed in range(8)),
        key=lambda fit: fit.inertia if fit.inertia is not None else -(fit.log_likelihood or 0),
    )
    start = best.assigner.place(X).labels
    others = []
    for seed in range(20, 24):
        other = cold(family, parameters, X, seed)
        found = steadied(FAMILIES[family], geometry, other, start)
        assert adjusted_rand(found.assigner.place(X).labels, start) > least
        others.append(adjusted_rand(other.assigner.place(X).labels, start))
    assert min(others) < 0.7


def test_a_start_that_is_clearly_better_is_taken() -> None:
    rng = np.random.default_rng(0)
    X = np.repeat([[0.0, 0], [20, 0], [0, 20], [20, 20]], 50, axis=0) + rng.normal(size=(200, 2))
    fit = cold("kmeans", {**KMEANS, "n_init": 10, "init": "k-means++"}, X, 0)
    poor = np.where(X[:, 0] > 10, 3, np.digitize(X[:, 1], [-0.5, 10]))  # two groups in one, one cut in two
    poor = np.unique(poor, return_inverse=True)[1]
    assert len(set(poor.tolist())) == 4
    found = steadied(FAMILIES["kmeans"], Geometry(X), fit, poor.astype(np.int64))
    assert found is fit


def test_a_start_must_be_better_by_a_hundredth() -> None:
    X = continuum()
    geometry = Geometry(X)
    fits = [cold("kmeans", KMEANS, X, seed) for seed in range(12)]
    seen = set()
    for before in fits:
        for other in fits:
            warm = FAMILIES["kmeans"].continued(geometry, other.configuration, before.labels)
            assert isinstance(warm, Fit) and warm.inertia is not None and other.inertia is not None
            ratio = other.inertia / warm.inertia
            if abs(ratio - 0.99) > 1e-6 and ratio < 1:
                found = steadied(FAMILIES["kmeans"], geometry, other, before.labels)
                assert (found is other) is (ratio < 0.99)
                seen.add(ratio < 0.99)
    assert seen == {True, False}


def test_a_segment_without_rows_is_no_start() -> None:
    X = continuum()
    fit = cold("kmeans", KMEANS, X, 0)
    start = np.where(fit.labels == 3, 0, fit.labels)
    assert steadied(FAMILIES["kmeans"], Geometry(X), fit, start) is fit


@pytest.mark.parametrize("family", ["ward", "dbscan", "hdbscan"])
def test_a_family_that_starts_from_nothing_stays_as_it_is(family: str) -> None:
    X = np.repeat([[0.0, 0], [9, 0]], 40, axis=0) + np.random.default_rng(0).normal(size=(80, 2)) / 2
    asked = {
        "ward": {"n_clusters": 2},
        "dbscan": {"eps": 1.0, "min_samples": 5},
        "hdbscan": {"min_cluster_size": 10, "min_samples": 5},
    }[family]
    fit = cold(family, asked, X, 0)
    assert steadied(FAMILIES[family], Geometry(X), fit, np.repeat([0, 1], 40)) is fit


def test_what_is_carried_on_keeps_the_configuration() -> None:
    X = continuum()
    first = cold("kmeans", {**KMEANS, "n_init": 10}, X, 0)
    other = cold("kmeans", KMEANS, X, 99)
    found = steadied(FAMILIES["kmeans"], Geometry(X), other, first.labels)
    assert found.configuration == other.configuration
    assert found.inertia is not None and other.inertia is not None
    assert found.inertia <= other.inertia * 1.0101
    np.testing.assert_array_equal(found.labels, found.assigner.place(X).labels)
