from __future__ import annotations

import numpy as np
import pytest

from segmint.families.fit import Configuration, Fit, Request
from segmint.families.folding import one_step, place_as_new
from segmint.families.quick import density_of, quick_fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.labels import sizes
from segmint.measure.agreement import adjusted_rand
from segmint.types import silent

CENTERS = np.array([[0.0, 0, 0], [9, 0, 0], [0, 9, 9]])


def draw(n, seed):
    rng = np.random.default_rng(seed)
    return CENTERS[rng.choice(3, n, p=[0.5, 0.3, 0.2])] + rng.normal(size=(n, 3))


def fitted(name, X) -> Fit:
    planned = FAMILIES[name].plan(Geometry(X), Request(ks=(3,), seed=0))
    fits = [fit for fit in FAMILIES[name].sweep(Geometry(X), planned, silent) if isinstance(fit, Fit)]
    return max((fit for fit in fits if fit.n_clusters == 3), key=lambda fit: int(sizes(fit.labels).min()))


def quick(fit: Fit, X):
    density = density_of(fit.configuration, Geometry(X))
    return quick_fit(fit.configuration, n_samples=len(X), density=density)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_training_rows_lie_as_far_out_as_new_rows_do(name):
    """Placed by the rule that they made, they lie too near; the left-out ones are within their own error."""
    own, as_new, new = [], [], []
    for seed in range(6):
        X = draw(1_500, seed)
        fit = fitted(name, X)
        fresh = quick(fit, X)
        placed = place_as_new(
            fit.configuration, Geometry(X), fit.labels, fit.assigner, fresh=fresh, seed=seed
        )
        later = fit.assigner.place(draw(6_000, 100 + seed))
        own.append(fit.assigner.place(X).distance.mean())
        as_new.append(placed.distance.mean())
        new.append(later.distance.mean())
        assert np.mean(placed.labels == fit.labels) > 0.97
        assert np.mean(placed.labels < 0) == pytest.approx(np.mean(later.labels < 0), abs=0.015)
    own, as_new, new = (np.array(values) for values in (own, as_new, new))
    assert (own < as_new).all()
    error = (as_new - new).std() / np.sqrt(len(new))
    assert abs((as_new - new).mean()) < 4 * error + 0.004 * new.mean()


@pytest.mark.parametrize("name", ["kmeans", "gaussian_mixture"])
def test_all_rows_lead_nowhere_and_a_part_leads_a_little(name):
    X = draw(1_200, 1)
    rule = fitted(name, X).assigner
    same = one_step(X, rule)(np.arange(len(X)))
    for array, moved in zip(rule.arrays().values(), same.arrays().values(), strict=True):
        np.testing.assert_allclose(moved, array, atol=1e-9)
    part = one_step(X, rule)(np.arange(0, len(X), 2))
    agreed = adjusted_rand(rule.place(X).labels, part.place(X).labels)
    assert agreed > 0.98
    first = next(iter(rule.arrays()))
    assert not np.array_equal(part.arrays()[first], rule.arrays()[first])


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
def test_every_kind_of_covariance_takes_a_step(kind):
    X = draw(900, 2)
    asked = Configuration(
        "gaussian_mixture", {"n_components": 3, "covariance_type": kind, "n_init": 3, "reg_covar": 1e-6}, 0
    )
    (fit,) = FAMILIES["gaussian_mixture"].sweep(Geometry(X), (asked,), silent)
    moved = one_step(X, fit.assigner)(np.arange(0, 900, 2))
    assert moved.arrays()["covariances"].shape == fit.assigner.arrays()["covariances"].shape
    assert adjusted_rand(moved.place(X).labels, fit.labels) > 0.95


@pytest.mark.parametrize("name", ["dbscan", "hdbscan", "ward"])
def test_exact_points_are_left_out_themselves(name):
    X = draw(600, 3)
    planned = FAMILIES[name].plan(Geometry(X), Request(ks=(3,), seed=0, exact_rows=True))
    fits = [fit for fit in FAMILIES[name].sweep(Geometry(X), planned, silent) if isinstance(fit, Fit)]
    fit = max((fit for fit in fits if fit.n_clusters == 3), key=lambda fit: int(sizes(fit.labels).min()))
    placed = place_as_new(fit.configuration, Geometry(X), fit.labels, fit.assigner, seed=0)
    squared = ((X[:, None] - X[None]) ** 2).sum(axis=2) + np.diag([np.inf] * len(X))
    points = next(iter(fit.assigner.arrays().values()))
    kept = np.array([np.abs(points - x).sum(axis=1).min() < 1e-12 for x in X])
    np.testing.assert_allclose(placed.distance, np.sqrt(squared[:, kept].min(axis=1)))


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_quick_fit_of_the_same_kind_of_rows_cuts_the_same(name):
    X = draw(2_000, 4)
    fit = fitted(name, X)
    fresh = quick(fit, X)
    rows = draw(1_000, 5)
    one, same = fresh(rows[:600], 7), fresh(rows[:600], 7)
    assert one is not None and same is not None
    assert adjusted_rand(one.place(rows).labels, fit.assigner.place(rows).labels) > 0.9
    assert np.array_equal(one.place(rows).labels, same.place(rows).labels)
