"""Distances of vectors. Sums run over features in their order, elementwise: the bits of a pair never depend on others.

Rows come feature by feature: ``a[j]`` and ``b[j]`` are arrays that broadcast against each other, so that one
function serves all pairs of two tables, rows against their candidates, and a flat list of pairs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segmint.likeness.spread import Spread
from segmint.types import FloatMatrix, FloatVector


def squared_euclidean(a: FloatMatrix, b: FloatMatrix) -> FloatMatrix:
    """Return Σⱼ (aⱼ − bⱼ)², ≥ 0.

    Examples
    --------
    >>> squared_euclidean(np.array([[0.0], [0.0]]), np.array([[3.0], [4.0]])).tolist()
    [25.0]
    """
    return _summed(a, b, np.square)


def euclidean(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return √ Σⱼ (aⱼ − bⱼ)², 0 … ∞; a metric.

    On rows divided by their deviations it is the standardised Euclidean distance, on whitened rows that of
    Mahalanobis (1936), √ (x − y)ᵀ S⁻¹ (x − y) (reprinted 2018, doi:10.1007/s13171-019-00164-5).
    """
    del spread
    return np.asarray(np.sqrt(squared_euclidean(a, b)))


def manhattan(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return Σⱼ |aⱼ − bⱼ|, 0 … ∞; a metric. Minkowski (1910), Geometrie der Zahlen, at p = 1."""
    del spread
    return _summed(a, b, np.abs)


def chebyshev(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return maxⱼ |aⱼ − bⱼ|, 0 … ∞; a metric, Minkowski's for p → ∞."""
    del spread
    farthest = np.abs(a[0] - b[0])
    for j in range(1, len(a)):
        np.maximum(farthest, np.abs(a[j] - b[j]), out=farthest)
    return farthest


def minkowski(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return (Σⱼ |aⱼ − bⱼ|ᵖ)^(1/p), 0 … ∞; a metric for p ≥ 1. Minkowski (1910), Geometrie der Zahlen."""
    p = spread.power
    return np.asarray(_summed(a, b, lambda difference: np.abs(difference) ** p) ** (1 / p))


def half_square(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return ½ Σⱼ (aⱼ − bⱼ)²: of rows of length 1 it is 1 − cos, 0 … 2, without its loss of digits near 0.

    Not a metric: the triangle inequality does not hold. Salton, Wong, Yang (1975), doi:10.1145/361219.361220.
    """
    del spread
    return 0.5 * squared_euclidean(a, b)


def _summed(a: FloatMatrix, b: FloatMatrix, term: Callable[[FloatMatrix], FloatMatrix]) -> FloatMatrix:
    """Return the sum over features of a term of the difference."""
    total = np.asarray(term(a[0] - b[0]))
    for j in range(1, len(a)):
        total += term(a[j] - b[j])
    return total


# ----------------------------------------------------------------------- rows as a distance sees them


def as_they_are(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return rows unchanged."""
    del spread
    return X


def standardised(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return rows divided by the features' standard deviations; constant features stay as they are."""
    return np.asarray(X / spread.deviations)


def whitened(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return rows in the directions of the covariance, each with variance 1; constant directions left out."""
    directions = spread.whitening
    result = np.zeros((X.shape[0], directions.shape[1]))
    for j in range(X.shape[1]):  # no BLAS: one row alone gets the same bits
        result += X[:, j, None] * directions[j]
    return result


def of_length_one(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return rows divided by their length, and a last feature that is 1 for rows of zeros.

    So a row of zeros is at distance 0 from another one, and at 1 from every other row.
    """
    del spread
    largest = np.abs(X).max(axis=1, initial=0.0)
    scaled = X / np.where(largest > 0, largest, 1.0)[:, None]  # so that no square overflows
    lengths = np.sqrt(row_sums(np.square(scaled)))
    return np.column_stack([scaled / np.where(lengths > 0, lengths, 1.0)[:, None], lengths == 0])


def centered(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return rows less their own mean, of length one: ½ of a squared distance is 1 − Pearson's correlation."""
    means = row_sums(X) / X.shape[1]
    moved = X - means[:, None]
    flat = (X[:, :1] == X).all(axis=1)  # a constant row, whatever its mean was rounded to
    return of_length_one(np.where(flat[:, None], 0.0, moved), spread)


def row_sums(X: FloatMatrix) -> FloatVector:
    """Return the sum of each row, feature after feature."""
    total = np.zeros(X.shape[0])
    for j in range(X.shape[1]):
        total += X[:, j]
    return total
