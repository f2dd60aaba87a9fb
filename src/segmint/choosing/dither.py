"""Ties spread over their own cell: what rounding left out is no gap between groups."""

from __future__ import annotations

import numpy as np

from segmint.types import FloatMatrix, FloatVector


def dithered(X: FloatMatrix, rng: np.random.Generator) -> FloatMatrix:
    """Spread tied values of each column uniformly, half-way to the neighboring values.

    A count of 0 … 5 leaves gaps between its values, and a flag one between its two: gaps of the scale, not
    of the customers. A tie is spread to half the distance to the next value, at most to the distance from
    there to the one beyond (so that zero, far from all other values, stays a group of its own).

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    rng
        Where in its cell a tie falls.

    Returns
    -------
    FloatMatrix
        A new table; values without a tie are unchanged.

    Examples
    --------
    >>> flags = np.array([[0.0], [0.0], [1.0], [1.0]])
    >>> bool(np.ptp(dithered(flags, np.random.default_rng(0))) <= 2)
    True
    """
    return np.column_stack([_dithered_column(column, rng) for column in X.T])


def _dithered_column(column: FloatVector, rng: np.random.Generator) -> FloatVector:
    values, place, counts = np.unique(column, return_inverse=True, return_counts=True)
    uniform = rng.random(len(column))
    if len(values) < 2 or counts.max() == 1:
        return column.copy()
    gaps = np.diff(values)
    above, below = _reach(gaps), _reach(gaps[::-1])[::-1]
    left = np.append(below[0], below)  # an end value has no neighbor: as far as on its other side
    right = np.append(above, above[-1])
    left[0], right[-1] = right[0], left[-1]
    spread = column - left[place] + uniform * (left + right)[place]
    return np.where(counts[place] > 1, spread, column)


def _reach(gaps: FloatVector) -> FloatVector:
    """Return half of each gap, at most the gap beyond it."""
    beyond = np.append(gaps[1:], np.inf) if len(gaps) > 1 else np.array([np.inf])
    return np.minimum(gaps / 2, beyond)
