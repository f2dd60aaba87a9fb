"""What a metric must know of a whole table before it compares two rows: deviations, ranges, whitening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.types import BoolVector, FloatMatrix, FloatVector

POWER = 3.0
_THIN = 1e-10
"""A direction whose variance is below this share of the widest one is taken as constant."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How the features of a table are spread.

    Attributes
    ----------
    deviations
        Standard deviation of each feature (n − 1 in the denominator), shape (n_features,); 1 where a feature
        is constant.
    whitening
        Shape (n_features, n_directions): W with W Wᵀ = S⁺, the (pseudo-)inverse of the covariance.
    ranges
        Largest less smallest value, missing ones left out, shape (n_features,); 1 where that is 0.
    numeric
        Which features are numbers, shape (n_features,); the others hold codes of levels.
    power
        The p of Minkowski's distance, 1 or more.
    """

    deviations: FloatVector
    whitening: FloatMatrix
    ranges: FloatVector
    numeric: BoolVector
    power: float = POWER


def spread_of(X: FloatMatrix, *, numeric: BoolVector | None = None, power: float = POWER) -> Spread:
    """Return how the features of a table are spread.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features); NaN for missing values, which only Gower's distance takes.
    numeric
        Which features are numbers; all of them where not given.
    power
        The p of Minkowski's distance.

    Raises
    ------
    ValueError
        If the power is below 1: then the triangle inequality would not hold.

    Examples
    --------
    >>> spread_of(np.array([[0.0, 5.0], [2.0, 5.0]])).ranges.tolist()
    [2.0, 1.0]
    """
    if not power >= 1:
        raise ValueError(f"Minkowski's power is at least 1, not {power}")
    n_features = X.shape[1]
    numbers = np.ones(n_features, dtype=np.bool_) if numeric is None else numeric
    size = _size(X)
    covariance = _covariance(X / size)
    deviations = size * np.sqrt(np.diagonal(covariance))
    return Spread(
        np.where(deviations > 0, deviations, 1.0), _whitening(covariance) / size, _ranges(X), numbers, power
    )


def _size(X: FloatMatrix) -> float:
    """Return a power of two near the largest value: divided by it no square overflows, and no bit is lost."""
    largest = float(np.abs(X[~np.isnan(X)]).max(initial=0.0))
    return float(np.ldexp(1.0, int(np.frexp(largest)[1]) - 1)) if largest > 1 else 1.0


def _covariance(X: FloatMatrix) -> FloatMatrix:
    """Return the covariance of the complete rows; zeros where there are fewer than two."""
    complete = X[~np.isnan(X).any(axis=1)]
    if complete.shape[0] < 2:
        return np.zeros((X.shape[1], X.shape[1]))
    centered = complete - complete.mean(axis=0)
    return np.asarray(centered.T @ centered / (complete.shape[0] - 1))


def _whitening(covariance: FloatMatrix) -> FloatMatrix:
    values, directions = np.linalg.eigh(covariance)
    kept = values > _THIN * max(float(values.max(initial=0.0)), np.finfo(float).tiny)
    if not kept.any():
        return np.eye(covariance.shape[0])
    return np.ascontiguousarray(directions[:, kept] / np.sqrt(values[kept]))


def _ranges(X: FloatMatrix) -> FloatVector:
    known = ~np.isnan(X)
    high = np.where(known, X, -np.inf).max(axis=0, initial=-np.inf)
    low = np.where(known, X, np.inf).min(axis=0, initial=np.inf)
    with np.errstate(over="ignore"):  # a range beyond all numbers divides nothing
        ranges = np.where(high > low, high - low, 1.0)
    return np.where(np.isfinite(ranges), ranges, 1.0)
