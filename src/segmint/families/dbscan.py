"""DBSCAN: eps from the k-distance curve, several densities, memory in proportion to the rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.points import best_reach, nearest_points, standing_points
from segmint.families.sampling import fitted_rows, sampling_warning
from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE, canonical, noise_share, order_by_size
from segmint.model.cores import CoresAssigner
from segmint.types import BoolVector, FloatVector, IntVector, Progress
from segmint.words import sentence

LADDER = (0.6, 0.8, 1.0, 1.25, 1.6)
"""Multiples of the knee that are tried: a bend is a region rather than a point."""
PAIRS_AT_ONCE = 2_000_000
ROWS_BUDGET = 20_000


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan several eps around the knee of the k-distance curve of each ``min_samples``."""
    planned: dict[str, Configuration] = {}
    for min_samples in sorted({4, 5, 10, 2 * geometry.n_features}):
        if min_samples >= geometry.n_samples:
            continue
        knee = knee_of(geometry.core_distances(min_samples))
        for factor in LADDER:
            eps = float(f"{knee * factor:.4g}")
            if eps > 0:
                parameters = {"eps": eps, "min_samples": min_samples}
                if request.exact_rows:
                    parameters["exact_rows"] = True
                configuration = Configuration("dbscan", parameters, request.seed)
                planned[configuration.id] = configuration
    return tuple(planned.values())


def knee_of(distances: FloatVector) -> float:
    """Return the distance at which the sorted curve turns up: farthest below its chord.

    The highest one in a hundred is left out, since a few far rows would stretch the chord. Satopää et al.
    (2011), doi:10.1109/ICDCSW.2011.20.
    """
    curve = np.sort(distances)
    curve = curve[: max(2, int(np.ceil(len(curve) * 0.99)))]
    height = curve[-1] - curve[0]
    if height <= 0:
        return float(curve[-1])
    below = np.linspace(0, 1, len(curve)) - (curve - curve[0]) / height
    return float(curve[int(np.argmax(below))])


def fit_dbscan(X_geometry: Geometry, eps: float, min_samples: int) -> tuple[IntVector, BoolVector]:
    """Fit DBSCAN; border rows go to the cluster of their nearest core row.

    Parameters
    ----------
    X_geometry
        The rows.
    eps
        Radius of a neighborhood, above 0.
    min_samples
        Rows within eps (itself counted) that make a core row.

    Returns
    -------
    labels, core
        Shapes (n_samples,): labels with noise, and which rows are core rows.

    References
    ----------
    Ester, Kriegel, Sander and Xu (1996), A Density-Based Algorithm for Discovering Clusters, KDD-96.
    """
    core = X_geometry.core_distances(min_samples) <= eps
    labels = np.full(X_geometry.n_samples, NOISE, dtype=np.int64)
    rows = np.flatnonzero(core)
    if not len(rows):
        return labels, core
    labels[rows] = _components(X_geometry, rows, eps)
    border = np.flatnonzero(~core)
    if len(border):
        inside = Geometry(X_geometry.X[rows])
        distances, nearest = inside.tree.query(X_geometry.X[border])
        near = np.asarray(distances) <= eps
        labels[border[near]] = labels[rows[np.asarray(nearest)[near]]]
    return labels, core


def _components(geometry: Geometry, rows: IntVector, eps: float) -> IntVector:
    """Return the connected components of the core rows under "within eps", in blocks of pairs.

    Each block's edges are merged at once into the components so far, so that memory stays bounded
    whatever eps is.
    """
    X = geometry.X[rows]
    tree = Geometry(X).tree
    counts = np.asarray(tree.query_ball_point(X, eps, return_length=True))
    component = np.arange(len(rows), dtype=np.int64)
    bounds = _block_bounds(counts)
    for first, last in zip(bounds[:-1], bounds[1:], strict=True):
        neighbors = tree.query_ball_point(X[first:last], eps)
        origin = np.repeat(np.arange(first, last), counts[first:last])
        target = np.concatenate([np.asarray(found, dtype=np.int64) for found in neighbors])
        edges = (np.ones(len(origin), dtype=np.int8), (component[origin], component[target]))
        n = len(rows)
        merged = connected_components(coo_matrix(edges, shape=(n, n)), directed=False)[1]
        component = merged[component].astype(np.int64)
    return np.unique(component, return_inverse=True)[1].astype(np.int64)


