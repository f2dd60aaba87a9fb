from __future__ import annotations

import numpy as np

from segmint.families.fit import Configuration, Fit
from segmint.families.leaving_out import _membership, standing_rows, without_own
from segmint.families.points import standing_groups
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.types import silent


def test_leaving_out_is_what_points_without_the_row_give():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(40, 2)), rng.normal(size=(30, 2)) + 3])
    labels = np.repeat([0, 1], [40, 30])
    labels[::9] = -1
    groups, group_labels = standing_groups(X, labels)
    points = np.stack([X[group].mean(axis=0) for group in groups])
    own, sizes = _membership(len(X), groups, np.arange(len(groups)))
    found = without_own(X, points, group_labels, own, sizes)
    for row, x in enumerate(X):
        rest = [group[group != row] for group in groups]
        distances = np.array([np.linalg.norm(X[group].mean(axis=0) - x) for group in rest])
        np.testing.assert_allclose(found.distance[row], distances.min())
        assert found.nearest[row] == group_labels[np.argmin(distances)]
        other = distances[group_labels != found.nearest[row]].min()
        np.testing.assert_allclose(found.confidence[row], np.clip(1 - distances.min() / other, 0, 1))


def test_the_points_of_dbscan_are_made_of_core_rows():
    rng = np.random.default_rng(1)
    X = np.concatenate([rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 8])
    configuration = Configuration("dbscan", {"eps": 0.6, "min_samples": 8}, 0)
    (fit,) = FAMILIES["dbscan"].sweep(Geometry(X), (configuration,), silent)
    assert isinstance(fit, Fit)
    used = standing_rows(Geometry(X), fit.labels, configuration)
    near = (((X[:, None] - X[None]) ** 2).sum(axis=2) <= 0.36).sum(axis=1)
    np.testing.assert_array_equal(used, np.where(near >= 8, fit.labels, -1))
    groups, _ = standing_groups(X, used)
    np.testing.assert_allclose(
        np.sort(np.stack([X[group].mean(axis=0) for group in groups]), axis=0),
        np.sort(fit.assigner.points, axis=0),
    )
