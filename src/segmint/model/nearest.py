"""The nearest kept point of each cluster: what the rules of DBSCAN and HDBSCAN share."""

from __future__ import annotations

import numpy as np

from segmint.labels import NOISE
from segmint.model.distances import blocks, checked_rows, squared_distances, two_smallest
from segmint.model.placement import Placement, margin
from segmint.types import FloatMatrix, FloatVector, IntVector

MOST_CELLS = 4_000_000  # distances held at once, so that memory does not grow with points or rows


def sorted_by_label(points: FloatMatrix, point_labels: IntVector) -> tuple[FloatMatrix, IntVector]:
    """Return points ordered by their cluster, their order inside a cluster kept."""
    order = np.argsort(point_labels, kind="stable")
    return np.ascontiguousarray(points[order]), np.ascontiguousarray(point_labels[order])


def place_by_points(
    X: FloatMatrix, points: FloatMatrix, point_labels: IntVector, caps: FloatVector
) -> Placement:
    """Place rows by the nearest point, if it lies within the cap of its cluster; else they are noise.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    points
        Kept points, shape (n_points, n_features), ordered by cluster.
    point_labels
        Their clusters, ascending, 0 … n_clusters − 1.
    caps
        The largest distance at which a cluster takes a row, shape (n_clusters,).
    """
    X = checked_rows(X, points.shape[1])
    n_samples = X.shape[0]
    starts = np.searchsorted(point_labels, np.arange(len(caps)))
    nearest, second = np.empty(n_samples), np.empty(n_samples)
    labels, runner_up = np.empty(n_samples, np.int64), np.empty(n_samples, np.int64)
    for part, columns in blocks(X, max(16, MOST_CELLS // len(points))):
        by_cluster = np.minimum.reduceat(squared_distances(columns, points), starts, axis=0)
        labels[part], nearest[part], runner_up[part], second[part] = two_smallest(by_cluster)
    np.sqrt(nearest, out=nearest)
    np.sqrt(second, out=second)
    confidence = margin(nearest, second)
    outside = nearest > caps[labels]
    confidence[outside] = np.nan
    return Placement(np.where(outside, NOISE, labels), nearest, confidence, runner_up, labels)