def _block_bounds(counts: IntVector) -> list[int]:
    total = np.cumsum(counts)
    bounds, reached = [0], 0
    while bounds[-1] < len(counts):
        place = int(np.searchsorted(total, reached + PAIRS_AT_ONCE, side="right"))
        bounds.append(max(place, bounds[-1] + 1))
        reached = int(total[bounds[-1] - 1])
    return bounds


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every eps and ``min_samples``; one outcome each, in order."""
    sample = fitted_rows(geometry.n_samples, configurations[0].seed, ROWS_BUDGET) if configurations else None
    fitted = geometry
    if sample is not None and len(sample) < geometry.n_samples:
        fitted = Geometry(geometry.X[sample])
    for done, configuration in enumerate(configurations):
        yield _fit(geometry, fitted, configuration)
        progress("DBSCAN", done + 1, len(configurations))


def _fit(geometry: Geometry, fitted: Geometry, configuration: Configuration) -> Outcome:
    started = time.perf_counter()
    parameters = configuration.parameters
    if int(parameters["min_samples"]) >= fitted.n_samples:
        return Failure(configuration, sentence("families.too_few_rows", n=fitted.n_samples))
    eps = float(parameters["eps"])
    if fitted is not geometry:  # a sample is thinner: its neighborhoods are wider in the same proportion
        eps *= (geometry.n_samples / fitted.n_samples) ** (1.0 / geometry.n_features)
    labels, core = fit_dbscan(fitted, eps, int(parameters["min_samples"]))
    order = order_by_size(labels)
    seconds = time.perf_counter() - started
    if len(order) < 2:
        found, noise = len(order), noise_share(labels)
        reason = sentence("families.few_clusters", n=found, noise=noise)
        return Failure(configuration, reason, found, noise, seconds)
    labels = canonical(labels)
    exact = bool(parameters.get("exact_rows", False))
    core_labels = np.where(core, labels, NOISE)
    points, point_labels = standing_points(fitted.X, core_labels, exact=exact)
    reach = eps if exact else _reach(fitted, labels, points, point_labels)
    assigner = CoresAssigner(points, point_labels, reach, exact)
    placed = assigner.place(fitted.X).labels
    agreement = float(np.mean(placed == labels))
    if fitted is not geometry:
        labels = assigner.place(geometry.X).labels
        order = order_by_size(labels)
        if len(order) < assigner.n_clusters:
            return Failure(configuration, sentence("families.few_clusters", n=len(order), noise=noise_share(labels)))
        labels, assigner = canonical(labels), assigner.relabeled(order)
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        agreement=agreement,
        fitted_on=fitted.n_samples,
        warnings=sampling_warning(fitted.n_samples, geometry.n_samples),
        seconds=time.perf_counter() - started,
    )


def _reach(fitted: Geometry, labels: IntVector, points: np.ndarray, point_labels: IntVector) -> float:  # type: ignore[type-arg]
    nearest, distances = nearest_points(fitted.X, points, point_labels)
    right = (labels == NOISE) | (nearest == labels)  # rows nearest to a wrong cluster are lost either way
    return max(best_reach(distances[right], labels[right] != NOISE), 1e-300)


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: neighborhoods in a tree of at most the budget's rows."""
    n = min(n_samples, ROWS_BUDGET)
    per_row = 4e-6 * (1 + n_features / 2)
    seconds = len(configurations) * (0.002 + n * per_row * 4) + n_samples * len(configurations) * 2e-6 * n_features
    return Cost(seconds, 8.0 * n_samples * (n_features + 20) + 16.0 * PAIRS_AT_ONCE)


DBSCAN = Family("dbscan", "DBSCAN", plan, sweep, forecast, frozenset({"density"}))
