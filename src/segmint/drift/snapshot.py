"""The reference snapshot: what training looked like, made once, without keeping a row.

What fewer than five rows have (a cluster's mean, a level, a column's values) is not in it.
"""

from __future__ import annotations

import numpy as np

from segmint.labels import FEWEST_TOLD, NOISE
from segmint.model.placement import Placement
from segmint.model.reference import LevelReference, NumericReference, ReferenceSnapshot
from segmint.model.schema import LEVEL_KINDS, Role, Schema
from segmint.types import FloatMatrix, FloatVector, RawColumn, RawColumns

MOST_LEVELS = 50
N_QUANTILES = 256
_DECILES = np.arange(1, 10) / 10
_SAFE = 500  # powers of two whose squares can be summed; larger numbers are scaled down first


def build_snapshot(
    columns: RawColumns, schema: Schema, X: FloatMatrix, placement: Placement, n_clusters: int
) -> ReferenceSnapshot:
    """Describe the training rows.

    Parameters
    ----------
    columns
        The rows in original units; columns that cluster or describe are described.
    schema
        What the columns are.
    X
        The same rows prepared, shape (n_samples, n_features).
    placement
        Where the saved rule puts them.
    n_clusters
        The number of clusters.
    """
    features = [f for f in schema if f.role in (Role.CLUSTER, Role.DESCRIBE)]
    labels = placement.labels
    counts = np.bincount(np.where(labels == NOISE, n_clusters, labels), minlength=n_clusters + 1)
    members = [X[labels == label] for label in range(n_clusters)]
    distances = [placement.distance[labels == label] for label in range(n_clusters)]
    return ReferenceSnapshot(
        n_samples=len(labels),
        numbers={f.name: _number(columns[f.name]) for f in features if f.numeric},
        levels={f.name: _levels(columns[f.name]) for f in features if f.kind in LEVEL_KINDS},
        counts=counts.astype(np.int64),
        means=np.stack([_mean(rows, X) for rows in members]),
        covariances=np.stack([_covariance(rows) for rows in members]),
        novelty=np.stack([_quantiles(values) for values in distances]),
    )


def _number(column: RawColumn) -> NumericReference:
    values = np.asarray(column, dtype=np.float64)
    present = values[~np.isnan(values)]
    missing_share = 1.0 - present.size / max(1, values.size)
    if present.size < FEWEST_TOLD:
        return NumericReference(np.empty(0), np.array([present.size]), 0.0, 0.0, missing_share)
    exponent = max(0, int(np.frexp(np.max(np.abs(present)))[1]) - _SAFE)
    scaled = np.ldexp(present, -exponent)
    edges = np.ldexp(np.unique(np.quantile(scaled, _DECILES)), exponent)
    bins = np.searchsorted(edges, present, side="left")
    return NumericReference(
        edges,
        np.bincount(bins, minlength=len(edges) + 1).astype(np.int64),
        float(np.ldexp(scaled.mean(), exponent)),
        float(np.ldexp(scaled.std(), exponent)),
        missing_share,
    )


def _levels(column: RawColumn) -> LevelReference:
    present = [value for value in column if value is not None]
    levels, counts = np.unique(np.asarray(present, dtype=str), return_counts=True)
    order = np.lexsort((levels, -counts))[: min(MOST_LEVELS, np.count_nonzero(counts >= FEWEST_TOLD))]
    kept = counts[order].astype(np.int64)
    return LevelReference(
        tuple(str(level) for level in levels[order]),
        kept,
        len(present) - int(kept.sum()),
        1.0 - len(present) / len(column),
    )


def _mean(rows: FloatMatrix, X: FloatMatrix) -> FloatVector:
    """Return the mean of a cluster's rows; of all rows where the rule gives the cluster fewer than five."""
    return np.asarray((rows if len(rows) >= FEWEST_TOLD else X).mean(axis=0))


def _covariance(rows: FloatMatrix) -> FloatMatrix:
    d = rows.shape[1]
    if len(rows) < FEWEST_TOLD:
        return np.zeros((d, d))
    columns = np.ascontiguousarray((rows - rows.mean(axis=0)).T)
    # einsum, not BLAS: the bits must not depend on the number of threads
    return np.asarray(np.einsum("in,jn->ij", columns, columns)) / (len(rows) - 1)


def _quantiles(distances: FloatVector) -> FloatVector:
    if not len(distances):
        return np.zeros(N_QUANTILES)
    return np.asarray(np.quantile(distances, np.linspace(0, 1, N_QUANTILES), method="higher"))
