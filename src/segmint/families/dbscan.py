"""DBSCAN: eps from the k-distance curve, several densities, memory in proportion to the rows."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.labeling import unusable
from segmint.families.points import PROBED_ROWS, cores_rule
from segmint.families.sampling import seconds_of_neighbors, seconds_of_placing
from segmint.families.thinning import FEWEST_NEIGHBORS, fewer, median_core
from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE, canonical
from segmint.types import BoolVector, FloatVector, IntVector, Progress
from segmint.words import sentence

LADDER = (0.72, 0.85, 1.0, 1.18, 1.39)  # equal steps of 18 %
"""Multiples of the knee that are tried: a bend is a region rather than a point."""
HIGH = (0.9, 0.95, 0.98, 1.0)
"""Quantiles of the curve that are tried: beside a dense cluster the knee is too near for a thin one."""
ALIKE = 1.03  # an eps less than three in a hundred above the one before is left out
SMALLEST, LARGEST = 5, 20  # min_samples: below five a cluster could be fewer rows than a mean holds


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan several eps around the knee of the k-distance curve of each ``min_samples``: 5, 10 and 2 d."""
    asked = {SMALLEST, 10, min(max(2 * geometry.n_features, SMALLEST), LARGEST)}
    usual = sorted(k for k in asked if k < geometry.n_samples)
    if usual:
        geometry.core_distances(usual[-1])  # the farthest first: the others are then at hand
    planned = []
    for min_samples in usual:
        for eps in steps_of_eps(geometry.core_distances(min_samples)):
            parameters: dict[str, float | int | bool] = {"eps": eps, "min_samples": min_samples}
            if request.exact_rows:
                parameters["exact_rows"] = True
            planned.append(Configuration("dbscan", parameters, request.seed))
    return tuple(planned)


def steps_of_eps(distances: FloatVector) -> tuple[float, ...]:
    """Return the eps that are worth trying: around the knee of the k-distance curve, and high on it.

    Parameters
    ----------
    distances
        Distance of each row to its k-th nearest, in any order; shape (n_samples,).

    Returns
    -------
    tuple of float
        Ascending, above 0, of three significant digits; empty where all rows are equal.

    Examples
    --------
    >>> steps_of_eps(np.array([1.0, 1.1, 1.2, 1.3, 4.0, 8.0]))
    (0.936, 1.11, 1.3, 1.54, 1.81, 6.0, 7.0, 7.6, 8.0)
    """
    wanted = [knee_of(distances) * factor for factor in LADDER]
    wanted += np.quantile(distances, HIGH).tolist()
    steps: list[float] = []
    for eps in sorted(_rounded_up(value) for value in wanted if value > 0):
        if not steps or eps > ALIKE * steps[-1]:
            steps.append(eps)
    return tuple(steps)


def _rounded_up(value: float) -> float:
    """Return three significant digits, not below the value: the largest distance stays within."""
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    return float(f"{math.ceil(value / step - 1e-9) * step:.3g}")


def knee_of(distances: FloatVector) -> float:
    """Return the distance at which the sorted curve of k-distances turns up: farthest below its chord.

    The largest one in a hundred is left out, since a few far rows would stretch the chord.

    Parameters
    ----------
    distances
        Distance of each row to its k-th nearest, in any order; shape (n_samples,).

    References
    ----------
    Ester, Kriegel, Sander and Xu (1996), KDD-96, section 4.2 (the curve). Satopää et al. (2011),
    doi:10.1109/ICDCSW.2011.20 (the knee).

    Examples
    --------
    >>> knee_of(np.array([1.0, 1.1, 1.2, 1.3, 4.0, 8.0]))
    1.3
    """
    curve = np.sort(distances)
    curve = curve[: max(2, int(np.ceil(len(curve) * 0.99)))]
    height = curve[-1] - curve[0]
    if height <= 0:
        return float(curve[-1])
    below = np.linspace(0, 1, len(curve)) - (curve - curve[0]) / height
    return float(curve[int(np.argmax(below))])


