"""HDBSCAN: all densities at once, for several smallest sizes of a cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.cluster import HDBSCAN as Reference

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.points import caps_by_cluster, standing_points
from segmint.families.sampling import ROWS_BUDGET, fitted_rows, sampling_warning
from segmint.geometry.geometry import Geometry
from segmint.labels import canonical, noise_share, order_by_size
from segmint.model.exemplars import ExemplarsAssigner
from segmint.types import IntVector, Progress
from segmint.words import sentence

SMALLEST_SIZES = (5, 10, 15, 25)
SHARES = (100, 50, 20)  # of the rows: n/100, n/50, n/20


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan one configuration for each smallest size of a cluster."""
    n = geometry.n_samples
    sizes = {*SMALLEST_SIZES, *(round(n / share) for share in SHARES)}
    planned = []
    for size in sorted(size for size in sizes if 5 <= size <= n / 2):
        parameters: dict[str, int | bool] = {"min_cluster_size": size, "min_samples": min(size, 10)}
        if request.exact_rows:
            parameters["exact_rows"] = True
        planned.append(Configuration("hdbscan", parameters, request.seed))
    return tuple(planned)


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every smallest size; one outcome each, in order."""
    rows = fitted_rows(geometry.n_samples, configurations[0].seed if configurations else 0)
    for done, configuration in enumerate(configurations):
        yield _fit(geometry, rows, configuration)
        progress("HDBSCAN", done + 1, len(configurations))


def _fit(geometry: Geometry, rows: IntVector, configuration: Configuration) -> Outcome:
    started = time.perf_counter()
    parameters = configuration.parameters
    X = geometry.X[rows]
    share = len(rows) / geometry.n_samples
    size = max(5, round(int(parameters["min_cluster_size"]) * share))
    min_samples = min(int(parameters["min_samples"]), size)
    if len(rows) <= max(size, min_samples):
        return Failure(configuration, sentence("families.too_few_rows", n=len(rows)))
    labels = Reference(min_cluster_size=size, min_samples=min_samples, n_jobs=1, copy=True).fit_predict(X)
    labels = canonical(np.asarray(labels, dtype=np.int64))
    n_found = len(order_by_size(labels))
    if n_found < 2:
        noise = noise_share(labels)
        reason = sentence("families.few_clusters", n=n_found, noise=noise)
        return Failure(configuration, reason, n_found, noise, time.perf_counter() - started)
    assigner = _assigner(X, labels, exact=bool(parameters.get("exact_rows", False)))
    agreement = float(np.mean(assigner.place(X).labels == labels))
    if len(rows) < geometry.n_samples:
        labels = assigner.place(geometry.X).labels
        order = order_by_size(labels)
        if len(order) < n_found:
            reason = sentence("families.few_clusters", n=len(order), noise=noise_share(labels))
            return Failure(configuration, reason, len(order), noise_share(labels))
        labels, assigner = canonical(labels), assigner.relabeled(order)
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        agreement=agreement,
        fitted_on=len(rows),
        warnings=sampling_warning(len(rows), geometry.n_samples),
        seconds=time.perf_counter() - started,
    )


def _assigner(X: np.ndarray, labels: IntVector, *, exact: bool) -> ExemplarsAssigner:  # type: ignore[type-arg]
    points, point_labels = standing_points(X, labels, exact=exact)
    caps = caps_by_cluster(X, labels, points, point_labels)
    return ExemplarsAssigner(points, point_labels, caps, exact)


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: neighbors and the spanning tree of at most the budget's rows."""
    n = min(n_samples, ROWS_BUDGET)
    seconds = len(configurations) * (0.01 + n * n * 6e-9 * (1 + n_features / 8) + n_samples * 2e-6 * n_features)
    return Cost(seconds, 8.0 * n_samples * (n_features + 20) + 400.0 * n)


HDBSCAN = Family("hdbscan", "HDBSCAN", plan, sweep, forecast, frozenset({"density"}))
