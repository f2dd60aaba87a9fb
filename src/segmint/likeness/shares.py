"""Distances of distributions: rows of numbers ≥ 0 that are divided by their sum first.

A row of zeros has no shares: it is at distance 0 from another one, and at 1 from every other row.
"""

from __future__ import annotations

import numpy as np

from segmint.likeness.spread import Spread
from segmint.likeness.vectors import row_sums, squared_euclidean
from segmint.types import FloatMatrix


def as_shares(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return rows divided by their sum, and a last feature that is 1 for rows of zeros."""
    del spread
    largest = X.max(axis=1, initial=0.0)
    scaled = X / np.where(largest > 0, largest, 1.0)[:, None]
    sums = row_sums(scaled)
    return np.column_stack([scaled / np.where(sums > 0, sums, 1.0)[:, None], sums == 0])


def roots_of_shares(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return √(share / 2): their Euclidean distance is Hellinger's."""
    return np.asarray(np.sqrt(as_shares(X, spread) * 0.5))


def hellinger(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return √ ½ Σⱼ (√pⱼ − √qⱼ)² of roots of halved shares, 0 … 1; a metric.

    Hellinger (1909), doi:10.1515/crll.1909.136.210.
    """
    del spread
    return np.asarray(np.sqrt(squared_euclidean(a, b)))


def jensen_shannon(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return √ JS with JS = ½ KL(p‖m) + ½ KL(q‖m) in bits, m = (p + q)/2; 0 … 1, a metric.

    Lin (1991), doi:10.1109/18.61115; the root: Endres, Schindelin (2003), doi:10.1109/TIT.2003.813506.
    """
    del spread
    total = _bits(a[0], b[0])
    for j in range(1, len(a)):
        total += _bits(a[j], b[j])
    return np.asarray(np.sqrt(np.clip(total, 0.0, 1.0)))


def _bits(p: FloatMatrix, q: FloatMatrix) -> FloatMatrix:
    """Return ½ (p log₂ p/m + q log₂ q/m) of one feature; 0 log 0 = 0."""
    middle = 0.5 * (p + q)
    sound = np.where(middle > 0, middle, 1.0)
    # where p = q both logarithms are of exactly 1
    left = p * np.log2(np.where(p > 0, p / sound, 1.0))
    return np.asarray(0.5 * (left + q * np.log2(np.where(q > 0, q / sound, 1.0))))
