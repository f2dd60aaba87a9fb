"""Whether segments differ in who came back by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scipy.stats import chi2_contingency

RARE: Final = 0.01
"""Differences that chance alone makes this seldom, or more seldom, count as differences."""


def by_chance(back: Sequence[int], sizes: Sequence[int]) -> float:
    """Return how often chance alone would make segments differ so much, by Pearson's chi-square of came back × segment.

    Parameters
    ----------
    back
        How many of each segment came back.
    sizes
        How many each segment has.

    Returns
    -------
    float
        The p-value, 0 to 1; 1 where all came back, or none.

    Examples
    --------
    >>> round(by_chance([52, 34, 27, 27], [366, 222, 203, 203]), 2)
    0.92
    >>> by_chance([90, 10], [100, 100]) < 0.01
    True
    """
    away = [size - came for came, size in zip(back, sizes, strict=True)]
    if len(sizes) < 2 or not any(back) or not any(away):
        return 1.0
    return float(chi2_contingency([back, away], correction=False).pvalue)
