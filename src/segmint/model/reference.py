"""What training looked like, without a row of it, and without what fewer than five rows have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segmint.types import FloatMatrix, FloatVector, IntVector


@dataclass(frozen=True, eq=False)
class NumericReference:
    """A numeric column of the training data, in original units.

    ``edges`` are the inner bin edges (at most nine deciles, repeated ones dropped; the outer bins are
    open), ``counts`` the rows in each bin, ``mean`` and ``deviation`` of the present values,
    ``missing_share`` the share of rows without a value.
    """

    edges: FloatVector
    counts: IntVector
    mean: float
    deviation: float
    missing_share: float


@dataclass(frozen=True, eq=False)
class LevelReference:
    """A flag or category of the training data: its commonest levels, their counts, all others together."""

    levels: tuple[str, ...]
    counts: IntVector
    n_other: int
    missing_share: float


@dataclass(frozen=True, eq=False)
class ReferenceSnapshot:
    """What the training data looked like; its size does not grow with the number of rows.

    Attributes
    ----------
    n_samples
        Rows of the training data.
    numbers, levels
        Columns by name.
    counts
        Shape (n_clusters + 1,): rows of each label, noise last.
    means
        Shape (n_clusters, n_features): mean of each cluster's prepared rows; of all rows for a cluster of
        fewer than five.
    covariances
        Shape (n_clusters, n_features, n_features): covariance of each cluster's prepared rows; zero for a
        cluster of fewer than five.
    novelty
        Shape (n_clusters, n_quantiles): evenly spaced quantiles, 0 … 1, of the distance (see
        ``Placement.distance``) of each cluster's training rows.
    """

    n_samples: int
    numbers: Mapping[str, NumericReference]
    levels: Mapping[str, LevelReference]
    counts: IntVector
    means: FloatMatrix
    covariances: FloatMatrix
    novelty: FloatMatrix
