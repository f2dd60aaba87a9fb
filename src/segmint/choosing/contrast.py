"""The gaps between clusters beside the gaps inside them, for clusters of any shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import pdist, squareform

from segmint.kernels.contrast import gaps
from segmint.labels import NOISE
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

NEIGHBORS = 8
ROWS_BUDGET = 1_000
"""Rows that are looked at; from more, so many are drawn."""


def contrasts(X: FloatMatrix, labelings: Sequence[IntVector], *, seed: int) -> FloatVector:
    """Return the contrast of each labeling.

    Σ_k p_k (between − inside) / max(between, inside): the longest edge of the cluster's own spanning tree
    in mutual reachability (8 neighbors), and the shortest way to another cluster. Noise joins the cluster
    of the nearest row that has one: its price is a matter of the score. Unlike DBCV it looks at every row,
    the border's too, so that a border through a dense place costs at once. After Moulavi et al. (2014),
    doi:10.1137/1.9781611973440.96.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labelings
        Each of shape (n_samples,), with at least two clusters; ``labels.NOISE`` for noise.
    seed
        The root seed: which rows are drawn above 1,000.

    Returns
    -------
    FloatVector
        One for each labeling, −1 … 1, higher is better; −1 where only one cluster was drawn.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [11.0]])
    >>> contrasts(X, [np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 1, 1])], seed=0).round(2).tolist()
    [0.86, -0.57]
    """
    rows = np.arange(len(X))
    if len(X) > ROWS_BUDGET:
        rows = np.sort(generator(seed, "contrast").choice(len(X), ROWS_BUDGET, replace=False))
    distances = squareform(pdist(X[rows]))
    core = _cores(distances)
    found: dict[bytes, float] = {}
    values = []
    for labels in labelings:
        drawn = np.ascontiguousarray(labels[rows], dtype=np.int64)
        name = drawn.tobytes()
        if name not in found:
            found[name] = _contrast(distances, core, drawn)
        values.append(found[name])
    return np.array(values)


def _cores(distances: FloatMatrix) -> FloatVector:
    """Return each row's distance to its 8th neighbor (fewer below 32 rows), not quite 0 for repeated rows."""
    k = min(NEIGHBORS, max(1, len(distances) // 4))
    core = np.partition(distances, k, axis=1)[:, k]
    return np.maximum(core, 1e-3 * float(np.median(core)) + 1e-12)


def _contrast(distances: FloatMatrix, core: FloatVector, labels: IntVector) -> float:
    clustered = np.flatnonzero(labels != NOISE)
    if len(clustered) == 0:
        return -1.0
    noise = np.flatnonzero(labels == NOISE)
    if len(noise):
        labels = labels.copy()
        labels[noise] = labels[clustered[np.argmin(distances[np.ix_(noise, clustered)], axis=1)]]
    sizes = np.unique(labels, return_counts=True)[1]
    numbers = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    if len(sizes) < 2:
        return -1.0
    inside, between = np.empty(len(sizes)), np.empty(len(sizes))
    gaps(distances, core, numbers, inside, between)
    inside = np.maximum(inside, 1e-12)
    return float(np.dot(sizes / len(labels), (between - inside) / np.maximum(between, inside)))
