"""Agglomerative clustering with Ward's criterion: one tree, cut for every K."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.cluster.hierarchy import cut_tree, linkage

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.sampling import ROWS_BUDGET, fitted_rows, sampling_warning
from segmint.geometry.geometry import Geometry
from segmint.labels import canonical, order_by_size
from segmint.model.centers import CentersAssigner
from segmint.types import FloatMatrix, IntVector, Progress
from segmint.words import sentence


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan one configuration for each K of at least two."""
    return tuple(
        Configuration("ward", {"n_clusters": k}, request.seed)
        for k in request.ks
        if 2 <= k <= geometry.n_samples
    )


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Build the tree once and cut it for every K; one outcome each, in order."""
    if not configurations:
        return
    started = time.perf_counter()
    rows = fitted_rows(geometry.n_samples, configurations[0].seed)
    X = np.ascontiguousarray(geometry.X[rows])
    tree = linkage(X, method="ward") if len(rows) > 1 else None
    seconds = (time.perf_counter() - started) / len(configurations)
    for done, configuration in enumerate(configurations):
        yield _fit(geometry, rows, X, tree, configuration, seconds)
        progress("Ward", done + 1, len(configurations))


def _fit(
    geometry: Geometry,
    rows: IntVector,
    X: FloatMatrix,
    tree: FloatMatrix | None,
    configuration: Configuration,
    seconds: float,
) -> Outcome:
    started = time.perf_counter()
    k = int(configuration.parameters["n_clusters"])
    if tree is None or k > geometry.n_distinct or k > len(rows):
        reason = sentence("families.too_many_clusters", k=k, distinct=geometry.n_distinct)
        return Failure(configuration, reason)
    labels = canonical(cut_tree(tree, n_clusters=k)[:, 0].astype(np.int64))
    centers = np.stack([X[labels == label].mean(axis=0) for label in range(k)])
    assigner = CentersAssigner(centers)
    placed = assigner.place(X).labels
    agreement = float(np.mean(placed == labels))
    if len(rows) < geometry.n_samples:
        labels = assigner.place(geometry.X).labels
        order = order_by_size(labels)
        if len(order) < k:
            return Failure(configuration, sentence("families.empty_clusters", k=k, found=len(order)), len(order))
        labels, assigner = canonical(labels), assigner.relabeled(order)
    means = np.stack([geometry.X[labels == label].mean(axis=0) for label in range(k)])
    inertia = float(np.square(geometry.X - means[labels]).sum())
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        inertia=inertia,
        agreement=agreement,
        fitted_on=len(rows),
        warnings=sampling_warning(len(rows), geometry.n_samples),
        seconds=seconds + time.perf_counter() - started,
    )


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: all pairs of at most the budget's rows, once."""
    n = min(n_samples, ROWS_BUDGET)
    seconds = n * n * (5e-9 + 1e-9 * n_features) + len(configurations) * (0.002 + n_samples * 1e-7 * n_features)
    return Cost(seconds, 4.0 * n * n + 8.0 * n_samples * (n_features + 8))


WARD = Family("ward", "Ward", plan, sweep, forecast, frozenset({"centers", "tree"}))
