"""Squared distances in the written order: float64, feature after feature, without BLAS.

A sum over features is added up one feature at a time with elementwise operations on whole columns, so
its bits do not depend on how many rows are computed together. BLAS, ``np.dot``, ``np.sum`` over an axis
and ``np.einsum`` choose their order by the shape, and give one row other bits than a million.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from segmint.types import FloatMatrix, FloatVector, IntVector

BLOCK_ROWS = 2048
FARTHEST = 1e100  # values beyond are taken as this: squares stay finite


FEW_ROWS = 64
"""Rows up to which numpy's price of a call is all that counts."""


def checked_rows(X: FloatMatrix, n_features: int) -> FloatMatrix:
    """Return rows as float64.

    Raises
    ------
    ValueError
        If they do not have ``n_features`` columns.
    """
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.shape[1] != n_features:
        raise ValueError(f"rows of {n_features} features are expected, the shape is {X.shape}")
    return X


def blocks(X: FloatMatrix, rows: int = BLOCK_ROWS) -> Iterator[tuple[slice, FloatMatrix]]:
    """Yield slices of rows and the block as columns, shape (n_features, at most ``rows``)."""
    for first in range(0, X.shape[0], rows):
        part = slice(first, min(first + rows, X.shape[0]))
        yield part, np.clip(X[part].T, -FARTHEST, FARTHEST, order="C")


def squared_distances(columns: FloatMatrix, points: FloatMatrix) -> FloatMatrix:
    """Return Σⱼ (xⱼ − pⱼ)² of each row to each point.

    Parameters
    ----------
    columns
        Rows as columns, shape (n_features, n_rows).
    points
        Shape (n_points, n_features).

    Returns
    -------
    FloatMatrix
        Shape (n_points, n_rows).

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 3.0], [0.0, 4.0]]), np.zeros((1, 2))).tolist()
    [[0.0, 25.0]]
    """
    n_features, n_rows = columns.shape
    if n_rows <= FEW_ROWS:
        return _of_few_rows(columns, points)
    result = np.empty((points.shape[0], n_rows))
    difference = np.empty(n_rows)
    for point, out in zip(points, result, strict=True):
        np.subtract(columns[0], point[0], out=out)
        np.multiply(out, out, out=out)
        for j in range(1, n_features):
            np.subtract(columns[j], point[j], out=difference)
            np.multiply(difference, difference, out=difference)
            np.add(out, difference, out=out)
    return result


def _of_few_rows(columns: FloatMatrix, points: FloatMatrix) -> FloatMatrix:
    """Do the same by features, all points at once: the same sums in the same order, in fewer steps."""
    result = np.subtract(columns[0], points[:, :1])
    np.multiply(result, result, out=result)
    for j in range(1, columns.shape[0]):
        difference = np.subtract(columns[j], points[:, j : j + 1])
        np.multiply(difference, difference, out=difference)
        np.add(result, difference, out=result)
    return result


def two_smallest(values: FloatMatrix) -> tuple[IntVector, FloatVector, IntVector, FloatVector]:
    """Return for each column the place and value of its smallest and second smallest entry.

    Ties go to the lowest place; with one row of ``values`` the second is −1 and infinite.
    ``values`` has shape (n_candidates, n_rows).
    """
    first = np.argmin(values, axis=0).astype(np.int64)
    columns = np.arange(values.shape[1])
    smallest = values[first, columns]
    if values.shape[0] == 1:
        return first, smallest, np.full(first.shape, -1), np.full(first.shape, np.inf)
    rest = values.copy()
    rest[first, columns] = np.inf
    second = np.argmin(rest, axis=0).astype(np.int64)
    return first, smallest, second, rest[second, columns]


def within_squares(X: FloatMatrix, labels: IntVector) -> float:
    """Return the sum of squared distances of rows to the mean of their cluster.

    Examples
    --------
    >>> within_squares(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, 1]))
    2.0
    """
    total = 0.0
    for label in np.unique(labels):
        own = X[labels == label]
        total += float(np.square(own - own.mean(axis=0)).sum())
    return total
