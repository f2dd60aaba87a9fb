"""Rows placed by a rule of kept points as if they had not been in the means that these points are.

A kept point is the mean of some five near rows, so a training row lies nearer to its own than a new row
would. Without the row its mean lies g/(g − 1) times as far from it, g the rows in it; nothing else of the
rule depends much on one row.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from segmint.drift.scoring import Placed
from segmint.families.fit import Configuration
from segmint.families.points import MOST_POINTS, SMALLEST_GROUP, standing_groups, standing_points
from segmint.families.sampling import fitted_rows
from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE
from segmint.model.cores import CoresAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.placement import margin
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

N_SWAPS = 4
RANKS = np.concatenate([np.arange(0.025, 0.95, 0.05), [0.96, 0.975, 0.99]])
SAMPLED = ("hdbscan", "ward")
PointsAssigner = CoresAssigner | ExemplarsAssigner


def place_left_out(
    geometry: Geometry,
    labels: IntVector,
    assigner: PointsAssigner,
    configuration: Configuration,
    *,
    seed: int,
) -> Placed:
    """Place each training row by the rule without its own part in it.

    Parameters
    ----------
    geometry
        The training rows.
    labels
        What the fit says of them, shape (n_samples,).
    assigner
        The model's rule.
    configuration
        The model's: it says which rows the points were made of.
    seed
        Seed of the halves that show how far new rows lie.

    Returns
    -------
    Placed
        With labels as a new row would get them, and distances that are on average those of new rows.
    """
    X, used = geometry.X, standing_rows(geometry, labels, configuration)
    points, point_labels, limits = _kept(assigner)
    size = 1 if assigner.exact else SMALLEST_GROUP
    groups = standing_groups(X, used, smallest=size, most=len(X) if assigner.exact else MOST_POINTS)[0]
    places = _nearest(points, np.stack([X[group].mean(axis=0) for group in groups]), 1)[1][:, 0]
    own, sizes = _membership(len(X), groups, places)
    placed = without_own(X, points, point_labels, own, sizes)
    distance = (
        placed.distance if assigner.exact else placed.distance * _farther(X, used, placed.distance, seed)
    )
    labels = np.where(distance <= limits[placed.nearest], placed.nearest, NOISE)
    return replace(placed, labels=labels, distance=distance)


def standing_rows(geometry: Geometry, labels: IntVector, configuration: Configuration) -> IntVector:
    """Return the labels of the rows that the rule's points are made of, ``NOISE`` for all others."""
    asked = configuration.parameters
    if configuration.family in SAMPLED:
        used = np.full(geometry.n_samples, NOISE, dtype=np.int64)
        rows = fitted_rows(geometry, configuration)
        used[rows] = labels[rows]
        return used
    core = geometry.core_distances(int(asked["min_samples"])) <= float(asked["eps"])
    return np.where(core, labels, NOISE).astype(np.int64)


def _kept(assigner: PointsAssigner) -> tuple[FloatMatrix, IntVector, FloatVector]:
    """Return a rule's points, the cluster of each, and how far each cluster reaches."""
    if isinstance(assigner, CoresAssigner):
        return assigner.points, assigner.point_labels, np.full(assigner.n_clusters, assigner.reach[0])
    return assigner.exemplars, assigner.exemplar_labels, assigner.caps


def _membership(n_rows: int, groups: list[IntVector], places: IntVector) -> tuple[IntVector, IntVector]:
    """Return for each row the number of the point that it is part of (−1 for none), and the rows in that."""
    own, sizes = np.full(n_rows, -1, dtype=np.int64), np.ones(n_rows, dtype=np.int64)
    for group, place in zip(groups, places, strict=True):
        own[group], sizes[group] = place, group.size
    return own, sizes


def without_own(
    X: FloatMatrix, points: FloatMatrix, point_labels: IntVector, own: IntVector, sizes: IntVector
) -> Placed:
    """Place rows at the nearest point, each row's own point as it would be without the row; no row is noise."""
    mine = np.full(len(X), np.inf)
    rest = np.flatnonzero((own >= 0) & (sizes > 1))
    difference = np.sqrt(np.square(X[rest] - points[own[rest]]).sum(axis=1))
    mine[rest] = difference * sizes[rest] / (sizes[rest] - 1)
    other, place = _nearest_but_own(points, np.arange(len(points)), X, own)
    nearest = point_labels[np.where(mine <= other, own, place)]
    distance = np.minimum(mine, other)
    second = np.where((own >= 0) & (point_labels[own] != nearest), mine, np.inf)
    for label in range(int(point_labels.max()) + 1):
        rows, others = np.flatnonzero(nearest == label), np.flatnonzero(point_labels != label)
        if others.size and rows.size:
            found = _nearest_but_own(points, others, X[rows], own[rows])[0]
            second[rows] = np.minimum(second[rows], found)
    return Placed(X, nearest, nearest, distance, margin(distance, second))


def _nearest_but_own(
    points: FloatMatrix, some: IntVector, X: FloatMatrix, own: IntVector
) -> tuple[FloatVector, IntVector]:
    """Return distance and number of the nearest of some points that is not the row's own; infinite for none."""
    found, at = _nearest(points[some], X, min(2, len(some)))
    known = some[at[:, 0]] == own
    distance = np.where(known, found[:, -1] if len(some) > 1 else np.inf, found[:, 0])
    return distance, some[np.where(known, at[:, -1], at[:, 0])]


def _nearest(points: FloatMatrix, X: FloatMatrix, k: int) -> tuple[FloatMatrix, IntVector]:
    """Return distances and numbers of the k nearest points of each row, both of shape (n_samples, k)."""
    distances, places = cKDTree(points).query(X, k=list(range(1, k + 1)))
    return np.asarray(distances, dtype=np.float64), np.asarray(places, dtype=np.int64)


def _farther(X: FloatMatrix, used: IntVector, distance: FloatVector, seed: int) -> FloatVector:
    """Return how many times as far a new row lies as each left-out row, by the rank of its distance.

    Halves show it: of each, points are made, and both its own rows without their part and the other half's
    rows are placed. Over both ways round the rows are the same, so that only the rule differs.
    """
    rng = generator(seed, "drift", "halves")
    left_out: list[FloatVector] = []
    new: list[FloatVector] = []
    for _ in range(N_SWAPS):
        halves = np.array_split(rng.permutation(len(X)), 2)
        for half, rest in (halves, halves[::-1]):
            labels = _compact(used[half])
            if labels.max(initial=NOISE) == NOISE:
                return np.ones(len(X))
            points, point_labels = standing_points(X[half], labels, exact=False)
            groups = standing_groups(X[half], labels)[0]
            own, sizes = _membership(len(half), groups, np.arange(len(groups)))
            left_out.append(without_own(X[half], points, point_labels, own, sizes).distance)
            new.append(_nearest(points, X[rest], 1)[0][:, 0])
    before, now = (np.quantile(np.concatenate(parts), RANKS) for parts in (left_out, new))
    ranks = (np.argsort(np.argsort(distance, kind="stable"), kind="stable") + 0.5) / len(distance)
    return np.interp(ranks, RANKS, np.where(before > 0, now / np.where(before > 0, before, 1.0), 1.0))


def _compact(labels: IntVector) -> IntVector:
    """Return labels numbered without gaps, noise as it is."""
    found = np.unique(labels[labels != NOISE])
    return np.where(labels == NOISE, NOISE, np.searchsorted(found, labels)).astype(np.int64)
