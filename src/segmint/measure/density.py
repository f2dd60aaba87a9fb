"""Density-based validation: are clusters of any shape denser inside than the gaps between them?

Moulavi, Jaskowiak, Campello, Zimek, Sander (2014), doi:10.1137/1.9781611973440.96.
"""

from __future__ import annotations

import numpy as np

from segmint.kernels.validity import cluster_validity
from segmint.labels import NOISE
from segmint.measure.refinement import numbered
from segmint.measure.sampling import drawn_by_any, stratified
from segmint.measure.score import Score
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

PAIRS_BUDGET = 4_000_000
"""Pairs of rows for one labeling: exact up to 2,000 rows with a cluster."""

_SAMPLES = 4


def dbcv(X: FloatMatrix, labels: IntVector) -> float:
    """Return the density-based validity of a clustering, exactly.

    Σ_k (n_k / n) V_k, where V_k = (separation − sparseness) / the larger of both: the sparseness is the
    longest inner edge of the cluster's spanning tree in mutual reachability, the separation the smallest
    mutual reachability from its inner nodes to those of another cluster. n counts noise too, so that
    noise lowers the value; a cluster of one row has no density and counts as noise. Edges of a tree often
    tie, which the paper leaves open: of equal ones the shorter distance goes first.

    Range −1 … 1, higher is better; NaN with fewer than two clusters of at least two rows. Work grows
    with the square of the rows, memory with the rows.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Shape (n_samples,), integers; ``labels.NOISE`` for noise.

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [0.2], [0.3], [9.0], [9.1], [9.2], [9.3]])
    >>> round(dbcv(X, np.array([0, 0, 0, 0, 1, 1, 1, 1])), 2)
    0.99
    """
    labels = numbered(labels)
    return _weighted(X, labels, np.bincount(labels[labels != NOISE]) / max(len(labels), 1))


def dbcv_score(X: FloatMatrix, labels: IntVector, *, seed: int, pairs_budget: int = PAIRS_BUDGET) -> Score:
    """Return :func:`dbcv`, within a budget of pairs.

    Above the budget it is the mean over four samples, stratified by cluster, that together cost as much;
    the standard error is that of this mean. Shares of clusters and noise stay those of the whole table.
    A sample is thinner than the table: its value is that of a table of the sample's size.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Shape (n_samples,), numbered 0 … n_clusters − 1; ``labels.NOISE`` for noise.
    seed
        Of the samples.
    pairs_budget
        Pairs of rows that may be looked at.
    """
    n_kept = int(np.count_nonzero(labels != NOISE))
    shares = np.bincount(labels[labels != NOISE]) / max(len(labels), 1)
    if n_kept**2 <= pairs_budget:
        return Score(_defined(_weighted(X, labels, shares)), None, n_kept)
    wanted = int(np.sqrt(pairs_budget / _SAMPLES))
    ranks = generator(seed, "dbcv").permutation(len(labels))
    values, drawn = [], []
    for number in range(_SAMPLES):  # a quarter further each time: other rows have the lowest ranks
        turned = (ranks + number * len(labels) // _SAMPLES) % len(labels)
        rows = stratified(labels, wanted, turned)
        values.append(_weighted(X[rows], labels[rows], shares))
        drawn.append(rows)
    n_scored = len(drawn_by_any(drawn, len(labels)))
    if np.isnan(values).any():
        return Score(None, None, n_scored)
    return Score(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(_SAMPLES)), n_scored)


def _weighted(X: FloatMatrix, labels: IntVector, shares: FloatVector) -> float:
    """Sum the validity of the clusters that have two rows or more, by their shares."""
    counts = np.bincount(labels[labels != NOISE], minlength=len(shares))
    usable = counts > 1
    validity = np.empty(int(np.count_nonzero(usable)))
    if len(validity) < 2:
        return float("nan")
    order = np.argsort(labels, kind="stable")
    order = order[np.append(usable, False)[labels[order]]]  # noise, −1, reads the last place
    starts = np.zeros(len(validity) + 1, dtype=np.int64)
    np.cumsum(counts[usable], out=starts[1:])
    cluster_validity(np.ascontiguousarray(X[order].T, dtype=np.float64), starts, validity)
    return float(np.sum(shares[usable] * validity))


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else value
