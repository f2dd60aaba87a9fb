"""How much of the truth an index finds."""

from __future__ import annotations

import numpy as np

from segmint.likeness.index import Neighbors
from segmint.types import FloatVector

_SLACK = 1e-12


def recall_rows(found: Neighbors, truth: Neighbors) -> FloatVector:
    """Return for each query the share of its k places that hold a row as near as the true k-th nearest.

    0 … 1, higher is better. A row that ties with the k-th nearest counts, whichever of the tied was found.

    Parameters
    ----------
    found, truth
        Answers to the same queries with the same k; the truth is exact.

    Returns
    -------
    FloatVector
        Shape (n_queries,).

    Examples
    --------
    >>> truth = Neighbors(np.array([[4, 7]]), np.array([[0.1, 0.2]]))
    >>> recall_rows(Neighbors(np.array([[4, -1]]), np.array([[0.1, np.inf]])), truth).tolist()
    [0.5]
    """
    farthest = truth.distances[:, -1:]
    return np.asarray((found.distances <= farthest * (1 + _SLACK)).mean(axis=1))


def recall(found: Neighbors, truth: Neighbors) -> float:
    """Return the mean of :func:`recall_rows`."""
    return float(recall_rows(found, truth).mean())
