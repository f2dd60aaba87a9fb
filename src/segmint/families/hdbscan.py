"""HDBSCAN: all densities at once, for several smallest sizes of a cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from segmint.families.density_tree import DensityTree
from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.labeling import unusable
from segmint.families.points import PROBED_ROWS, exemplars_rule
from segmint.families.sampling import (
    ROWS_BUDGET,
    fitted_rows,
    sampling_warning,
    seconds_of_neighbors,
    seconds_of_placing,
)
from segmint.families.thinning import fewer
from segmint.geometry.geometry import Geometry
from segmint.labels import canonical, order_by_size
from segmint.model.exemplars import ExemplarsAssigner
from segmint.types import IntVector, Progress
from segmint.words import sentence

SIZES = (5, 10, 15, 25)
SHARES = (100, 50, 20, 10)  # of the rows: n/100, n/50, n/20, n/10
THOUSANDTH = 1000  # a cluster of less than n/1000 is no segment
DENSITIES = (2, 5)  # min_samples: single linkage almost, and smoothed


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan each smallest size of a cluster with each ``min_samples``."""
    n = geometry.n_samples
    sizes = sorted({max(size, n // THOUSANDTH) for size in (*SIZES, *(n // share for share in SHARES))})
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


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every smallest size; one outcome each, in order.

    One spanning tree serves all sizes of a ``min_samples``. Above the budget a sample is fitted and extended
    to the other rows by its rule.
    """
    if not configurations:
        return
    rows = fitted_rows(geometry, configurations[0])
    fitted = geometry if rows.size == geometry.n_samples else Geometry(geometry.X[rows])
    trees: dict[int, DensityTree] = {}
    for done, configuration in enumerate(configurations):
        outcome = _fit(geometry, fitted, rows, configuration, trees)
        progress("HDBSCAN", done + 1, len(configurations))
        yield outcome


def _fit(
    geometry: Geometry,
    fitted: Geometry,
    rows: IntVector,
    configuration: Configuration,
    trees: dict[int, DensityTree],
) -> Outcome:
    started = time.perf_counter()
    size, min_samples = _scaled(configuration, rows.size / geometry.n_samples)
    if rows.size <= max(size, min_samples):
        return Failure(configuration, sentence("families.too_few_rows", n=geometry.n_samples))
    if min_samples not in trees:
        trees[min_samples] = DensityTree.of(fitted, min_samples)
    labels = trees[min_samples].clusters(size)
    refused = unusable(configuration, labels, started)
    if refused is not None:
        return refused
    exact = bool(configuration.parameters.get("exact_rows", False))
    assigner, agreed = exemplars_rule(fitted.X, labels, exact=exact)
    if fitted is not geometry:
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
    """Forecast time and memory: a spanning tree of at most the budget's rows for each ``min_samples``, then the rules."""
    n = min(n_samples, ROWS_BUDGET)
    seconds = seconds_of_neighbors(n, n_features)
    seconds += len(DENSITIES) * n * n * (0.5e-9 + 0.1e-9 * n_features)
    placed = min(n, PROBED_ROWS) + (n_samples if n_samples > n else 0)
    seconds += len(configurations) * (0.0005 + seconds_of_placing(placed, n_features))
    return Cost(seconds, 8.0 * n_samples * (2 * n_features + 20) + 400.0 * n)


def thinned(configuration: Configuration, _part: Geometry, share: float, _density: float) -> Configuration:
    """Return the configuration for a part of the rows: both counts shrink with them."""
    asked = configuration.parameters
    size = max(SIZES[0], round(int(asked["min_cluster_size"]) * share))
    near = min(size, fewer(int(asked["min_samples"]), share))
    return replace(configuration, parameters={**asked, "min_cluster_size": size, "min_samples": near})


def scaled(configuration: Configuration, ratio: float) -> Configuration:
    """Return the configuration for a table of ``ratio`` times as many rows: the smallest size grows with them."""
    asked = configuration.parameters
    size = max(SIZES[0], round(int(asked["min_cluster_size"]) * ratio))
    return replace(configuration, parameters={**asked, "min_cluster_size": size})


HDBSCAN = Family(
    "hdbscan",
    "HDBSCAN",
    plan,
    sweep,
    forecast,
    frozenset({"density"}),
    thinned=thinned,
    scaled=scaled,
)
