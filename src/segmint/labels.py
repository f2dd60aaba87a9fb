"""Labels of one run: integers from 0, and one policy for noise.

A *label* belongs to one fit; a *segment id* lasts. Noise is the label ``NOISE`` everywhere in the
project: it is not a cluster, is never counted as one, and its share stands beside every score.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from segmint.types import FloatMatrix, FloatVector, IntVector

NOISE: Final = -1
UNASSIGNED: Final = "unassigned"
"""The reserved segment id of noise: no card, but a share and a place in lineage and drift."""
FEWEST_TOLD: Final = 5
"""Of fewer rows only the number is told: a mean of them, or a quantile, is what a customer is."""


def n_clusters(labels: IntVector) -> int:
    """Return the number of different labels, noise left out."""
    found = np.unique(labels)
    return int(np.count_nonzero(found != NOISE))


def noise_share(labels: IntVector) -> float:
    """Return the share of rows without a cluster, between 0 and 1."""
    return float(np.mean(labels == NOISE)) if labels.size else 0.0


def sizes(labels: IntVector) -> IntVector:
    """Return the number of rows of each cluster 0 … n_clusters − 1, noise left out."""
    kept = labels[labels != NOISE]
    return np.bincount(kept, minlength=n_clusters(labels)).astype(np.int64)


def canonical(labels: IntVector) -> IntVector:
    """Rename labels so that clusters are numbered by size, largest first; ties by first row.

    Two equal partitions get equal labels whatever order an algorithm found them in.

    Examples
    --------
    >>> canonical(np.array([5, 2, 2, -1, 5, 2])).tolist()
    [1, 0, 0, -1, 1, 0]
    """
    renamed = np.full(labels.shape, NOISE, dtype=np.int64)
    for new, old in enumerate(order_by_size(labels)):
        renamed[labels == old] = new
    return renamed


def order_by_size(labels: IntVector) -> IntVector:
    """Return the labels (noise left out) from the largest cluster to the smallest; ties by first row."""
    found, first, counts = np.unique(labels, return_index=True, return_counts=True)
    keep = found != NOISE
    found, first, counts = found[keep], first[keep], counts[keep]
    return found[np.lexsort((first, -counts))].astype(np.int64)


def contingency(reference: IntVector, other: IntVector, weights: IntVector | None = None) -> IntVector:
    """Return how many rows each pair of clusters shares, noise left out of both.

    Parameters
    ----------
    reference, other
        Shape (n_samples,), numbered 0 … n_clusters − 1, ``NOISE`` for noise.
    weights
        How many rows each stands for, shape (n_samples,); one where not given.

    Returns
    -------
    IntVector
        Shape (n_clusters of reference, n_clusters of other).
    """
    shape = (int(reference.max(initial=NOISE)) + 1, int(other.max(initial=NOISE)) + 1)
    both = (reference != NOISE) & (other != NOISE)
    codes = reference[both] * shape[1] + other[both]
    counts = np.bincount(codes, None if weights is None else weights[both], minlength=shape[0] * shape[1])
    return counts.reshape(shape).astype(np.int64)


def adjusted_rand(reference: IntVector, other: IntVector) -> float:
    """Return the adjusted Rand index: agreement about pairs of rows, less what chance gives.

    Range −.5 … 1, higher is better, 0 expected by chance. Noise counts as one more cluster.
    Hubert, Arabie (1985), doi:10.1007/BF01908075.

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    shared = contingency(reference - NOISE, other - NOISE).astype(np.float64)
    together = _pairs(shared)
    first, second, every = _pairs(shared.sum(axis=1)), _pairs(shared.sum(axis=0)), _pairs(shared.sum())
    expected = first * second / every if every else 0.0
    most = (first + second) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _pairs(counts: FloatMatrix | FloatVector | float) -> float:
    return float(np.sum(np.multiply(counts, np.subtract(counts, 1)) / 2))
