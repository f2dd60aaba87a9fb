"""How densely rows lie around a place: a kernel density on weighted landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.likeness.dividing import divide, means
from segmint.types import FloatMatrix, FloatVector

BLOCK_ROWS = 2048


@dataclass(frozen=True, eq=False)
class Density:
    """A mixture of equal round normal densities.

    Attributes
    ----------
    points
        The landmarks in units of the bandwidth, shape (n_points, n_features).
    offsets
        ln(weight) − |point|² / 2 of each, shape (n_points,).
    bandwidth
        The standard deviation of each kernel, > 0.
    """

    points: FloatMatrix
    offsets: FloatVector
    bandwidth: float

    def log(self, Z: FloatMatrix) -> FloatVector:
        """Return ln Σᵢ wᵢ exp(−|z − pᵢ|² / 2h²) of each row, without the constant; shape (n_rows,)."""
        result = np.empty(len(Z))
        for first in range(0, len(Z), BLOCK_ROWS):
            block = Z[first : first + BLOCK_ROWS] / self.bandwidth
            # −|z − p|²/2 = z·p − |p|²/2 − |z|²/2: one product of matrices for all pairs
            terms = block @ self.points.T
            terms += self.offsets
            highest = terms.max(axis=1)
            terms -= highest[:, None]
            np.exp(terms, out=terms)
            squares = np.einsum("ij,ij->i", block, block)
            result[first : first + BLOCK_ROWS] = highest + np.log(terms.sum(axis=1)) - squares / 2
        return result


def density_of(Z: FloatMatrix, n_points: int, bandwidth: float) -> Density:
    """Put a kernel on the mean of each of at most ``n_points`` parts of the rows, weighted by their number.

    Parameters
    ----------
    Z
        Shape (n_rows, n_features).
    n_points, bandwidth
        How many landmarks; the kernels' standard deviation.

    Examples
    --------
    >>> density_of(np.zeros((3, 2)), 5, 1.0).log(np.array([[0.0, 2.0]])).tolist()
    [-2.0]
    """
    labels = divide(Z, n_points)
    points = means(Z, labels) / bandwidth
    weights = np.bincount(labels) / len(Z)
    return Density(points, np.log(weights) - (points**2).sum(axis=1) / 2, bandwidth)


def scott(n_rows: int, n_features: int) -> float:
    """Return n^(−1 / (d + 4)), the bandwidth of n rows of variance 1.

    Scott (1992), Multivariate Density Estimation, section 6.3, doi:10.1002/9780470316849.

    Examples
    --------
    >>> round(scott(1000, 16), 3)
    0.708
    """
    return float(n_rows ** (-1.0 / (n_features + 4)))
