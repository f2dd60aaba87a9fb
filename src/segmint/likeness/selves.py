"""The neighbors of a table's own rows: a row is no neighbor of itself."""

from __future__ import annotations

from segmint.likeness.index import Index, Neighbors
from segmint.types import FloatMatrix, IntVector


def neighbors_of_rows(index: Index, X: FloatMatrix, rows: IntVector, k: int) -> Neighbors:
    """Return the k nearest other rows of some rows of the table that an index was built of.

    Parameters
    ----------
    index
        Built of ``X``.
    X
        The table, shape (n_samples, n_features).
    rows
        Which of its rows ask, shape (n_queries,).
    k
        1 … n_samples − 1.

    Examples
    --------
    >>> import numpy as np
    >>> from segmint.likeness.exact import ExactIndex
    >>> from segmint.likeness.index import Points
    >>> from segmint.likeness.metrics import METRICS
    >>> X = np.array([[0.0], [1.0], [5.0]])
    >>> neighbors_of_rows(ExactIndex(Points.of(METRICS["euclidean"], X)), X, np.array([0, 2]), 1).rows.tolist()
    [[1], [1]]
    """
    return without_self(index.query(X[rows], k + 1), rows)


def without_self(found: Neighbors, rows: IntVector) -> Neighbors:
    """Return one neighbor fewer for each query: itself is left out, the last where it is not among them.

    More rows than were asked for may equal a row; then it need not be among its own nearest.
    """
    n_queries, k = found.rows.shape
    own = found.rows == rows[:, None]
    own[~own.any(axis=1), -1] = True
    kept = ~own
    return Neighbors(
        found.rows[kept].reshape(n_queries, k - 1),
        found.distances[kept].reshape(n_queries, k - 1),
        found.n_looked_at,
    )
