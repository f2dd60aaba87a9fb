"""Silhouettes: how much nearer a row is to its own cluster than to the next one.

Rousseeuw (1987), doi:10.1016/0377-0427(87)90125-7. Distances are Euclidean. Noise is neither scored nor
anybody's neighbor; a row alone in its cluster scores 0; with fewer than two clusters nothing is defined.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.spatial.distance import cdist

from segmint.kernels import silhouette as kernel
from segmint.labels import NOISE
from segmint.measure.refinement import Refinement, common_refinement, numbered
from segmint.measure.sampling import stratified
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

ROWS_BUDGET = 50_000
"""Rows up to which every row is scored: 2.5 thousand million pairs, some seconds."""

_SMALL = 512
"""Tables up to this size are worked by numpy: they are done before a loop would be compiled."""

_CHUNK = 256


def silhouette_samples(X: FloatMatrix, labels: IntVector) -> FloatVector:
    """Return the silhouette of each row, exactly.

    s = (b − a) / max(a, b) with a the mean distance to the other rows of the row's cluster and b the
    smallest mean distance to another cluster. Range −1 … 1, higher is better; NaN for noise and where
    there are fewer than two clusters.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Shape (n_samples,), integers; ``labels.NOISE`` for noise.

    Returns
    -------
    FloatVector
        Shape (n_samples,).

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> silhouette_samples(X, np.array([0, 0, 1, 1])).round(3).tolist()
    [0.905, 0.895, 0.895, 0.905]
    """
    return silhouette_rows(X, labels, rows=np.arange(len(labels)))


def silhouette(X: FloatMatrix, labels: IntVector) -> float:
    """Return the mean silhouette of the rows that have a cluster, exactly; NaN where undefined.

    Range −1 … 1, higher is better; see :func:`silhouette_samples`.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> round(silhouette(X, np.array([0, 0, 1, 1])), 3)
    0.9
    """
    values = silhouette_samples(X, labels)
    kept = ~np.isnan(values)
    return float(values[kept].mean()) if kept.any() else float("nan")


def silhouette_rows(
    X: FloatMatrix,
    labels: IntVector,
    *,
    rows: IntVector | None = None,
    seed: int = 0,
    rows_budget: int = ROWS_BUDGET,
) -> FloatVector:
    """Return the silhouettes of some rows, each computed against all rows.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labels
        Shape (n_samples,), integers; ``labels.NOISE`` for noise.
    rows
        Which rows to score. By default all of them; in a table of more than ``rows_budget`` rows as many
        as keep the number of pairs under the square of the budget, drawn from each cluster.
    seed
        Of that draw.
    rows_budget
        See ``rows``.

    Returns
    -------
    FloatVector
        One value for each of ``rows`` where these were given, else for each row of the table: NaN for
        noise, for rows that were not drawn, and where there are fewer than two clusters.
    """
    labels = numbered(labels)
    wanted = _default_rows(labels, seed, rows_budget) if rows is None else np.asarray(rows)
    if labels.max(initial=NOISE) < 1 or not len(wanted):
        return np.full(len(labels) if rows is None else len(wanted), np.nan)
    values = silhouettes_of(X, [labels], wanted)[0]
    if rows is not None:
        return values
    placed = np.full(len(labels), np.nan)
    placed[wanted] = values
    return placed


def _default_rows(labels: IntVector, seed: int, rows_budget: int) -> IntVector:
    n_samples = len(labels)
    if n_samples <= rows_budget:
        return np.arange(n_samples)
    ranks = generator(seed, "silhouette").permutation(n_samples)
    return stratified(labels, rows_budget**2 // n_samples, ranks)


def silhouettes_of(
    X: FloatMatrix, labelings: Sequence[IntVector], rows: IntVector, *, jobs: int | None = None
) -> FloatMatrix:
    """Return the silhouettes of some rows in many labelings; each pair's distance is computed once.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    labelings
        Each numbered 0 … n_clusters − 1 with at least two clusters; ``labels.NOISE`` for noise.
    rows
        Which rows to score.
    jobs
        Threads to use, by default one for each core; their number does not change a bit of the result.

    Returns
    -------
    FloatMatrix
        Shape (n_labelings, n_rows), NaN for noise.
    """
    X = np.ascontiguousarray(X, dtype=np.float64)
    if len(X) <= _SMALL:
        return _by_numpy(X, labelings, rows)
    refinement = common_refinement(labelings)
    columns = np.ascontiguousarray(X[refinement.order].T)
    out = np.empty((len(labelings), len(rows)))
    parts = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]

    def score(number: int) -> None:
        part = parts[number]
        place = out[:, number * _CHUNK : number * _CHUNK + len(part)]
        place[:] = _by_kernel(columns, refinement, X[part], refinement.cells[part])

    with ThreadPoolExecutor(jobs or cores()) as threads:
        list(threads.map(score, range(len(parts))))
    return out


def _by_kernel(
    columns: FloatMatrix, refinement: Refinement, points: FloatMatrix, cells: IntVector
) -> FloatMatrix:
    out = np.empty((len(refinement.n_clusters), len(points)))
    kernel.silhouettes(
        columns,
        refinement.starts,
        points,
        cells,
        refinement.group_cells,
        refinement.group_sizes,
        refinement.group_starts,
        refinement.slots,
        refinement.counts,
        refinement.n_clusters,
        out,
    )
    return out


def _by_numpy(X: FloatMatrix, labelings: Sequence[IntVector], rows: IntVector) -> FloatMatrix:
    distances = cdist(X[rows], X)
    return np.stack([_from_distances(distances, labels, labels[rows]) for labels in labelings])


def _from_distances(distances: FloatMatrix, labels: IntVector, own: IntVector) -> FloatVector:
    order = np.argsort(labels, kind="stable")[np.count_nonzero(labels == NOISE) :]
    counts = np.bincount(labels[order]).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    sums = np.add.reduceat(distances[:, order], starts, axis=1)
    places = np.arange(len(own))
    size = counts[own]
    within = sums[places, own] / np.maximum(size - 1, 1)
    means = sums / counts
    means[places, own] = np.inf
    between = means.min(axis=1)
    widest = np.maximum(within, between)
    values = np.where((size > 1) & (widest > 0), (between - within) / np.where(widest > 0, widest, 1), 0.0)
    return np.where(own == NOISE, np.nan, values)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
