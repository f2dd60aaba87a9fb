"""The frame in which rows are scored, made of training rows that were placed as new rows would be."""

from __future__ import annotations

import numpy as np

from segmint.drift.scoring import GRID, LIMIT, N_BINS, Placed, distances, z_units
from segmint.labels import FEWEST_TOLD
from segmint.model.drift_reference import Frame
from segmint.model.mixture import inverse_cholesky
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

OUTER_QUANTILES = (
    0.005,
    0.995,
)  # a segment's rows are held within these of all rows before its mean is taken
WIDENED = 0.03  # of a feature's deviation is added to each segment's own
RIDGE = 0.02  # of the mean variance of z is added before the covariance is inverted
FAR = 0.97
OUTER = 0.99
BEYOND_OUTER = 1.25  # times a segment's 99 % distance: a row is new to it
MOST_PAIRS = 300

ROUNDING = 1e-6  # of the rows' whole deviation: what is less is no distance


def make_frame(rows: Placed, n_clusters: int, *, seed: int) -> Frame:
    """Make the frame.

    Parameters
    ----------
    rows
        The training rows, placed as new rows would be.
    n_clusters
        The number of segments.
    seed
        Chooses the pairs of features that are watched where there are more than 300.

    Returns
    -------
    Frame
        Of fewer than five rows nothing is told: such a segment has the center and spread of all rows.
    """
    X, d = rows.X, rows.X.shape[1]
    low, high = np.quantile(X, OUTER_QUANTILES, axis=0)
    inner = np.clip(X, low, high)
    overall = inner.std(axis=0)
    members = [_told(np.flatnonzero(rows.labels == k), len(X)) for k in range(n_clusters)]
    centers = np.stack([inner[own].mean(axis=0) for own in members])
    scales = np.stack([inner[own].std(axis=0) for own in members]) + WIDENED * overall
    # equal rows lie at their center but for rounding, which must not be the unit of anything
    least = ROUNDING * float(np.sqrt(X.var(axis=0).sum())) or 1.0
    medians = [float(np.median(rows.distance[_nearest(rows, k)])) for k in range(n_clusters)]
    typical = np.maximum(medians, least)
    first = Frame(
        centers,
        np.where(scales > 0, scales, 1.0),
        _edges(X),
        typical,
        np.zeros(1),
        np.zeros(n_clusters),
        np.eye(d),
        np.ones((n_clusters, d)),
        pairs_of(d, seed),
        np.ones(0),
    )
    return _measured(first, rows, members)


def _told(own: IntVector, n_samples: int) -> IntVector:
    return own if own.size >= FEWEST_TOLD else np.arange(n_samples)


def _nearest(rows: Placed, label: int) -> IntVector:
    return _told(np.flatnonzero(rows.nearest == label), len(rows.labels))


def _positive(value: float) -> float:
    return float(value) if value > 0 else 1.0


def _edges(X: FloatMatrix) -> FloatMatrix:
    """Return inner decile edges, shape (n_features, 9); repeated ones leave bins without rows at the end.

    They lie between means of five neighbors: an edge that is one customer's value could be recognized.
    """
    edges = np.full((X.shape[1], N_BINS - 1), np.inf)
    for column, out in zip(X.T, edges, strict=True):
        found = np.unique(np.quantile(_smoothed(column), np.arange(1, N_BINS) / N_BINS))
        found = found[found < column.max()]
        out[: found.size] = found
    return edges


def _smoothed(column: FloatVector) -> FloatVector:
    """Return the means of each five neighbors in the order of values; of fewer values their mean."""
    ordered = np.sort(column)
    near = min(FEWEST_TOLD, ordered.size)
    windows = np.lib.stride_tricks.sliding_window_view(ordered, near)
    # a value that five rows share stays what it is, to the last bit
    return np.where(windows[:, 0] == windows[:, -1], windows[:, 0], windows.mean(axis=1))


def pairs_of(n_features: int, seed: int) -> IntVector:
    """Return the pairs of features that are watched, shape (2, n_pairs): all, or a drawn part of them."""
    pairs = np.stack(np.triu_indices(n_features, 1)).astype(np.int64)
    if pairs.shape[1] <= MOST_PAIRS:
        return pairs
    drawn = generator(seed, "drift", "pairs").choice(pairs.shape[1], MOST_PAIRS, replace=False)
    return pairs[:, np.sort(drawn)]


def _measured(frame: Frame, rows: Placed, members: list[IntVector]) -> Frame:
    """Return the frame with what is measured in its own terms: distances, covariance, products."""
    r = distances(frame, rows)
    z, labels = z_of(frame, rows)
    precision = _precision(z, labels, frame.n_clusters)
    partial = np.einsum("if,fg->ig", z, precision)
    deviations = np.stack(
        [
            partial[labels == k].std(axis=0)
            if np.count_nonzero(labels == k) >= FEWEST_TOLD
            else np.ones(z.shape[1])
            for k in range(frame.n_clusters)
        ]
    )
    outer = np.array([np.quantile(r[own], OUTER) for own in members])
    one, other = frame.pairs
    products = np.array([(z[:, f] * z[:, g]).std() for f, g in zip(one, other, strict=True)])
    return Frame(
        frame.centers,
        frame.scales,
        frame.edges,
        frame.typical,
        np.array([np.quantile(r, FAR)]),
        BEYOND_OUTER * outer,
        precision,
        np.maximum(deviations, _unseen(precision, labels, frame.n_clusters)),
        frame.pairs,
        np.maximum(products, LIMIT**2 / np.sqrt(len(labels) + 1)),
    )


def _unseen(precision: FloatMatrix, labels: IntVector, n_clusters: int) -> FloatMatrix:
    """Return what one unseen row at the limit would make of each deviation of precision · z."""
    n = np.maximum(np.bincount(labels, minlength=n_clusters), 1)
    return np.asarray(LIMIT * np.abs(precision).max(axis=0) / np.sqrt(n)[:, None])


def z_of(frame: Frame, rows: Placed) -> tuple[FloatMatrix, IntVector]:
    """Return z and the segment of all rows that have one, by segments."""
    parts = [np.flatnonzero(rows.labels == k) for k in range(frame.n_clusters)]
    z = np.concatenate([z_units(frame, rows.X[own], k) for k, own in enumerate(parts)]) / GRID
    return z, np.repeat(np.arange(len(parts)), [own.size for own in parts])


def _precision(z: FloatMatrix, labels: IntVector, n_clusters: int) -> FloatMatrix:
    """Return the inverse of the pooled covariance of z within segments, with a ridge."""
    centered = z.copy()
    for k in range(n_clusters):
        own = labels == k
        if own.any():
            centered[own] -= centered[own].mean(axis=0)
    columns = np.ascontiguousarray(centered.T)
    # einsum, not BLAS: the bits must not depend on the number of threads
    covariance = np.einsum("in,jn->ij", columns, columns) / max(1, len(z))
    ridge = RIDGE * _positive(float(np.trace(covariance)) / covariance.shape[0])
    factor = inverse_cholesky(covariance + ridge * np.eye(covariance.shape[0]))
    return np.asarray(np.einsum("ki,kj->ij", factor, factor))
