"""Gower's distance: numbers and levels side by side, missing values left out."""

from __future__ import annotations

import numpy as np

from segmint.likeness.spread import Spread
from segmint.types import FloatMatrix


def by_ranges(X: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return numbers divided by the range of their feature; codes of levels stay as they are."""
    return np.asarray(X / np.where(spread.numeric, spread.ranges, 1.0))


def gower(a: FloatMatrix, b: FloatMatrix, spread: Spread) -> FloatMatrix:
    """Return the mean over features of |aⱼ − bⱼ| / rangeⱼ (numbers) or [aⱼ ≠ bⱼ] (levels), 0 … 1.

    A difference beyond the range counts as 1. A feature that one of the two lacks is left out of their mean;
    two rows that share no feature are at 1. A metric where nothing is missing; with missing values the triangle
    inequality may fail. Gower (1971), doi:10.2307/2528823.

    Examples
    --------
    >>> from segmint.likeness.spread import spread_of
    >>> X = np.array([[20.0, 0.0], [40.0, 1.0], [30.0, 1.0]])
    >>> spread = spread_of(X, numeric=np.array([True, False]))
    >>> rows = by_ranges(X, spread).T
    >>> gower(rows[:, :, None], rows[:, None, :], spread)[0].tolist()
    [0.0, 1.0, 0.75]
    """
    total, known = _term(a[0], b[0], bool(spread.numeric[0]))
    for j in range(1, len(a)):
        term, present = _term(a[j], b[j], bool(spread.numeric[j]))
        total += term
        known += present
    return np.where(known > 0, total / np.where(known > 0, known, 1.0), 1.0)


def _term(x: FloatMatrix, y: FloatMatrix, numeric: bool) -> tuple[FloatMatrix, FloatMatrix]:
    """Return one feature's difference, 0 where it is not known, and whether it is."""
    difference = np.abs(x - y)
    present = ~np.isnan(difference)
    apart = np.minimum(difference, 1.0) if numeric else (difference != 0).astype(np.float64)
    return np.where(present, apart, 0.0), present.astype(np.float64)
