"""A few weighted points that stand for many rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.likeness.dividing import divide, means
from segmint.types import FloatMatrix, FloatVector


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Means of parts of near rows.

    Attributes
    ----------
    points
        Shape (n_points, n_features).
    weights
        The share of the rows that each stands for, shape (n_points,), > 0; together 1.
    """

    points: FloatMatrix
    weights: FloatVector


def landmarks_of(Z: FloatMatrix, n_points: int) -> Landmarks:
    """Divide rows into at most ``n_points`` parts and keep their means.

    Parameters
    ----------
    Z
        Shape (n_rows, n_features), at least one row.
    n_points
        At least 1.

    Examples
    --------
    >>> found = landmarks_of(np.array([[0.0], [0.0], [3.0]]), 2)
    >>> found.points.ravel().tolist(), found.weights.round(2).tolist()
    ([0.0, 3.0], [0.67, 0.33])
    """
    labels = divide(Z, n_points)
    return Landmarks(means(Z, labels), np.bincount(labels) / len(Z))
