"""Means, deviations and quantiles that neither overflow nor vanish: 1e300 and 5e-324 alike."""

from __future__ import annotations

import numpy as np

from segmint.types import FloatVector

LARGEST = float(np.finfo(np.float64).max)


def scaled_to_one(x: FloatVector) -> tuple[FloatVector, int]:
    """Return values divided by a power of two, all within [−1, 1], and the exponent of that power."""
    exponent = int(np.frexp(np.max(np.abs(x), initial=0.0))[1])
    return np.ldexp(x, -exponent), exponent


def scaled_back(value: float, exponent: int) -> float:
    """Undo :func:`scaled_to_one` for one value, held at the largest float."""
    with np.errstate(over="ignore"):
        return float(np.clip(np.ldexp(value, exponent), -LARGEST, LARGEST))


def mean_and_deviation(x: FloatVector) -> tuple[float, float]:
    """Return the mean and the standard deviation (divided by n), computed without overflow.

    Parameters
    ----------
    x
        Finite values, shape (n,), n ≥ 1.

    Returns
    -------
    tuple of float
        Both in the units of ``x``; the deviation is exactly 0 where all values are equal.

    Examples
    --------
    >>> mean_and_deviation(np.array([0.0, 2e300]))
    (1e+300, 1e+300)
    """
    if np.all(x == x[0]):
        return float(x[0]), 0.0
    y, exponent = scaled_to_one(x)
    mean = float(np.mean(y))
    deviation = float(np.sqrt(np.mean((y - mean) ** 2)))
    return scaled_back(mean, exponent), scaled_back(deviation, exponent)


def quantiles(x: FloatVector, levels: tuple[float, ...]) -> tuple[float, ...]:
    """Return quantiles (linear between order statistics), computed without overflow.

    Examples
    --------
    >>> quantiles(np.array([-1e308, 0.0, 1.5e308]), (0.0, 0.5, 1.0))
    (-1e+308, 0.0, 1.5e+308)
    """
    y, exponent = scaled_to_one(x)
    return tuple(scaled_back(float(value), exponent) for value in np.quantile(y, levels))
