"""Landmarks of a segmentation, made when it is trained: means in the place of rows, and fits of half of the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmint.families.fit import Configuration, Family, Fit
from segmint.families.thinning import thinned
from segmint.geometry.geometry import Geometry
from segmint.labels import FEWEST_TOLD
from segmint.measure.agreement import best_jaccard, match_labels
from segmint.model.landmarks import Landmarks
from segmint.model.nearest import split
from segmint.model.reference import ReferenceSnapshot
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector, silent

MOST_OF_A_CLUSTER = 20
REFITS = 8
ROWS_BUDGET = 4_000
"""Above so many rows a sample of them is halved: the fits need no more to tell structure from chance."""
DRAWS = 200


def find_landmarks(
    family: Family, geometry: Geometry, fit: Fit, *, seed: int, n_refits: int = REFITS
) -> Landmarks:
    """Return what a later version will be matched by.

    Parameters
    ----------
    family
        Of the fit.
    geometry
        The rows that were fitted.
    fit
        The fit; clusters are what its rule makes of the rows.
    seed
        Which halves are drawn.
    n_refits
        How many cold fits of half of the rows; each starts anew, so that it can find something else.
    """
    labels = fit.assigner.place(geometry.X).labels
    points, point_labels, counts = standing_means(geometry.X, labels, fit.n_clusters)
    overlaps, churn = _found_again(family, geometry, labels, fit, seed, n_refits)
    return Landmarks(points, point_labels, counts, overlaps, churn)


def standing_means(
    X: FloatMatrix, labels: IntVector, n_clusters: int
) -> tuple[FloatMatrix, IntVector, IntVector]:
    """Return at most twenty means of at least five near rows of each cluster, their labels, and their rows.

    A cluster of fewer than five rows has none.

    Examples
    --------
    >>> points, labels, counts = standing_means(np.arange(12.0).reshape(-1, 1), np.repeat([0, 1], [10, 2]), 2)
    >>> points.ravel().tolist(), labels.tolist(), counts.tolist()
    ([2.0, 7.0], [0, 0], [5, 5])
    """
    means: list[FloatVector] = []
    owners: list[int] = []
    counts: list[int] = []
    for label in range(n_clusters):
        rows = np.flatnonzero(labels == label)
        if rows.size < FEWEST_TOLD:
            continue
        for group in split(X, rows, max(FEWEST_TOLD, -(-rows.size // MOST_OF_A_CLUSTER))):
            means.append(X[group].mean(axis=0))
            owners.append(label)
            counts.append(group.size)
    points = np.array(means).reshape(len(means), X.shape[1])
    return points, np.array(owners, dtype=np.int64), np.array(counts, dtype=np.int64)


def _found_again(
    family: Family, geometry: Geometry, labels: IntVector, fit: Fit, seed: int, n_refits: int
) -> tuple[FloatVector, FloatVector]:
    """Return each cluster's mean best overlap over the refits, and the share of rows that each refit moved."""
    part, labels = _budgeted(geometry, labels, seed)
    asked = thinned(family, fit.configuration, geometry, part)
    overlaps, churn = [], []
    for number in range(n_refits):
        rng = generator(seed, "half", fit.configuration.id, number)
        rows = np.sort(rng.choice(part.n_samples, part.n_samples // 2, replace=False))
        again = _refitted(family, part, rows, asked, seed + number)
        if again is None:
            overlaps.append(np.zeros(fit.n_clusters))
            continue
        placed = again.assigner.place(part.X).labels
        own = np.zeros(fit.n_clusters)
        found = best_jaccard(labels, placed)
        own[: found.size] = found
        overlaps.append(own)
        churn.append(float(np.mean(match_labels(labels, placed) != labels)))
    return np.mean([*overlaps, *([np.zeros(fit.n_clusters)] if not overlaps else [])], axis=0), np.array(
        churn
    )


def _budgeted(geometry: Geometry, labels: IntVector, seed: int) -> tuple[Geometry, IntVector]:
    if geometry.n_samples <= ROWS_BUDGET:
        return geometry, labels
    rows = np.sort(generator(seed, "halved").choice(geometry.n_samples, ROWS_BUDGET, replace=False))
    return Geometry(geometry.X[rows]), labels[rows]


def _refitted(
    family: Family, geometry: Geometry, rows: IntVector, asked: Configuration, seed: int
) -> Fit | None:
    half = Geometry(geometry.X[rows])
    configuration = replace(thinned(family, asked, geometry, half), seed=seed)
    outcome = next(family.sweep(half, [configuration], silent))
    return outcome if isinstance(outcome, Fit) else None


def drawn_landmarks(reference: ReferenceSnapshot, overlaps: FloatVector, *, seed: int = 0) -> Landmarks:
    """Return landmarks for a model that was saved without: draws from the moments of its clusters.

    Parameters
    ----------
    reference
        Its snapshot: counts, means and covariances of the clusters.
    overlaps
        What is known of how surely its clusters are found again, shape (n_clusters,).
    seed
        Of the draws, 200 a cluster.
    """
    n_clusters, n_features = reference.means.shape
    points = np.empty((n_clusters * DRAWS, n_features))
    for label, (mean, covariance) in enumerate(zip(reference.means, reference.covariances, strict=True)):
        normal = generator(seed, "landmarks", label).normal(size=(DRAWS, n_features))
        values, vectors = np.linalg.eigh(covariance)
        points[label * DRAWS : (label + 1) * DRAWS] = (
            mean + (normal * np.sqrt(np.maximum(values, 0))) @ vectors.T
        )
    counts = np.repeat(np.maximum(reference.counts[:n_clusters], 1), DRAWS)
    return Landmarks(points, np.repeat(np.arange(n_clusters), DRAWS), counts, overlaps, np.empty(0))
