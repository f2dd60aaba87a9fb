"""How far two labelings of the same rows agree, whatever their clusters are called."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from segmint.labels import NOISE, contingency
from segmint.labels import adjusted_rand as adjusted_rand
from segmint.types import FloatMatrix, FloatVector, IntVector


def jaccard(reference: IntVector, other: IntVector) -> FloatMatrix:
    """Return the Jaccard overlap |A ∩ B| / |A ∪ B| of each pair of clusters.

    Range 0 … 1, higher is better. Rows that are noise in either still count in the union.

    Returns
    -------
    FloatMatrix
        Shape (n_clusters of reference, n_clusters of other).
    """
    shared = contingency(reference, other)
    sizes = np.bincount(reference[reference != NOISE], minlength=shared.shape[0])
    others = np.bincount(other[other != NOISE], minlength=shared.shape[1])
    union = sizes[:, None] + others[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1))


def best_jaccard(reference: IntVector, other: IntVector) -> FloatVector:
    """Return, for each cluster of the reference, its overlap with the other's cluster most like it.

    The overlap of :func:`jaccard`, 0 … 1, higher is better; above .75 a cluster counts as found again.
    Hennig (2007), doi:10.1016/j.csda.2006.11.025.

    Parameters
    ----------
    reference, other
        Shape (n_samples,), numbered 0 … n_clusters − 1, ``labels.NOISE`` for noise.

    Returns
    -------
    FloatVector
        Shape (n_clusters of reference,).

    Examples
    --------
    >>> best_jaccard(np.array([0, 0, 0, 1, 1]), np.array([1, 1, 0, 0, 0])).round(2).tolist()
    [0.67, 0.67]
    """
    return np.asarray(jaccard(reference, other).max(axis=1, initial=0.0))


def match_labels(reference: IntVector, other: IntVector, weights: IntVector | None = None) -> IntVector:
    """Rename the other labels so that as many rows as possible have the reference's label.

    One cluster gets one name (Kuhn 1955, doi:10.1002/nav.3800020109); clusters without a partner are
    numbered after the reference's; noise stays noise.

    Parameters
    ----------
    reference, other
        Shape (n_samples,), numbered 0 … n_clusters − 1, ``labels.NOISE`` for noise.
    weights
        How many rows each stands for, shape (n_samples,); one where not given.

    Returns
    -------
    IntVector
        ``other`` under new names.

    Examples
    --------
    >>> match_labels(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 2])).tolist()
    [0, 0, 1, 2]
    """
    shared = contingency(reference, other, weights)
    names = np.full(shared.shape[1], NOISE, dtype=np.int64)
    for old, new in zip(*linear_sum_assignment(shared.T, maximize=True), strict=True):
        names[old] = new
    left = np.flatnonzero(names == NOISE)
    names[left] = shared.shape[0] + np.arange(len(left))
    return np.where(other == NOISE, NOISE, names[other]) if len(names) else other.copy()
