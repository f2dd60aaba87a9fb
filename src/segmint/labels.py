"""Labels of one run: integers from 0, and one policy for noise.

A *label* belongs to one fit; a *segment id* lasts. Noise is the label ``NOISE`` everywhere in the
project: it is not a cluster, is never counted as one, and its share stands beside every score.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from segmint.types import IntVector

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
