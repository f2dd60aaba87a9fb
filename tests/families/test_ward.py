"""Ward's cuts beside SciPy's; the rule of a cut."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, ward

from segmint.families import sampling
from segmint.families.fit import Configuration, Fit, Request
from segmint.families.ward import WARD, cut, fit_ward
from segmint.geometry.geometry import Geometry
from segmint.labels import canonical
from segmint.measure.agreement import adjusted_rand
from segmint.model.distances import within_squares
from segmint.types import FloatMatrix, silent


@pytest.mark.parametrize("k", [1, 2, 3, 7, 25])
def test_cuts_are_scipys(moons: FloatMatrix, k: int) -> None:
    expected = fcluster(ward(moons), k, "maxclust").astype(np.int64)
    assert np.array_equal(cut(fit_ward(moons), k), canonical(expected))


def test_cuts_are_nested(moons: FloatMatrix) -> None:
    tree = fit_ward(moons)
    for k in range(2, 10):
        coarse, fine = cut(tree, k), cut(tree, k + 1)
        assert len(set(zip(coarse.tolist(), fine.tolist(), strict=True))) == k + 1


def test_one_cluster_is_not_planned() -> None:
    planned = WARD.plan(Geometry(np.zeros((9, 1))), Request(ks=(1, 2, 5)))
    assert [c.parameters for c in planned] == [{"n_clusters": 2}, {"n_clusters": 5}]


def test_inertia_is_of_the_labels_and_falls_with_k(moons: FloatMatrix) -> None:
    geometry = Geometry(moons)
    fits = [f for f in WARD.sweep(geometry, WARD.plan(geometry, Request()), silent) if isinstance(f, Fit)]
    assert len(fits) == 9
    inertias = [fit.inertia for fit in fits]
    assert inertias == sorted(inertias, reverse=True)  # type: ignore[type-var]
    means = np.stack([moons[fits[0].labels == label].mean(axis=0) for label in (0, 1)])
    assert inertias[0] == pytest.approx(np.square(moons - means[fits[0].labels]).sum())
    assert within_squares(moons, np.zeros(200, np.int64)) == pytest.approx(moons.var(axis=0).sum() * 200)


def test_the_rule_follows_the_clusters_shape_better_than_centers(moons: FloatMatrix) -> None:
    (fit,) = WARD.sweep(Geometry(moons), [Configuration("ward", {"n_clusters": 2}, 0)], silent)
    assert isinstance(fit, Fit)
    means = np.stack([moons[fit.labels == label].mean(axis=0) for label in (0, 1)])
    by_center = np.square(moons[:, None] - means).sum(axis=2).argmin(axis=1)
    assert fit.agreement >= 0.98 > np.mean(by_center == fit.labels)


def test_above_the_budget_a_sample_is_fitted_and_extended(
    monkeypatch: pytest.MonkeyPatch, blobs: FloatMatrix
) -> None:
    monkeypatch.setattr(sampling, "ROWS_BUDGET", 70)
    (fit,) = WARD.sweep(Geometry(blobs), [Configuration("ward", {"n_clusters": 3}, 0)], silent)
    assert isinstance(fit, Fit)
    assert fit.fitted_on == 70
    assert len(fit.warnings) == 1
    assert adjusted_rand(np.repeat([0, 1, 2], [60, 50, 40]), fit.labels) == 1.0
