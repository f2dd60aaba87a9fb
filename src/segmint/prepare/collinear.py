"""Which columns say nearly the same."""

from __future__ import annotations

import numpy as np

from segmint.types import FloatMatrix
from segmint.words import Sentence, sentence

LIMIT = 0.98
SHOWN = 5
MOST_COLUMNS = 1000  # pairs grow with the square: wider tables are not looked through
MOST_ROWS = 20_000  # evenly spaced rows; a correlation of .98 is known to .0003 from so many


def collinear_pairs(X: FloatMatrix) -> list[tuple[int, int]]:
    """Return the pairs of columns with a correlation above .98 or below −.98, in order.

    Parameters
    ----------
    X
        Prepared rows, shape (n_samples, n_features). Of more than 20,000 rows evenly spaced ones are
        used; of more than 1,000 columns none.

    Examples
    --------
    >>> x = np.arange(5.0)
    >>> collinear_pairs(np.column_stack([x, x**0.5 * (-1) ** x, 3 - 2 * x]))
    [(0, 2)]
    """
    if X.shape[0] < 3 or not 2 <= X.shape[1] <= MOST_COLUMNS:
        return []
    first, second = np.nonzero(np.triu(np.abs(correlations(X)) > LIMIT, k=1))
    return list(zip(first.tolist(), second.tolist(), strict=True))


def correlations(X: FloatMatrix) -> FloatMatrix:
    """Return the correlation of each pair of columns, shape (n_features, n_features); 0 with a constant.

    Of more than 20,000 rows evenly spaced ones are used.
    """
    rows = X[:: -(-X.shape[0] // MOST_ROWS)]
    largest = np.max(np.abs(rows), axis=0)
    scaled = rows / np.where(largest > 0, largest, 1.0)
    centered = scaled - scaled.mean(axis=0)
    norms = np.sqrt(np.sum(centered * centered, axis=0))
    unit = centered / np.where(norms > 0, norms, 1.0)
    return np.asarray(unit.T @ unit)


def collinear_notice(X: FloatMatrix, names: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Say which columns say nearly the same, the first five pairs by name."""
    pairs = collinear_pairs(X)
    if not pairs:
        return ()
    shown = [f"{names[a]} ~ {names[b]}" for a, b in pairs[:SHOWN]]
    return (sentence("prepare.notice.collinear", n=len(pairs), pairs=shown),)
