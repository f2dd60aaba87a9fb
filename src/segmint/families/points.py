"""Points that stand for a cluster of any shape: means of at least five near rows, and how far they reach."""

from __future__ import annotations

import numpy as np

from segmint.labels import FEWEST_TOLD, NOISE
from segmint.model.cores import CoresAssigner
from segmint.model.distances import squared_distances
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.nearest import split
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector

SMALLEST_GROUP = FEWEST_TOLD
"""A mean of fewer customers than this could be recognized; see the design's privacy rule."""
MOST_POINTS = 2_000
PROBED_ROWS = 20_000
"""At most so many rows, at even steps, set the reach and are asked for their agreement."""


def standing_points(
    X: FloatMatrix, labels: IntVector, *, exact: bool, smallest: int = SMALLEST_GROUP, most: int = MOST_POINTS
) -> tuple[FloatMatrix, IntVector]:
    """Return points that keep the shape of each cluster, ordered by cluster.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Their clusters, 0 … n_clusters − 1 each present, noise left out; shape (n_samples,).
    exact
        Whether the rows themselves are kept; else means of near rows, ``smallest`` to 2 ``smallest`` − 1 each.
        A cluster with fewer rows gets one mean, of itself and of the rows of the table nearest to it.
    smallest
        Rows in a mean at least; more where there would be more points than ``most``.
    most
        About how many points at most.

    Returns
    -------
    points, point_labels
        Shapes (n_points, n_features) and (n_points,).

    Examples
    --------
    >>> X = np.arange(10.0).reshape(-1, 1)
    >>> standing_points(X, np.array([0] * 5 + [1] * 5), exact=False)[0].ravel().tolist()
    [2.0, 7.0]
    """
    if exact:
        rows = np.concatenate([np.flatnonzero(labels == label) for label in range(int(labels.max()) + 1)])
        return np.ascontiguousarray(X[rows]), labels[rows].astype(np.int64)
    groups, group_labels = standing_groups(X, labels, smallest=smallest, most=most)
    return np.asarray([X[group].mean(axis=0) for group in groups]), group_labels


