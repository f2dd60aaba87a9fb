"""Rows that a fit did not see."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segmint.families.fit import Configuration
from segmint.families.heldout import held_out_agreement
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.types import FloatMatrix

MIXTURE = {"n_init": 10, "reg_covar": 1e-6}
SENSIBLE = [
    ("kmeans", "moons", {"n_clusters": 2, "n_init": 50, "init": "k-means++"}),
    ("kmeans", "lsun", {"n_clusters": 3, "n_init": 50, "init": "k-means++"}),
    ("kmeans", "atom", {"n_clusters": 2, "n_init": 50, "init": "k-means++"}),
    ("kmeans", "mall", {"n_clusters": 5, "n_init": 50, "init": "k-means++"}),
    ("dbscan", "moons", {"eps": 0.338, "min_samples": 5}),
    ("dbscan", "lsun", {"eps": 0.387, "min_samples": 10}),
    ("dbscan", "atom", {"eps": 1.01, "min_samples": 5}),
    ("dbscan", "mall", {"eps": 0.512, "min_samples": 5}),
    ("hdbscan", "moons", {"min_cluster_size": 20, "min_samples": 5}),
    ("hdbscan", "lsun", {"min_cluster_size": 10, "min_samples": 5}),
    ("hdbscan", "atom", {"min_cluster_size": 10, "min_samples": 5}),
    ("hdbscan", "mall", {"min_cluster_size": 20, "min_samples": 2}),
    ("gaussian_mixture", "moons", {**MIXTURE, "n_components": 2, "covariance_type": "spherical"}),
    ("gaussian_mixture", "lsun", {**MIXTURE, "n_components": 3, "covariance_type": "full"}),
    ("gaussian_mixture", "atom", {**MIXTURE, "n_components": 2, "covariance_type": "spherical"}),
    ("gaussian_mixture", "mall", {**MIXTURE, "n_components": 5, "covariance_type": "full"}),
    ("ward", "moons", {"n_clusters": 2}),
    ("ward", "lsun", {"n_clusters": 3}),
    ("ward", "atom", {"n_clusters": 2}),
    ("ward", "mall", {"n_clusters": 5}),
]


@pytest.mark.reference
@pytest.mark.parametrize(("family", "table", "parameters"), SENSIBLE)
def test_reference_tables_are_placed_as_the_whole_fit_says(
    reference_table: Callable[[str], FloatMatrix], family: str, table: str, parameters: dict[str, object]
) -> None:
    geometry = Geometry(reference_table(table))
    configuration = Configuration(family, parameters, 0)
    found = held_out_agreement(FAMILIES[family], geometry, configuration, seed=0)
    assert found is not None
    assert found >= 0.97


def test_far_clusters_are_placed_without_a_mistake(blobs: FloatMatrix) -> None:
    for family, parameters in (
        ("kmeans", {"n_clusters": 3, "n_init": 5, "init": "k-means++"}),
        ("ward", {"n_clusters": 3}),
        ("dbscan", {"eps": 3.0, "min_samples": 5}),
    ):
        configuration = Configuration(family, parameters, 0)
        assert held_out_agreement(FAMILIES[family], Geometry(blobs), configuration, seed=1, n_folds=5) == 1.0


def test_a_cut_through_a_continuum_is_less_sure() -> None:
    X = np.random.default_rng(0).random((200, 2))
    configuration = Configuration("kmeans", {"n_clusters": 7, "n_init": 3, "init": "random"}, 0)
    found = held_out_agreement(FAMILIES["kmeans"], Geometry(X), configuration, seed=0, n_folds=4)
    assert found is not None
    assert 0.2 < found < 0.97


@pytest.mark.slow
@pytest.mark.parametrize("size", [500, 1000])
def test_a_sample_of_a_large_table_is_asked_for_fewer_neighbors(size: int) -> None:
    """Four clusters of 5,000 rows; a cluster of the sample has 1,000 rows at most."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 2)) + 30 * np.repeat([[0, 0], [1, 0], [0, 1], [1, 1]], 5_000, axis=0)
    configuration = Configuration("hdbscan", {"min_cluster_size": size, "min_samples": 5}, 0)
    found = held_out_agreement(FAMILIES["hdbscan"], Geometry(X), configuration, seed=0)
    assert found is not None
    assert found >= 0.95


def test_what_fails_has_no_agreement(blobs: FloatMatrix) -> None:
    configuration = Configuration("dbscan", {"eps": 1e-9, "min_samples": 5}, 0)
    assert held_out_agreement(FAMILIES["dbscan"], Geometry(blobs), configuration, seed=0) is None


def test_the_seed_draws_the_folds(moons: FloatMatrix) -> None:
    configuration = Configuration("ward", {"n_clusters": 5}, 0)
    first, again, other = (
        held_out_agreement(FAMILIES["ward"], Geometry(moons), configuration, seed=seed, n_folds=6)
        for seed in (1, 1, 2)
    )
    assert first == again != other
