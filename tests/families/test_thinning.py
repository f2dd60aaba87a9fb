"""The same question to fewer rows: counts shrink with them, three neighbors at least, and radii grow with the gaps."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.families.fit import Configuration
from segmint.families.table import FAMILIES
from segmint.families.thinning import fewer, median_core, thinned
from segmint.geometry.geometry import Geometry


@pytest.fixture(scope="module")
def whole() -> Geometry:
    return Geometry(np.random.default_rng(0).normal(size=(1200, 2)))


def part_of(whole: Geometry, step: int) -> Geometry:
    return Geometry(np.ascontiguousarray(whole.X[::step]))


@pytest.mark.parametrize(
    ("asked", "share", "left"), [(20, 0.5, 10), (20, 0.01, 3), (2, 0.01, 2), (5, 1.0, 5)]
)
def test_neighbors_shrink_with_the_rows_three_at_least(asked: int, share: float, left: int) -> None:
    assert fewer(asked, share) == left


def test_dbscan_asks_fewer_neighbors_in_a_wider_reach(whole: Geometry) -> None:
    part = part_of(whole, 4)
    asked = Configuration("dbscan", {"eps": 0.3, "min_samples": 12}, 0)
    found = thinned(FAMILIES["dbscan"], asked, whole, part)
    assert found.parameters["min_samples"] == 3
    grown = median_core(part, 3) / median_core(whole, 12)
    assert found.parameters["eps"] == pytest.approx(0.3 * grown)
    unknown = FAMILIES["dbscan"].thinned(asked, part, 0.25, 0.0)
    assert unknown.parameters["eps"] == 0.3, "of a training table without density nothing is known"


def test_hdbscan_asks_smaller_clusters_of_fewer_neighbors(whole: Geometry) -> None:
    asked = Configuration("hdbscan", {"min_cluster_size": 80, "min_samples": 40}, 0)
    found = thinned(FAMILIES["hdbscan"], asked, whole, part_of(whole, 4)).parameters
    assert (found["min_cluster_size"], found["min_samples"]) == (20, 10)
    least = thinned(FAMILIES["hdbscan"], asked, whole, part_of(whole, 400)).parameters
    assert least["min_samples"] <= least["min_cluster_size"]


@pytest.mark.parametrize("family", ["gaussian_mixture", "ward"])
def test_what_counts_no_rows_stays(whole: Geometry, family: str) -> None:
    asked = Configuration(family, {"n_clusters": 3}, 0)
    assert thinned(FAMILIES[family], asked, whole, part_of(whole, 2)) == asked
