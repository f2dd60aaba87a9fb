"""Nearest rows where a tree does not help: every distance, block by block."""

from __future__ import annotations

import numpy as np

from segmint.kernels.neighbors import smallest_of_rows
from segmint.types import FloatMatrix, FloatVector, IntVector

BLOCK_VALUES = 1 << 23  # distances held at once: 64 MiB
SPARE = 8  # more than k are found by the fast formula, then ordered by the exact one


def nearest_rows(X: FloatMatrix, squared_norms: FloatVector, k: int) -> tuple[FloatMatrix, IntVector]:
    """Return distances and numbers of the k nearest rows of each row, in ascending order.

    ‖x‖² + ‖y‖² − 2 x·y picks k and a few more; their distances are then computed from differences,
    which lose nothing where rows are nearly equal.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    squared_norms
        Shape (n_samples,).
    k
        1 … n_samples.

    Returns
    -------
    distances, rows
        Shape (n_samples, k) each.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [3.0]])
    >>> nearest_rows(X, X[:, 0] ** 2, 2)[1].tolist()
    [[0, 1], [1, 0], [2, 1]]
    """
    n_samples = X.shape[0]
    wanted = min(k + SPARE, n_samples)
    distances, rows = np.empty((n_samples, k)), np.empty((n_samples, k), np.int64)
    step = max(1, BLOCK_VALUES // n_samples)
    for first in range(0, n_samples, step):
        part = slice(first, min(first + step, n_samples))
        squared = squared_norms[None, :] - 2.0 * (X[part] @ X.T)
        shape = (squared.shape[0], wanted)
        rough, places = np.empty(shape), np.empty(shape, np.int64)
        smallest_of_rows(squared, rough, places)
        exact = np.sqrt(((X[places] - X[part][:, None, :]) ** 2).sum(axis=2))
        order = np.lexsort((places, exact), axis=1)[:, :k]
        distances[part] = np.take_along_axis(exact, order, axis=1)
        rows[part] = np.take_along_axis(places, order, axis=1)
    return distances, rows
