"""Distances of sets: rows of flags, where what is not 0 is in the set; and of rows that agree or do not."""

from __future__ import annotations

import numpy as np

from segmint.likeness.spread import Spread
from segmint.types import FloatMatrix


def as_flags(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return 1 for what is in the set, 0 for what is not."""
    del spread
    return (X != 0).astype(np.float64)


def jaccard(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return 1 − |A ∩ B| / |A ∪ B|, 0 … 1; a metric. Two empty sets are at 0. Jaccard (1912), doi:10.1111/j.1469-8137.1912.tb05611.x."""
    del spread
    both, sizes = _counts(a, b)
    union = sizes - both
    return np.asarray((union - both) / np.where(union > 0, union, 1.0))


def dice(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return 1 − 2 |A ∩ B| / (|A| + |B|), 0 … 1. Two empty sets are at 0. Dice (1945), doi:10.2307/1932409.

    Not a metric: {1}, {2} and {1, 2} break the triangle inequality.
    """
    del spread
    both, sizes = _counts(a, b)
    return np.asarray((sizes - 2.0 * both) / np.where(sizes > 0, sizes, 1.0))


def _counts(a: FloatMatrix, b: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    """Return |A ∩ B| and |A| + |B|: whole numbers, exact in every order."""
    both, sizes = a[0] * b[0], a[0] + b[0]
    for j in range(1, len(a)):
        both += a[j] * b[j]
        sizes += a[j] + b[j]
    return both, sizes


def hamming(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return the share of features that differ, 0 … 1; a metric. Hamming (1950), doi:10.1002/j.1538-7305.1950.tb00463.x."""
    del spread
    differ = (a[0] != b[0]).astype(np.float64)
    for j in range(1, len(a)):
        differ += a[j] != b[j]
    return np.asarray(differ / len(a))
