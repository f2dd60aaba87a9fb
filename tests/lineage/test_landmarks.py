"""Landmarks stand for rows and never for fewer than five; refits of halves tell structure from chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.drift.snapshot import build_snapshot
from segmint.families.fit import Configuration, Fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.labels import FEWEST_TOLD, NOISE
from segmint.lineage.landmarks import (
    DRAWS,
    MOST_OF_A_CLUSTER,
    REFITS,
    drawn_landmarks,
    find_landmarks,
    standing_means,
)
from segmint.model.centers import CentersAssigner
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.types import silent
from segmint.words import sentence

ASKED = {
    "kmeans": {"n_clusters": 3, "n_init": 3, "init": "k-means++"},
    "gaussian_mixture": {"n_components": 3, "covariance_type": "full", "n_init": 3, "reg_covar": 1e-6},
    "ward": {"n_clusters": 3},
    "hdbscan": {"min_cluster_size": 12, "min_samples": 5},
    "dbscan": {"eps": 1.0, "min_samples": 5},
}


def three_groups(n: int = 70, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    return np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], n, axis=0) + rng.normal(size=(3 * n, 2)) / 2


def fitted(family: str, X: Any, seed: int = 0) -> Fit:
    found = next(FAMILIES[family].sweep(Geometry(X), [Configuration(family, ASKED[family], seed)], silent))
    assert isinstance(found, Fit)
    return found


@st.composite
def labeled_rows(draw: Any) -> tuple[Any, Any, int]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = draw(st.lists(st.integers(1, 260), min_size=1, max_size=5))
    labels = np.repeat([*range(len(sizes)), NOISE], [*sizes, 3])
    rng.shuffle(labels)
    X = rng.normal(size=(len(labels), draw(st.integers(1, 4))))
    if draw(st.booleans()):
        X = np.round(X)  # many rows alike
    return X, labels, len(sizes)


@given(labeled_rows())
def test_at_most_twenty_a_cluster_never_of_fewer_than_five_rows(drawn: Any) -> None:
    X, labels, k = drawn
    points, owners, counts = standing_means(X, labels, k)
    assert points.shape == (len(owners), X.shape[1])
    assert (counts >= FEWEST_TOLD).all()
    for label in range(k):
        own = owners == label
        size = int((labels == label).sum())
        assert np.count_nonzero(own) <= MOST_OF_A_CLUSTER
        assert counts[own].sum() == (size if size >= FEWEST_TOLD else 0)
        if own.any():
            middle = np.average(points[own], axis=0, weights=counts[own])
            np.testing.assert_allclose(middle, X[labels == label].mean(axis=0), atol=1e-9)


@given(labeled_rows())
def test_no_landmark_is_a_row(drawn: Any) -> None:
    X, labels, k = drawn
    if len(np.unique(X, axis=0)) < len(X):
        return  # five rows alike are their own mean
    points, _, _ = standing_means(X, labels, k)
    assert not {tuple(row) for row in points.tolist()} & {tuple(row) for row in X.tolist()}


@pytest.mark.parametrize("family", ASKED)
def test_clear_groups_are_found_again_by_every_family(family: str) -> None:
    X = three_groups()
    fit = fitted(family, X)
    found = find_landmarks(FAMILIES[family], Geometry(X), fit, seed=0)
    assert fit.n_clusters == 3 and found.overlaps.shape == (3,)
    assert (found.overlaps >= 0.9).all()
    assert found.churn.shape == (REFITS,) and (found.churn <= 0.1).all()
    np.testing.assert_array_equal(fit.assigner.place(found.points).labels, found.labels)
    assert found.counts.sum() == (fit.assigner.place(X).labels != NOISE).sum()


@pytest.mark.parametrize("family", ASKED)
def test_same_seed_same_landmarks(family: str) -> None:
    X = three_groups()
    fit = fitted(family, X)
    once, again = (find_landmarks(FAMILIES[family], Geometry(X), fit, seed=4, n_refits=3) for _ in range(2))
    for name in ("points", "labels", "counts", "overlaps", "churn"):
        np.testing.assert_array_equal(getattr(once, name), getattr(again, name))


def test_slices_are_found_again_less() -> None:
    X = np.random.default_rng(2).normal(size=(300, 3))
    fit = fitted("kmeans", X)
    found = find_landmarks(FAMILIES["kmeans"], Geometry(X), fit, seed=0)
    assert found.overlaps.min() < 0.7
    assert found.churn.mean() > 0.1


def test_where_no_half_gives_segments_nothing_is_sure() -> None:
    X = three_groups(12)
    fit = fitted("hdbscan", three_groups())
    asked = Configuration("hdbscan", {"min_cluster_size": 300, "min_samples": 5}, 0)
    hopeless = Fit(asked, fit.assigner.place(X).labels, fit.assigner, fitted_on=len(X))
    found = find_landmarks(FAMILIES["hdbscan"], Geometry(X), hopeless, seed=0, n_refits=2)
    assert found.overlaps.tolist() == [0.0] * fit.n_clusters
    assert found.churn.tolist() == []


def test_rows_are_not_touched() -> None:
    X = three_groups()
    kept = X.copy()
    find_landmarks(FAMILIES["kmeans"], Geometry(X), fitted("kmeans", X), seed=0, n_refits=1)
    np.testing.assert_array_equal(X, kept)


def test_draws_stand_for_a_model_that_was_saved_without() -> None:
    X = three_groups(400)
    labels = np.repeat([0, 1, 2], 400)
    schema = Schema(
        tuple(Feature(name, Kind.NUMBER, Role.CLUSTER, reason=sentence("common.rows", n=1)) for name in "ab")
    )
    rule = CentersAssigner(np.array([X[labels == label].mean(axis=0) for label in range(3)]))
    reference = build_snapshot({"a": X[:, 0], "b": X[:, 1]}, schema, X, rule.place(X), 3)
    found = drawn_landmarks(reference, np.array([0.1, 0.2, 0.3]))
    assert found.points.shape == (3 * DRAWS, 2)
    assert found.overlaps.tolist() == [0.1, 0.2, 0.3] and found.churn.size == 0
    for label in range(3):
        own = found.points[found.labels == label]
        np.testing.assert_allclose(own.mean(axis=0), X[labels == label].mean(axis=0), atol=0.15)
        np.testing.assert_allclose(np.cov(own.T), np.cov(X[labels == label].T), atol=0.1)
    np.testing.assert_array_equal(found.points, drawn_landmarks(reference, np.zeros(3)).points)
