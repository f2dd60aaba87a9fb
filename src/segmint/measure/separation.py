"""How far clusters lie apart, measured from their centers. Noise is left out."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist, squareform

from segmint.labels import NOISE
from segmint.types import FloatMatrix, FloatVector, IntVector


def calinski_harabasz(X: FloatMatrix, labels: IntVector) -> float:
    """Return the variance ratio: dispersion between the clusters over dispersion within them.

    (B / (k − 1)) / (W / (n − k)), with B = Σ n_k |c_k − c|² and W = Σ |x − c_label|². Range 0 … ∞,
    higher is better; 1 where W is 0; NaN with fewer than two clusters or as many clusters as rows.
    Caliński, Harabasz (1974), doi:10.1080/03610927408827101.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Shape (n_samples,), integers; ``labels.NOISE`` for noise.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> calinski_harabasz(X, np.array([0, 0, 1, 1]))
    200.0
    """
    kept, places, counts, centers = _centers(X, labels)
    n_samples, n_clusters = len(kept), len(counts)
    if not 1 < n_clusters < n_samples:
        return float("nan")
    between = float(np.sum(counts * np.sum((centers - kept.mean(axis=0)) ** 2, axis=1)))
    within = float(np.sum((kept - centers[places]) ** 2))
    if within == 0.0:
        return 1.0
    return between * (n_samples - n_clusters) / (within * (n_clusters - 1))


def davies_bouldin(X: FloatMatrix, labels: IntVector) -> float:
    """Return how alike each cluster is to the one most like it, on average.

    (1 / k) Σ_i max_j (s_i + s_j) / |c_i − c_j|, with s the mean distance of a cluster's rows to its
    center. Range 0 … ∞, lower is better; 0 where all s, or all distances of centers, are 0; NaN with fewer than two clusters.
    Davies, Bouldin (1979), doi:10.1109/TPAMI.1979.4766909.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Shape (n_samples,), integers; ``labels.NOISE`` for noise.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> davies_bouldin(X, np.array([0, 0, 1, 1]))
    0.1
    """
    kept, places, counts, centers = _centers(X, labels)
    if len(counts) < 2:
        return float("nan")
    spreads = np.bincount(places, np.sqrt(np.sum((kept - centers[places]) ** 2, axis=1))) / counts
    apart = squareform(pdist(centers))
    if not spreads.any() or not apart.any():
        return 0.0
    apart[apart == 0] = np.inf
    return float(np.mean(np.max((spreads[:, None] + spreads) / apart, axis=1)))


def _centers(X: FloatMatrix, labels: IntVector) -> tuple[FloatMatrix, IntVector, FloatVector, FloatMatrix]:
    """Return the rows that have a cluster, their clusters' numbers, the clusters' sizes and centers."""
    inside = labels != NOISE
    kept = X[inside]
    places = np.unique(labels[inside], return_inverse=True)[1].astype(np.int64)
    counts = np.bincount(places).astype(np.float64)
    sums = [np.bincount(places, kept[:, feature]) for feature in range(X.shape[1])]
    return kept, places, counts, np.stack(sums, axis=1) / counts[:, None]
