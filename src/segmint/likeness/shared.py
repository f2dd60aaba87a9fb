"""All distances between rows that are mostly zeros: only what two rows share is summed, column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from segmint.types import FloatMatrix

_Term = Callable[[FloatMatrix, FloatMatrix], FloatMatrix]


def _product(a: FloatMatrix, b: FloatMatrix) -> FloatMatrix:
    return a * b


def _lesser(a: FloatMatrix, b: FloatMatrix) -> FloatMatrix:
    return np.minimum(a, b)


def _in_common(p: FloatMatrix, q: FloatMatrix) -> FloatMatrix:
    """Return p + q less the bits in which they differ: what a shared column takes from a divergence of 1."""
    whole = p + q
    return np.asarray(0.5 * (whole - p * np.log2(2 * p / whole) - q * np.log2(2 * q / whole)))


SPARSE: Final[tuple[str, ...]] = (
    "cosine", "jaccard", "hellinger", "jensen-shannon", "manhattan", "euclidean",
)  # fmt: skip


def all_distances(metric: str, W: FloatMatrix) -> FloatMatrix:
    """Return the distance of each row to each row, shape (n_samples, n_samples).

    The same numbers as :func:`segmint.likeness.metrics.pairwise` up to rounding; the cost goes with the pairs of rows
    that share a column, Σ df², instead of n² · n_features.

    Parameters
    ----------
    metric
        One of :data:`SPARSE`.
    W
        Numbers of 0 or more, shape (n_samples, n_features); no row of zeros.

    Examples
    --------
    >>> all_distances("jaccard", np.array([[1.0, 1.0], [1.0, 0.0]])).tolist()
    [[0.0, 0.5], [0.5, 0.0]]
    """
    return _WAYS[metric](W)


def _sums(W: FloatMatrix, term: _Term) -> FloatMatrix:
    """Return Σ of a term over the columns that two rows share."""
    total = np.zeros((len(W), len(W)))
    for column in W.T:
        rows = np.flatnonzero(column)
        own = column[rows]
        total[np.ix_(rows, rows)] += term(own[:, None], own[None, :])
    return total


def _shares(W: FloatMatrix) -> FloatMatrix:
    return np.asarray(W / W.sum(axis=1, keepdims=True))


def _cosine(W: FloatMatrix) -> FloatMatrix:
    rows = W / np.linalg.norm(W, axis=1, keepdims=True)
    return np.asarray(np.clip(1.0 - rows @ rows.T, 0.0, 2.0))


def _jaccard(W: FloatMatrix) -> FloatMatrix:
    flags = (W != 0).astype(np.float64)
    both, sizes = flags @ flags.T, flags.sum(axis=1)
    return np.asarray(1.0 - both / (sizes[:, None] + sizes[None, :] - both))


def _hellinger(W: FloatMatrix) -> FloatMatrix:
    roots = np.sqrt(_shares(W))
    return np.asarray(np.sqrt(np.clip(1.0 - roots @ roots.T, 0.0, 1.0)))


def _jensen_shannon(W: FloatMatrix) -> FloatMatrix:
    return np.asarray(np.sqrt(np.clip(1.0 - _sums(_shares(W), _in_common), 0.0, 1.0)))


def _manhattan(W: FloatMatrix) -> FloatMatrix:
    lengths = W.sum(axis=1)
    return np.asarray(np.clip(lengths[:, None] + lengths[None, :] - 2 * _sums(W, _lesser), 0.0, None))


def _euclidean(W: FloatMatrix) -> FloatMatrix:
    squares = (W * W).sum(axis=1)
    return np.asarray(
        np.sqrt(np.clip(squares[:, None] + squares[None, :] - 2 * _sums(W, _product), 0.0, None))
    )


_WAYS: Final[Mapping[str, Callable[[FloatMatrix], FloatMatrix]]] = {
    "cosine": _cosine,
    "jaccard": _jaccard,
    "hellinger": _hellinger,
    "jensen-shannon": _jensen_shannon,
    "manhattan": _manhattan,
    "euclidean": _euclidean,
}
