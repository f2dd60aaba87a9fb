"""What two versions of a segmentation say of the same rows: the tables from which everything else follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.types import FloatMatrix, FloatVector, IntVector

_EQUAL = 1e-6  # of all rows' deviation: from here down a segment's rows are equal in a feature
_OF_EQUAL = 0.05  # of all rows' deviation: what counts for theirs, which have none
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Shape:
    """The clusters of one version: how many rows, where and how wide, in the old version's prepared space.

    ``counts`` has shape (n_clusters,), ``centers`` and ``deviations`` (n_clusters, n_features).
    """

    counts: FloatVector
    centers: FloatMatrix
    deviations: FloatMatrix

    @property
    def shares(self) -> FloatVector:
        """The share of each cluster."""
        return np.asarray(self.counts / max(float(self.counts.sum()), 1.0))


@dataclass(frozen=True, eq=False)
class Evidence:
    """Both versions on the same rows.

    Attributes
    ----------
    on_old, on_new
        Shape (n_before, n_after): the share of old rows (of new rows) that lie in cluster i by the old rule
        and in cluster j by the new one; each adds up to 1. A row outside every cap counts for its nearest
        cluster.
    panel
        Customers known in both by their old cluster then and their new one now; ``None`` where nobody is.
    before, after
        The old clusters on old rows, and the new ones on new rows.
    """

    on_old: FloatMatrix
    on_new: FloatMatrix
    panel: FloatMatrix | None
    before: Shape
    after: Shape

    @property
    def distances(self) -> FloatMatrix:
        """√ Σ (Δc / pooled deviation)² of each pair, in standard deviations; shape (n_before, n_after).

        Segments whose rows are all equal in a feature (none of them bought) have no deviation there, and would lie
        infinitely far apart: a twentieth of all rows' deviation counts for theirs.
        """
        squared = np.zeros(self.on_old.shape)
        before, after = self.before, self.after
        every = np.maximum(_all_variances(before, after), _TINY)
        pairs = zip(
            before.centers.T, before.deviations.T, after.centers.T, after.deviations.T, every, strict=True
        )
        for c, s, d, t, all_rows in pairs:
            pooled = (s[:, None] ** 2 + t[None, :] ** 2) / 2
            variance = np.where(pooled > _EQUAL**2 * all_rows, pooled, _OF_EQUAL**2 * all_rows)
            squared += (c[:, None] - d[None, :]) ** 2 / variance
        return np.sqrt(squared)


def _all_variances(before: Shape, after: Shape) -> FloatVector:
    """Return the variance of all rows of both in each feature, within the clusters and between them."""
    counts = np.concatenate([before.counts, after.counts])
    own = np.flatnonzero(counts)
    shares = counts[own, None] / max(float(counts.sum()), 1.0)
    centers = np.vstack([before.centers, after.centers])[own]
    deviations = np.vstack([before.deviations, after.deviations])[own]
    between = (centers - (shares * centers).sum(axis=0)) ** 2
    return np.asarray((shares * (between + deviations**2)).sum(axis=0))


def table(
    before: IntVector, after: IntVector, shape: tuple[int, int], weights: FloatVector | None = None
) -> FloatMatrix:
    """Return the share of rows (or of their weights) in each pair of clusters; noise is left out of both.

    Examples
    --------
    >>> table(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), (2, 2)).tolist()
    [[0.5, 0.0], [0.25, 0.25]]
    """
    both = (before >= 0) & (after >= 0)
    codes = before[both] * shape[1] + after[both]
    counts = np.bincount(codes, None if weights is None else weights[both], minlength=shape[0] * shape[1])
    return np.asarray(counts.reshape(shape) / max(float(counts.sum()), 1e-300))


def shape_of(X: FloatMatrix, labels: IntVector, n_clusters: int) -> Shape:
    """Return where the clusters of rows lie; a cluster without rows lies nowhere, infinitely far from all others."""
    counts = np.bincount(labels[labels >= 0], minlength=n_clusters).astype(np.float64)
    centers = np.full((n_clusters, X.shape[1]), np.inf)
    deviations = np.zeros((n_clusters, X.shape[1]))
    for label in np.flatnonzero(counts):
        own = X[labels == label]
        centers[label], deviations[label] = own.mean(axis=0), own.std(axis=0)
    return Shape(counts, centers, deviations)


def overlaps(shares: FloatMatrix) -> FloatMatrix:
    """Return the Jaccard overlap of each pair from a table of shares, 0 … 1."""
    union = shares.sum(axis=1)[:, None] + shares.sum(axis=0)[None, :] - shares
    return np.asarray(shares / np.maximum(union, 1e-300))
