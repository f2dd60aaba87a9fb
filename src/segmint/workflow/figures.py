"""The data that a study's charts are drawn from: a few thousand points, without keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from segmint.choosing.study import FigureData, MapData
from segmint.families.fit import Fit, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE
from segmint.measure.sampling import stratified
from segmint.measure.silhouette import silhouette_rows
from segmint.model.preparation import NumericStep
from segmint.prepare.fit import Prepared
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

MAP_POINTS = 2_000
SILHOUETTE_POINTS = 1_000
CURVE_POINTS = 500


def figure_data(prepared: Prepared, geometry: Geometry, fits: Sequence[Fit], seed: int) -> FigureData:
    """Return what the charts need: the map, the silhouettes of the rows, the k-distance curves.

    Parameters
    ----------
    prepared
        The prepared rows with their raw columns.
    geometry
        The same rows.
    fits
        The finalists, the winner first; may be empty.
    seed
        The root seed: which points are drawn.
    """
    rows = _drawn(fits[0].labels - NOISE, MAP_POINTS, seed) if fits else None  # noise is drawn as well
    return FigureData(
        map=None if rows is None else _map(prepared, fits, rows),
        silhouette_rows={
            fit.configuration.id: _silhouettes(geometry, fit, seed) for fit in fits if fit.n_clusters > 1
        },
        k_distance=_k_distance(geometry, seed),
    )


def _drawn(labels: IntVector, wanted: int, seed: int) -> IntVector:
    """Draw about so many rows that each cluster keeps its share, and none but a few; all where there are no more."""
    if len(labels) <= wanted:
        return np.arange(len(labels), dtype=np.int64)
    return stratified(labels, wanted, generator(seed, "figure points").permutation(len(labels)))


def _map(prepared: Prepared, fits: Sequence[Fit], rows: IntVector) -> MapData:
    points, axes, kept = _coordinates(prepared, rows)
    winner = fits[0]
    placement = winner.assigner.place(prepared.matrix.X[rows])
    return MapData(
        points=points,
        axes=axes,
        projected=kept is not None,
        kept_variance=1.0 if kept is None else kept,
        labels={fit.configuration.id: fit.labels[rows] for fit in fits},
        confidence=placement.confidence,
        n_rows=prepared.matrix.n_samples,
    )


def _coordinates(prepared: Prepared, rows: IntVector) -> tuple[FloatMatrix, tuple[str, str], float | None]:
    """Return two columns in original units where there are just two, else the principal components."""
    steps = prepared.preparation.steps
    if len(steps) == 2 and all(isinstance(step, NumericStep) for step in steps):
        first, second = steps[0].name, steps[1].name
        points = np.column_stack([prepared.columns[first][rows], prepared.columns[second][rows]])
        return np.asarray(points, dtype=np.float64), (first, second), None
    X = prepared.matrix.X
    if X.shape[1] == 1:
        return np.column_stack([X[rows, 0], np.zeros(len(rows))]), (prepared.matrix.feature_names[0], ""), 1.0
    components, kept = principal_axes(X)
    return (X[rows] - X.mean(axis=0)) @ components, ("component 1", "component 2"), kept


def principal_axes(X: FloatMatrix) -> tuple[FloatMatrix, float]:
    """Return the first two principal axes, shape (n_features, 2), and the share of variance they keep.

    The sign of each axis makes its largest loading positive, so that equal data give equal pictures.
    """
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    axes = vectors[:, ::-1][:, :2]
    largest = axes[np.abs(axes).argmax(axis=0), [0, 1]]
    total = float(values.sum())
    return axes * np.sign(largest), float(values[-2:].sum()) / total if total > 0 else 1.0


def _silhouettes(geometry: Geometry, fit: Fit, seed: int) -> tuple[FloatVector, ...]:
    rows = _drawn(fit.labels, SILHOUETTE_POINTS, seed)
    values = silhouette_rows(geometry.X, fit.labels, rows=rows, seed=seed)
    labels = fit.labels[rows]
    return tuple(np.sort(values[labels == label])[::-1] for label in range(fit.n_clusters))


def _k_distance(geometry: Geometry, seed: int) -> Mapping[int, FloatVector]:
    """Return the curves from which DBSCAN takes its eps: of each ``min_samples`` that it plans."""
    planned = FAMILIES["dbscan"].plan(geometry, Request(seed=seed))
    wanted = sorted({int(configuration.parameters["min_samples"]) for configuration in planned})
    return {k: geometry.k_distances(k, CURVE_POINTS) for k in wanted}