def standing_groups(
    X: FloatMatrix, labels: IntVector, *, smallest: int = SMALLEST_GROUP, most: int = MOST_POINTS
) -> tuple[list[IntVector], IntVector]:
    """Return the rows of each mean, ordered by cluster, and the cluster of each (see :func:`standing_points`)."""
    size = max(smallest, -(-int(np.count_nonzero(labels != NOISE)) // most))
    groups: list[IntVector] = []
    group_labels: list[int] = []
    for label in range(int(labels.max()) + 1):
        found = split(X, _with_company(X, np.flatnonzero(labels == label), smallest), size)
        groups += found
        group_labels += [label] * len(found)
    return groups, np.asarray(group_labels, dtype=np.int64)


def _with_company(X: FloatMatrix, rows: IntVector, smallest: int) -> IntVector:
    """Return the rows, and where they are too few the rows of the table nearest to their mean as well."""
    if rows.size >= smallest:
        return rows
    distances = squared_distances(np.ascontiguousarray(X.T), X[rows].mean(axis=0)[None])[0]
    distances[rows] = -1.0
    return np.argsort(distances, kind="stable")[:smallest].astype(np.int64)


def cores_rule(
    X: FloatMatrix, labels: IntVector, core: BoolVector, *, eps: float, exact: bool
) -> tuple[CoresAssigner, float]:
    """Return DBSCAN's rule and its agreement with the labels.

    Exact core rows reach ``eps``. Means reach as far as tells best between members and noise, and of
    equally good distances the one nearest to ``eps``.

    Parameters
    ----------
    X, labels, core
        Rows, their clusters, and which are core rows.
    eps
        DBSCAN's radius.
    exact
        Whether the core rows themselves are kept.
    """
    points, point_labels = standing_points(X, np.where(core, labels, NOISE), exact=exact)

    def rule(reach: float) -> CoresAssigner:
        return CoresAssigner(points, point_labels, np.array([reach]), exact)

    if exact:
        return rule(eps), agreement(rule(eps), X, labels)
    nearest, distances, own = _probe(rule(np.inf), X, labels)
    reaches = [_toward(eps, low, high) for low, high in best_gaps(distances, nearest == own, own == NOISE)]
    reach = min(reaches, key=lambda value: abs(value - eps), default=eps)
    return rule(reach), _share(nearest, distances <= reach, own)


def exemplars_rule(X: FloatMatrix, labels: IntVector, *, exact: bool) -> tuple[ExemplarsAssigner, float]:
    """Return HDBSCAN's rule and its agreement with the labels: a cap for each cluster.

    A cap lies in the middle of the gap between the last row that should belong and the first that
    should not, where the cut is best; without noise around it reaches half as far again as the last row.
    """
    points, point_labels = standing_points(X, labels, exact=exact)
    caps = np.full(int(point_labels[-1]) + 1, np.inf)
    nearest, distances, own = _probe(ExemplarsAssigner(points, point_labels, caps, exact), X, labels)
    for label in range(caps.size):
        mine = nearest == label
        gaps = best_gaps(distances[mine], own[mine] == label, own[mine] == NOISE)
        caps[label] = _middle(*gaps[-1]) if len(gaps) else 0.0
    return ExemplarsAssigner(points, point_labels, caps, exact), _share(
        nearest, distances <= caps[nearest], own
    )


def tree_rule(X: FloatMatrix, labels: IntVector, *, exact: bool) -> tuple[ExemplarsAssigner, float]:
    """Return the rule of a tree's cut and its agreement with the labels: the nearest exemplar, without caps."""
    points, point_labels = standing_points(X, labels, exact=exact)
    rule = ExemplarsAssigner(points, point_labels, np.full(int(point_labels[-1]) + 1, np.inf), exact)
    return rule, agreement(rule, X, labels)


def agreement(rule: CoresAssigner | ExemplarsAssigner, X: FloatMatrix, labels: IntVector) -> float:
    """Return the share of (at most ``PROBED_ROWS``) rows that the rule gives their label, noise counted as one."""
    rows = _probed_rows(len(X))
    return float(np.mean(rule.place(X[rows]).labels == labels[rows]))


def best_gaps(distances: FloatVector, right: BoolVector, noise: BoolVector) -> FloatMatrix:
    """Return the gaps between distances in which a cut agrees best.

    A row within the cut agrees when its nearest cluster is ``right``, a row beyond it when it is ``noise``.

    Parameters
    ----------
    distances
        Distance of each row to its nearest cluster, shape (n_samples,).
    right, noise
        Whether that cluster is the row's own, and whether the row is noise; shape (n_samples,).

    Returns
    -------
    FloatMatrix
        Shape (n_gaps, 2): lower and upper ends, ascending, the last may be infinite. Empty where nothing
        is best taken in.

    Examples
    --------
    >>> inside = np.array([True, True, False])
    >>> best_gaps(np.array([1.0, 2.0, 5.0]), inside, ~inside).tolist()
    [[2.0, 5.0]]
    """
    order = np.argsort(distances, kind="stable")
    d, right, noise = distances[order], right[order], noise[order]
    agreeing = np.concatenate([[0], np.cumsum(right)]) + np.concatenate([np.cumsum(noise[::-1])[::-1], [0]])
    edges = np.concatenate([[0.0], d, [np.inf]])
    possible = edges[1:] > edges[:-1]  # a cut between equal distances is none
    best = np.flatnonzero(possible & (agreeing == agreeing[possible].max()))
    best = best[best > 0]
    return np.stack([edges[best], edges[best + 1]], axis=1)


def _middle(low: float, high: float) -> float:
    """Return the middle of a gap; half as far again where nothing lies beyond."""
    return float(1.5 * low if np.isinf(high) else (low + high) / 2)


def _toward(wanted: float, low: float, high: float) -> float:
    """Return the wanted distance where it lies in the gap, else a place near its end, well inside."""
    if low < wanted < high:
        return wanted
    middle = _middle(low, high)
    return (low + middle) / 2 if wanted <= low else (middle + high) / 2


def _probe(
    rule: CoresAssigner | ExemplarsAssigner, X: FloatMatrix, labels: IntVector
) -> tuple[IntVector, FloatVector, IntVector]:
    """Return the nearest cluster, its distance, and the label, of the probed rows."""
    rows = _probed_rows(len(X))
    placement = rule.place(X[rows])
    return placement.nearest, placement.distance, labels[rows]


def _probed_rows(n_samples: int) -> IntVector:
    return np.arange(0, n_samples, max(1, -(-n_samples // PROBED_ROWS)))


def _share(nearest: IntVector, inside: BoolVector, labels: IntVector) -> float:
    return float(np.mean(np.where(inside, nearest, NOISE) == labels))
