"""Everybody: the units in which likeness is measured, and landmarks that stand for all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmint.errors import DataError
from segmint.likeness.landmarks import Landmarks, landmarks_of
from segmint.model.distances import FARTHEST
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

SAMPLE_ROWS = 4_000
"""Rows of which landmarks are made: a count, so that the same rows give the same answer on every machine."""
CROWD_POINTS = 200
"""Landmarks of the sample: what a score costs does not grow with the rows."""
BOUND = 50.0
"""Standard deviations beyond which a row is as far as it can be."""
BLOCK_ROWS = 4096
_EQUAL = 1e-12
"""A spread below this part of the mean is rounding."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """The units of everybody.

    Attributes
    ----------
    center, scale
        Mean and standard deviation of each prepared feature, shape (n_features,).
    varying
        The features that are not constant, shape (n_varying,): the others say nothing and are left out.
    landmarks
        What stands for everybody, in these units.
    """

    center: FloatVector
    scale: FloatVector
    varying: IntVector
    landmarks: Landmarks

    def standard(self, X: FloatMatrix) -> FloatMatrix:
        """Return (x − center) / scale of the features that vary, held within ±50; shape (n_rows, n_varying)."""
        Z = X[:, self.varying]  # a copy: worked on in place
        Z -= self.center[self.varying]
        Z /= self.scale[self.varying]
        return np.clip(Z, -BOUND, BOUND, out=Z)

    def prepared(self, Z: FloatMatrix) -> FloatMatrix:
        """Return prepared rows again, shape (n_rows, n_features); a constant feature has its constant."""
        X = np.tile(self.center, (len(Z), 1))
        X[:, self.varying] += Z * self.scale[self.varying]
        return X


def crowd_of(X: FloatMatrix, seed: int) -> Crowd:
    """Measure everybody.

    Parameters
    ----------
    X
        All prepared rows, shape (n_samples, n_features).
    seed
        The root seed of the sample.

    Returns
    -------
    Crowd
        In whose units everybody has mean 0 and variance 1 in each feature.

    Raises
    ------
    DataError
        If all rows are equal.

    Examples
    --------
    >>> crowd = crowd_of(np.array([[0.0, 7.0], [2.0, 7.0]]), seed=0)
    >>> crowd.standard(np.array([[2.0, 7.0]])).tolist()
    [[1.0]]
    """
    center, scale = _moments(X)
    varying = np.flatnonzero(scale > _EQUAL * np.maximum(1.0, np.abs(center)))
    if not len(varying):
        raise DataError("likeness.all_equal", n=len(X))
    rows = np.arange(len(X))
    if len(X) > SAMPLE_ROWS:
        rows = np.sort(generator(seed, "lookalike", "crowd").choice(len(X), SAMPLE_ROWS, replace=False))
    crowd = Crowd(center, scale, varying, Landmarks(np.empty((0, len(varying))), np.empty(0)))
    return replace(crowd, landmarks=landmarks_of(crowd.standard(X[rows]), CROWD_POINTS))


def _moments(X: FloatMatrix) -> tuple[FloatVector, FloatVector]:
    """Return means and standard deviations, block after block: no second table is made."""
    center = sum((_held(X, first).sum(axis=0) for first in _firsts(X)), np.zeros(X.shape[1])) / len(X)
    squares = sum(
        (np.square(_held(X, first) - center).sum(axis=0) for first in _firsts(X)), np.zeros(X.shape[1])
    )
    return center, np.sqrt(squares / len(X))


def _firsts(X: FloatMatrix) -> range:
    return range(0, len(X), BLOCK_ROWS)


def _held(X: FloatMatrix, first: int) -> FloatMatrix:
    return np.clip(X[first : first + BLOCK_ROWS], -FARTHEST, FARTHEST)
