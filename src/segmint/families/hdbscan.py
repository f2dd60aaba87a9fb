"""HDBSCAN: all densities at once, for several smallest sizes of a cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn import cluster

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.points import exemplars_rule
from segmint.families.sampling import ROWS_BUDGET, fitted_rows, sampling_warning
from segmint.geometry.geometry import Geometry
from segmint.labels import canonical, n_clusters, noise_share, order_by_size
from segmint.model.exemplars import ExemplarsAssigner
from segmint.types import FloatMatrix, IntVector, Progress
from segmint.words import sentence

SIZES = (5, 10, 15, 25)
SHARES = (100, 50, 20, 10)  # of the rows: n/100, n/50, n/20, n/10
DENSITIES = (2, 5)  # min_samples: single linkage almost, and smoothed


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan each smallest size of a cluster with each ``min_samples``."""
    n = geometry.n_samples
    sizes = sorted({*SIZES, *(n // share for share in SHARES)})
    planned = []
    for min_samples in DENSITIES:
        for size in sizes:
            if not 5 <= size <= n // 2:
                continue
            parameters: dict[str, int | bool] = {"min_cluster_size": size, "min_samples": min_samples}
            if request.exact_rows:
                parameters["exact_rows"] = True
            planned.append(Configuration("hdbscan", parameters, request.seed))
    return tuple(planned)


def fit_hdbscan(X: FloatMatrix, min_cluster_size: int, min_samples: int) -> IntVector:
    """Fit scikit-learn's HDBSCAN (excess of mass) and return canonical labels with noise.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    min_cluster_size
        Rows of the smallest cluster, 2 … n_samples.
    min_samples
        Rows (itself counted) whose distance is a row's core distance, 1 … n_samples.

    References
    ----------
    Campello, Moulavi and Sander (2013), doi:10.1007/978-3-642-37456-2_14.
    """
    model = cluster.HDBSCAN(min_cluster_size=min_cluster_size, min_samples=min_samples, n_jobs=1, copy=True)
    return canonical(np.asarray(model.fit_predict(X), dtype=np.int64))


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every smallest size; one outcome each, in order. Above the budget a sample is fitted and extended."""
    for done, configuration in enumerate(configurations):
        outcome = _fit(geometry, fitted_rows(geometry, configuration), configuration)
        progress("HDBSCAN", done + 1, len(configurations))
        yield outcome


def _fit(geometry: Geometry, rows: IntVector, configuration: Configuration) -> Outcome:
    started = time.perf_counter()
    size, min_samples = _scaled(configuration, rows.size / geometry.n_samples)
    if rows.size <= max(size, min_samples):
        return Failure(configuration, sentence("families.too_few_rows", n=geometry.n_samples))
    X = np.ascontiguousarray(geometry.X[rows])
    labels = fit_hdbscan(X, size, min_samples)
    found, noise = n_clusters(labels), noise_share(labels)
    if found < 2:
        reason = sentence("families.few_clusters", n=found, noise=noise)
        return Failure(configuration, reason, found, noise, time.perf_counter() - started)
    exact = bool(configuration.parameters.get("exact_rows", False))
    assigner, agreed = exemplars_rule(X, labels, exact=exact)
    if rows.size < geometry.n_samples:
        assigner, labels = extended(geometry, rows, labels, assigner)
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        agreement=agreed,
        fitted_on=rows.size,
        warnings=sampling_warning(rows.size, geometry.n_samples),
        seconds=time.perf_counter() - started,
    )


def _scaled(configuration: Configuration, share: float) -> tuple[int, int]:
    """Return the smallest size and ``min_samples`` for a share of the rows: a sample has smaller clusters."""
    size = int(configuration.parameters["min_cluster_size"])
    return max(5, round(size * share)), int(configuration.parameters["min_samples"])


def extended(
    geometry: Geometry, rows: IntVector, labels: IntVector, assigner: ExemplarsAssigner
) -> tuple[ExemplarsAssigner, IntVector]:
    """Return rule and labels of all rows: those of the fitted rows, and for the others what the rule says."""
    everywhere = assigner.place(geometry.X).labels
    everywhere[rows] = labels
    return assigner.relabeled(order_by_size(everywhere)), canonical(everywhere)


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: a spanning tree of at most the budget's rows a configuration, then the rule."""
    n = min(n_samples, ROWS_BUDGET)
    placing = n_samples * (4e-6 + 1.5e-6 * n_features)
    each = 0.003 + n * n * (6e-9 + 0.6e-9 * n_features) + placing
    return Cost(len(configurations) * each, 8.0 * n_samples * (2 * n_features + 20) + 400.0 * n)


HDBSCAN = Family("hdbscan", "HDBSCAN", plan, sweep, forecast, frozenset({"density"}))
