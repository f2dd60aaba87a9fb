"""How densely rows lie around a place: a kernel density on weighted landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.likeness.blocks import alone
from segmint.likeness.landmarks import Landmarks
from segmint.types import FloatMatrix, FloatVector

WIDE_WEIGHT = 0.01
WIDE_SPREAD = 3.0


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

    def above(self, block: FloatMatrix) -> FloatVector:
        """Return ln Σᵢ wᵢ exp(−|z − pᵢ|² / 2) + |z|² / 2 of each row.

        Parameters
        ----------
        block
            Rows in units of the bandwidth, shape (n_rows, n_features), as many as :func:`segmint.likeness.blocks.alone` says.
        """
        # −|z − p|²/2 + |z|²/2 = z·p − |p|²/2: one product of matrices for all pairs
        terms = block @ self.points.T
        terms += self.offsets
        highest = terms.max(axis=1)
        terms -= highest[:, None]
        np.exp(terms, out=terms)
        return np.asarray(highest + np.log(terms.sum(axis=1)))


def log_ratio(upper: Density, lower: Density, Z: FloatMatrix) -> FloatVector:
    """Return ln(upper / lower) of each row, shape (n_rows,); both of one bandwidth, so that |z|² cancels.

    A hundredth of ``lower`` lies wide around the middle: far from all landmarks it decides, and the ratio falls.
    Without it up to a third of rows planted at random far away counted as most alike.

    Examples
    --------
    >>> from segmint.likeness.landmarks import landmarks_of
    >>> at_0, at_2 = (density_of(landmarks_of(np.full((3, 1), at), 1), 1.0) for at in (0.0, 2.0))
    >>> log_ratio(at_0, at_2, np.array([[0.0], [1.0], [-40.0]])).round(1).tolist()
    [2.0, -0.0, -705.4]
    """
    result = np.empty(len(Z))
    for part in alone(len(Z), max(len(upper.points), len(lower.points)), Z.shape[1]):
        block = Z[part] / upper.bandwidth
        everywhere = np.logaddexp(lower.above(block), _wide(block, lower.bandwidth))
        result[part] = upper.above(block) - everywhere
    return result


def _wide(block: FloatMatrix, bandwidth: float) -> FloatVector:
    """Return ln(w N(z; 0, c²) / N(z; 0, h²)) as :meth:`Density.above` counts, c = 3 and w = .01."""
    narrow = bandwidth / WIDE_SPREAD
    squares = np.einsum("ij,ij->i", block, block) / 2
    return np.asarray(np.log(WIDE_WEIGHT) + squares * (1 - narrow**2) + block.shape[1] * np.log(narrow))


def density_of(landmarks: Landmarks, bandwidth: float) -> Density:
    """Put a kernel on each landmark.

    Parameters
    ----------
    landmarks
        Where the rows are.
    bandwidth
        The kernels' standard deviation, > 0.

    Examples
    --------
    >>> from segmint.likeness.landmarks import landmarks_of
    >>> density_of(landmarks_of(np.zeros((3, 2)), 5), 1.0).above(np.array([[0.0, 2.0]])).tolist()
    [0.0]
    """
    points = landmarks.points / bandwidth
    return Density(points, np.log(landmarks.weights) - (points**2).sum(axis=1) / 2, bandwidth)


def scott(n_rows: int, n_features: int) -> float:
    """Return n^(−1 / (d + 4)), the bandwidth of n rows of variance 1.

    Scott (1992), Multivariate Density Estimation, section 6.3, doi:10.1002/9780470316849.

    Examples
    --------
    >>> round(scott(1000, 16), 3)
    0.708
    """
    return float(n_rows ** (-1.0 / (n_features + 4)))
