from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from segmint.data import read
from segmint.families.dbscan import plan
from segmint.families.fit import Configuration, Fit, Request
from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE
from segmint.model.centers import CentersAssigner
from segmint.prepare.fit import Prepared, prepare
from segmint.types import FloatMatrix, IntVector
from segmint.workflow.figures import CURVE_POINTS, MAP_POINTS, SILHOUETTE_POINTS, figure_data


def prepared_of(X: FloatMatrix) -> Prepared:
    columns = {f"x{i}": column for i, column in enumerate(X.T)}
    return prepare(read(pa.table(columns)))


def fit_of(labels: IntVector, prepared: Prepared) -> Fit:
    X = prepared.matrix.X
    centers = np.array([X[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    return Fit(Configuration("kmeans", {"n_clusters": len(centers)}, 0), labels, CentersAssigner(centers))


@pytest.fixture(scope="module")
def many() -> tuple[IntVector, Prepared]:
    """Four clusters of 2,000 rows, then 57 of 20 rows, in the order of the table, and 400 rows of noise last."""
    labels = np.concatenate(
        [np.repeat(np.arange(4), 2000), np.repeat(np.arange(4, 61), 20), np.full(400, NOISE)]
    )
    rng = np.random.default_rng(0)
    return labels, prepared_of(
        np.column_stack([labels, labels % 7]) + rng.uniform(-0.2, 0.2, (len(labels), 2))
    )


def test_every_cluster_of_the_table_is_drawn_wherever_it_stands(many: tuple[IntVector, Prepared]) -> None:
    labels, prepared = many
    fit = fit_of(labels, prepared)
    figures = figure_data(prepared, Geometry(prepared.matrix.X), [fit], 0)
    assert figures.map is not None
    drawn = figures.map.labels[fit.configuration.id]
    counts = np.bincount(drawn - NOISE, minlength=62)
    assert counts[0] == pytest.approx(MAP_POINTS * 400 / len(labels), abs=1)
    assert counts[1:5] == pytest.approx(MAP_POINTS * 2000 / len(labels), abs=1)
    assert counts[5:].tolist() == [20] * 57
    silhouettes = figures.silhouette_rows[fit.configuration.id]
    assert min(len(values) for values in silhouettes) >= 10
    assert sum(len(values) for values in silhouettes) < 2 * SILHOUETTE_POINTS
    again = figure_data(prepared, Geometry(prepared.matrix.X), [fit], 0)
    assert again.map is not None and np.array_equal(again.map.points, figures.map.points)


def test_a_small_table_is_drawn_whole() -> None:
    labels = np.repeat([0, 1, NOISE], [60, 40, 5])
    prepared = prepared_of(
        np.column_stack([labels, -labels]) + np.random.default_rng(1).normal(size=(105, 2))
    )
    figures = figure_data(prepared, Geometry(prepared.matrix.X), [fit_of(labels, prepared)], 0)
    assert figures.map is not None and len(figures.map.points) == 105
    assert [len(values) for values in next(iter(figures.silhouette_rows.values()))] == [60, 40]


@pytest.mark.parametrize("n_features", [2, 7, 100])
def test_the_curves_are_those_that_dbscan_takes_its_eps_from(n_features: int) -> None:
    prepared = prepared_of(np.random.default_rng(2).normal(size=(600, n_features)))
    geometry = Geometry(prepared.matrix.X)
    curves = figure_data(prepared, geometry, [], 0).k_distance
    assert set(curves) == {c.parameters["min_samples"] for c in plan(geometry, Request())}
    assert max(curves) <= 20
    for k, curve in curves.items():
        assert len(curve) == CURVE_POINTS and curve[-1] == geometry.core_distances(k).max()
