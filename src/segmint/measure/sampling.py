"""Samples that leave no cluster out, and the mean of all rows estimated from them."""

from __future__ import annotations

import numpy as np

from segmint.labels import NOISE
from segmint.measure.score import Score
from segmint.types import BoolVector, FloatVector, IntVector

_FEWEST = 30


def stratified(labels: IntVector, wanted: int, ranks: IntVector) -> IntVector:
    """Draw rows from each cluster in proportion to its size, but never too few; noise is left out.

    A cluster gives its rows of the lowest ranks. With ranks drawn at random each cluster's part is a
    simple random sample without replacement; and labelings that are given the same ranks share most of
    their rows, so that the union of their samples is hardly larger than one of them (permanent random
    numbers: Ohlsson 1995, in Business Survey Methods, doi:10.1002/9781118150504.ch9).

    Parameters
    ----------
    labels
        Shape (n_samples,), canonical.
    wanted
        Rows to draw; small clusters (thirty rows at least, if they have so many) may add some.
    ranks
        A permutation of the rows' numbers.

    Returns
    -------
    IntVector
        Row numbers, ascending.
    """
    order = np.lexsort((ranks, labels))
    order = order[np.searchsorted(labels[order], NOISE, side="right") :]
    if not len(order):
        return order
    counts = np.bincount(labels[order])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    place = np.arange(len(order)) - np.repeat(starts, counts)
    return np.sort(order[place < np.repeat(_allocation(counts, wanted), counts)])


def _allocation(counts: IntVector, wanted: int) -> IntVector:
    fewest = int(np.clip(wanted // len(counts), 2, _FEWEST))
    shares = np.round(wanted * counts / counts.sum()).astype(np.int64)
    return np.minimum(counts, np.maximum(shares, fewest))


def estimate(labels: IntVector, rows: IntVector, values: FloatVector) -> tuple[Score, FloatVector]:
    """Estimate the mean over all rows, and over each cluster's, from a stratified sample.

    The estimate Σ (N_k / N) ȳ_k is unbiased; its variance is Σ (N_k / N)² (1 − m_k / N_k) s_k² / m_k.
    Cochran (1977), Sampling Techniques, chapter 5.

    Parameters
    ----------
    labels
        Shape (n_samples,): the clusters of all rows, canonical.
    rows
        Rows drawn by :func:`stratified`.
    values
        Shape (n_drawn,): their values.

    Returns
    -------
    tuple
        The score (exact when every row was drawn), and the mean of each cluster.
    """
    totals = np.bincount(labels[labels != NOISE]).astype(np.float64)
    strata = labels[rows]
    drawn = np.bincount(strata, minlength=len(totals)).astype(np.float64)
    means = np.bincount(strata, values, minlength=len(totals)) / drawn
    weights = totals / totals.sum()
    mean = float(weights @ means)
    if len(rows) == int(totals.sum()):
        return Score(mean, None, len(rows)), means
    squares = np.bincount(strata, (values - means[strata]) ** 2, minlength=len(totals))
    variances = squares / np.maximum(drawn - 1, 1)
    error = float(np.sqrt(np.sum(weights**2 * (1 - drawn / totals) * variances / drawn)))
    return Score(mean, error, len(rows)), means


def drawn_by_any(samples: list[IntVector], n_samples: int) -> IntVector:
    """Return the union of samples, ascending."""
    wanted: BoolVector = np.zeros(n_samples, dtype=np.bool_)
    for rows in samples:
        wanted[rows] = True
    return np.flatnonzero(wanted).astype(np.int64)
