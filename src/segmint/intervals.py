"""Intervals of shares."""

from __future__ import annotations

import math
from typing import Final

_Z95: Final = 1.959963984540054
_TAIL: Final = 0.025
_HALVINGS: Final = 60


def wilson(p: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share that was counted on n rows.

    Wilson (1927), doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    z2 = _Z95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))


def exact(p: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of a share that was counted on n rows: too wide rather than too narrow.

    The quantiles of Beta(np, n − np + 1) and Beta(np + 1, n − np), which holds of counts that are no whole numbers, too.
    Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404.

    Parameters
    ----------
    p
        The share, 0 … 1.
    n
        How many independent rows it was counted on, > 0.

    Examples
    --------
    >>> [round(end, 3) for end in exact(0.5, 100)]
    [0.398, 0.602]
    >>> [round(end, 3) for end in exact(0.0, 10)]
    [0.0, 0.308]
    """
    hits, misses = n * p, n * (1 - p)
    low = _beta_quantile(_TAIL, hits, misses + 1) if hits > 0 else 0.0
    high = 1 - _beta_quantile(_TAIL, misses, hits + 1) if misses > 0 else 1.0
    return min(p, low), max(p, high)


def difference(p: float, q: float, together: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of p − q, two shares of the same rows.

    Each bound is as far from p − q as those of both shares say, by the square root of their squares' sum, less what they
    have in common. Newcombe (1998), doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C, with the
    intervals of :func:`exact`.

    Parameters
    ----------
    p, q
        The shares, 0 … 1.
    together
        The correlation of both over the rows, −1 … 1.
    n
        How many independent rows they were counted on, > 0.

    Examples
    --------
    >>> [round(end, 2) for end in difference(0.6, 0.4, 0.0, 100)]
    [0.05, 0.34]
    """
    (p_low, p_high), (q_low, q_high) = exact(p, n), exact(q, n)

    def apart(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one - 2 * together * one * other + other * other))

    return p - q - apart(p - p_low, q_high - q), p - q + apart(p_high - p, q - q_low)


def _beta_quantile(level: float, a: float, b: float) -> float:
    """Return where the distribution function of Beta(a, b) reaches a level."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _beta(middle, a, b) < level else (low, middle)
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """Return the distribution function of Beta(a, b), by its continued fraction where that converges fast.

    Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.5.8.
    """
    if not 0.0 < x < 1.0:
        return float(x >= 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(1.0 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    fraction, terms = 0.0, 60 + round(5 * math.sqrt(max(a, b)))
    for m in range(terms, 0, -1):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        fraction = even / (1 + odd / (1 + fraction))
    first = -(a + b) * x / (a + 1)
    return math.exp(front) / (a * (1 + first / (1 + fraction)))
