"""A fit that goes on from the version before where nothing better is found: another start is no reason to move."""

from __future__ import annotations

import numpy as np

from segmint.families.fit import Family, Fit
from segmint.geometry.geometry import Geometry
from segmint.types import FloatMatrix, IntVector

BETTER_INERTIA = 0.01  # a random start must be better by so much
BETTER_LIKELIHOOD = 0.002  # nats a row and feature; .01 would hide true changes


def canonical_order(X: FloatMatrix) -> IntVector:
    """Return the order in which rows are fitted, whatever order they came in: by the first feature, then the next.

    Examples
    --------
    >>> canonical_order(np.array([[2.0, 0.0], [1.0, 5.0], [1.0, 3.0]])).tolist()
    [2, 1, 0]
    """
    return np.lexsort(X.T[::-1]).astype(np.int64)


def steadied(family: Family, geometry: Geometry, cold: Fit, start: IntVector) -> Fit:
    """Return the fit that starts from the labels of the version before, unless the cold one is clearly better.

    Parameters
    ----------
    family
        Of the fit.
    geometry
        The rows.
    cold
        The fit from random starts, of the same number of clusters.
    start
        The rows' labels by the version before, shape (n_samples,).

    Returns
    -------
    Fit
        The cold one where a family has no starts, a segment of the version before has no row, its inertia is
        smaller by 1 % (K-Means), or its log-likelihood larger by .002 nats a row and feature (mixtures).
    """
    present = np.array_equal(np.unique(start), np.arange(cold.n_clusters))
    if family.continued is None or not present:
        return cold
    warm = family.continued(geometry, cold.configuration, start)
    return warm if isinstance(warm, Fit) and not _better(cold, warm, geometry.X.size) else cold


def _better(cold: Fit, warm: Fit, n_numbers: int) -> bool:
    if cold.log_likelihood is not None and warm.log_likelihood is not None:
        return cold.log_likelihood - warm.log_likelihood > BETTER_LIKELIHOOD * n_numbers
    if cold.inertia is not None and warm.inertia is not None:
        return cold.inertia < (1 - BETTER_INERTIA) * warm.inertia
    return True
