"""A few hundred rows divided among centers: Lloyd's iteration with a start that needs no chance."""

from __future__ import annotations

import numpy as np

from segmint.model.distances import squared_distances
from segmint.types import FloatMatrix, IntVector

ITERATIONS = 8


def divide(Z: FloatMatrix, n_centers: int) -> IntVector:
    """Divide rows into at most ``n_centers`` parts of near rows.

    The rows are cut into equal slices along the axis on which they spread most; from the slices' means on each
    row goes to its nearest center and each center to the mean of its rows, :data:`ITERATIONS` times or until
    nothing moves. Lloyd (1982), doi:10.1109/TIT.1982.1056489.

    Parameters
    ----------
    Z
        Shape (n_rows, n_features), finite.
    n_centers
        At least 1.

    Returns
    -------
    IntVector
        The part of each row, shape (n_rows,), numbered from 0 without gaps.

    Examples
    --------
    >>> divide(np.array([[0.0], [0.2], [9.0], [9.1]]), 2).tolist()
    [0, 0, 1, 1]
    """
    labels = _slices(Z, min(n_centers, len(Z)))
    columns = np.ascontiguousarray(Z.T)
    for _ in range(ITERATIONS):
        nearest = np.argmin(squared_distances(columns, means(Z, labels)), axis=0)
        nearest = np.unique(nearest, return_inverse=True)[1].astype(np.int64)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
    return labels


def means(Z: FloatMatrix, labels: IntVector) -> FloatMatrix:
    """Return the mean of each part, shape (n_parts, n_features)."""
    counts = np.bincount(labels)
    sums = np.stack([np.bincount(labels, weights=column) for column in Z.T], axis=1)
    return np.asarray(sums / counts[:, None])


def _slices(Z: FloatMatrix, n_slices: int) -> IntVector:
    """Return equal slices along the axis of the largest variance; the axis points to its largest entry."""
    spread = Z - Z.mean(axis=0)
    axis = np.linalg.eigh(np.einsum("ij,ik->jk", spread, spread))[1][
        :, -1
    ]  # no BLAS: it shares among threads
    axis = axis * np.sign(axis[np.argmax(np.abs(axis))])
    order = np.argsort((spread * axis).sum(axis=1), kind="stable")
    labels = np.empty(len(Z), dtype=np.int64)
    labels[order] = np.arange(len(Z)) * n_slices // len(Z)
    return labels
