"""Points that stand for a cluster of any shape: means of at least five neighbors, and how far they reach."""

from __future__ import annotations

import numpy as np

from segmint.labels import NOISE
from segmint.model.distances import blocks, squared_distances
from segmint.model.nearest import MOST_CELLS
from segmint.types import FloatMatrix, FloatVector, IntVector

SMALLEST_GROUP = 5
"""A mean of fewer customers than this could be recognised; see the design's privacy rule."""
MOST_POINTS = 2_000


def standing_points(
    X: FloatMatrix, labels: IntVector, *, exact: bool, most: int = MOST_POINTS
) -> tuple[FloatMatrix, IntVector]:
    """Return points that keep the shape of each cluster, ordered by cluster.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Their clusters, noise allowed (it is left out), shape (n_samples,).
    exact
        Whether the rows themselves are kept; else means of neighboring rows, at least five each (a cluster of
        fewer than five rows is one mean).
    most
        About how many points at most; larger groups are averaged where there would be more.

    Returns
    -------
    points, point_labels
        Shapes (n_points, n_features) and (n_points,).
    """
    members = [np.flatnonzero(labels == label) for label in range(int(labels.max()) + 1)]
    if exact:
        rows = np.concatenate(members)
        return np.ascontiguousarray(X[rows]), labels[rows].astype(np.int64)
    size = max(SMALLEST_GROUP, int(np.ceil(np.count_nonzero(labels != NOISE) / most)))
    points, point_labels = [], []
    for label, rows in enumerate(members):
        for group in _split(X, rows, size):
            points.append(X[group].mean(axis=0))
            point_labels.append(label)
    return np.asarray(points), np.asarray(point_labels, dtype=np.int64)


def _split(X: FloatMatrix, rows: IntVector, size: int) -> list[IntVector]:
    """Halve rows along their widest feature until a half would have fewer than ``size`` rows."""
    done, open_groups = [], [rows]
    while open_groups:
        group = open_groups.pop()
        if len(group) < 2 * size:
            done.append(group)
            continue
        values = X[group]
        widest = int(np.argmax(values.max(axis=0) - values.min(axis=0)))
        order = np.argsort(values[:, widest], kind="stable")
        middle = len(group) // 2
        open_groups += [group[order[middle:]], group[order[:middle]]]
    return done


def nearest_points(X: FloatMatrix, points: FloatMatrix, point_labels: IntVector) -> tuple[IntVector, FloatVector]:
    """Return for each row the cluster of the nearest point, and its distance."""
    labels, distances = np.empty(len(X), np.int64), np.empty(len(X))
    for part, columns in blocks(X, max(16, MOST_CELLS // len(points))):
        squared = squared_distances(columns, points)
        nearest = np.argmin(squared, axis=0)
        labels[part] = point_labels[nearest]
        distances[part] = np.sqrt(squared[nearest, np.arange(len(nearest))])
    return labels, distances


def best_reach(distances: FloatVector, inside: FloatVector) -> float:
    """Return the distance that tells best between rows that belong (``inside``) and rows that don't.

    The cut with the fewest rows on the wrong side; of several, the middle of the widest gap. 0 where
    nothing should be inside.

    Examples
    --------
    >>> best_reach(np.array([1.0, 2.0, 5.0]), np.array([True, True, False]))
    3.5
    """
    order = np.argsort(distances, kind="stable")
    d, belongs = distances[order], np.asarray(inside, dtype=bool)[order]
    wrong = np.concatenate([[0], np.cumsum(~belongs)]) + np.concatenate([np.cumsum(belongs[::-1])[::-1], [0]])
    edges = np.concatenate([[0.0], d, [d[-1] * 1.5 if len(d) else 0.0]])
    gaps = edges[1:] - edges[:-1]
    best = np.flatnonzero((wrong == wrong.min()) & ((gaps > 0) | (np.arange(len(gaps)) == len(d))))
    if not len(best):
        return float(d[-1]) if len(d) else 0.0
    place = best[np.argmax(gaps[best])]
    return float((edges[place] + edges[place + 1]) / 2)


def caps_by_cluster(
    X: FloatMatrix, labels: IntVector, points: FloatMatrix, point_labels: IntVector
) -> FloatVector:
    """Return for each cluster the cap within which its nearest rows agree best with their labels."""
    nearest, distances = nearest_points(X, points, point_labels)
    caps = np.zeros(int(point_labels[-1]) + 1)
    for label in range(len(caps)):
        mine = nearest == label
        if mine.any():
            caps[label] = best_reach(distances[mine], labels[mine] == label)
    return caps