def fit_dbscan(geometry: Geometry, eps: float, min_samples: int) -> tuple[IntVector, BoolVector]:
    """Fit DBSCAN; border rows go to the cluster of their nearest core row.

    Core rows come from the distances to the nearest neighbors, their components from a tree that skips
    what is joined already. A row that is no core row has fewer than ``min_samples`` rows within eps, so
    that all its core neighbors are among its ``min_samples`` nearest. Memory is O(n_samples).

    Parameters
    ----------
    geometry
        The rows.
    eps
        Radius of a neighborhood, above 0.
    min_samples
        Rows within eps (itself counted) that make a core row.

    Returns
    -------
    labels, core
        Shapes (n_samples,): canonical labels with noise, and which rows are core rows.

    References
    ----------
    Ester, Kriegel, Sander and Xu (1996), A Density-Based Algorithm for Discovering Clusters, KDD-96.

    Examples
    --------
    >>> labels, core = fit_dbscan(Geometry(np.array([[0.0], [1.0], [2.0], [9.0], [3.0]])), 1.0, 3)
    >>> labels.tolist(), core.tolist()
    ([0, 0, 0, -1, 0], [False, True, True, False, False])
    """
    core = np.asarray(geometry.core_distances(min_samples) <= eps)
    component = geometry.boxes.components(core, eps)
    labels = canonical(component)  # by the core rows' numbers, so that ties are settled the same way
    distances, neighbors = geometry.neighbors(min_samples)
    border = np.flatnonzero(~core)
    near = np.where((distances[border] <= eps) & core[neighbors[border]], distances[border], np.inf)
    nearest = near.min(axis=1, initial=np.inf)
    tied = np.where(near == nearest[:, None], labels[neighbors[border]], np.iinfo(np.int64).max)
    labels[border] = np.where(np.isfinite(nearest), tied.min(axis=1, initial=np.iinfo(np.int64).max), NOISE)
    return canonical(labels), core


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every eps and ``min_samples``; one outcome each, in order."""
    largest = max((int(c.parameters["min_samples"]) for c in configurations), default=1)
    if largest < geometry.n_samples:
        geometry.core_distances(largest)
    for done, configuration in enumerate(configurations):
        outcome = _fit(geometry, configuration)
        progress("DBSCAN", done + 1, len(configurations))
        yield outcome


def _fit(geometry: Geometry, configuration: Configuration) -> Outcome:
    started = time.perf_counter()
    eps, min_samples = float(configuration.parameters["eps"]), int(configuration.parameters["min_samples"])
    if min_samples >= geometry.n_samples:
        return Failure(configuration, sentence("families.too_few_rows", n=geometry.n_samples))
    labels, core = fit_dbscan(geometry, eps, min_samples)
    refused = unusable(configuration, labels, started)
    if refused is not None:
        return refused
    exact = bool(configuration.parameters.get("exact_rows", False))
    assigner, agreed = cores_rule(geometry.X, labels, core, eps=eps, exact=exact)
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        agreement=agreed,
        fitted_on=geometry.n_samples,
        seconds=time.perf_counter() - started,
    )


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: nearest neighbors once, then a walk through the tree a configuration."""
    each = 0.0003 + n_samples * (4e-7 + 1.5e-7 * n_features)
    each += seconds_of_placing(min(n_samples, PROBED_ROWS), n_features)
    seconds = seconds_of_neighbors(n_samples, n_features) + len(configurations) * each
    largest = max((int(c.parameters["min_samples"]) for c in configurations), default=1)
    return Cost(seconds, 8.0 * n_samples * (3 * n_features + 3 * largest + 20))


def thinned(configuration: Configuration, part: Geometry, share: float, density: float) -> Configuration:
    """Return the configuration for a part of the rows.

    ``min_samples`` shrinks with the rows; eps grows as the median distance to that neighbor does.
    """
    asked = configuration.parameters
    near = fewer(int(asked["min_samples"]), share)
    grown = median_core(part, near) / density if density > 0 else 1.0
    return replace(
        configuration, parameters={**asked, "eps": float(asked["eps"]) * (grown or 1.0), "min_samples": near}
    )


def density(configuration: Configuration, geometry: Geometry) -> float:
    """Return the median distance of rows to the neighbor that the configuration asks for."""
    return median_core(geometry, int(configuration.parameters["min_samples"]))


def scaled(configuration: Configuration, ratio: float) -> Configuration:
    """Return the configuration for a table of ``ratio`` times as many rows: as many more lie within eps."""
    asked = configuration.parameters
    near = max(FEWEST_NEIGHBORS, round(int(asked["min_samples"]) * ratio))
    return replace(configuration, parameters={**asked, "min_samples": near})


DBSCAN = Family(
    "dbscan",
    "DBSCAN",
    plan,
    sweep,
    forecast,
    frozenset({"density"}),
    thinned=thinned,
    density=density,
    scaled=scaled,
)
