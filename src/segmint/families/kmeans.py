"""K-Means: every K with all its restarts, the saved rule defining the labels."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.labeling import numbered_by_size
from segmint.geometry.geometry import Geometry
from segmint.kernels import lloyd
from segmint.labels import n_clusters, order_by_size
from segmint.model.centers import CentersAssigner
from segmint.types import FloatMatrix, IntVector, Progress
from segmint.words import sentence

MAX_ITERATIONS = 300
MANY_STARTS, FEW_STARTS = 50, 10  # starts up to PATIENT_ROWS rows, and beyond
SEEDING_ROWS = 10_000  # k-means++ draws from at most so many rows
PATIENT_ROWS = 2_000  # up to here every restart runs until no row moves
TOLERANCE = 1e-4  # beyond: until the centers' Σ move² is below this share of a feature's variance


def fit_kmeans(
    X: FloatMatrix,
    n_clusters: int,
    *,
    n_init: int,
    seed: int,
    init: str = "k-means++",
    start: IntVector | None = None,
) -> tuple[FloatMatrix, IntVector, float, int, bool]:
    """Fit K-Means from ``n_init`` starts and keep the one of smallest inertia.

    The result is a fixed point of the written rule: labels are the nearest centers (ties to the lowest
    label), centers are the means of their rows. Clusters are numbered by size, largest first.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features), finite.
    n_clusters
        1 … number of distinct rows.
    n_init
        Number of starts, ≥ 1.
    seed
        Seed of the starts; the same seed gives the same bytes.
    init
        ``k-means++`` (greedy) or ``random`` (distinct rows drawn uniformly).
    start
        Labels to start from instead, shape (n_samples,), each of 0 … n_clusters − 1 present.

    Returns
    -------
    centers
        Shape (n_clusters, n_features).
    labels
        Shape (n_samples,).
    inertia
        Sum of squared distances of the rows to their centers.
    n_iter
        Iterations of the best start.
    converged
        Whether the fixed point was reached.

    References
    ----------
    Lloyd (1982), doi:10.1109/TIT.1982.1056489.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    >>> centers, labels, inertia, n_iter, converged = fit_kmeans(X, 2, n_init=3, seed=0)
    >>> centers.ravel().tolist(), labels.tolist(), inertia, converged
    ([11.0, 0.5], [1, 1, 0, 0, 0], 2.5, True)
    """
    columns = np.ascontiguousarray(np.asarray(X, dtype=np.float64).T)
    starts = (
        _starts(columns, n_clusters, n_init, seed, init)
        if start is None
        else means_of_labels(columns, start, n_clusters)[None]
    )
    labels = np.empty(columns.shape[1], dtype=np.int64)
    small = columns.shape[1] <= PATIENT_ROWS
    tolerance = 0.0 if small else TOLERANCE * float(np.mean(np.var(columns, axis=1)))
    best, n_iter, _ = lloyd.best_start(columns, starts, MAX_ITERATIONS, tolerance, labels)
    centers = starts[best]
    if not small:
        more, _ = lloyd.lloyd(columns, centers, labels, MAX_ITERATIONS, 0.0)
        n_iter += more
    centers, labels, inertia, converged = _settled(columns, centers, labels)
    return centers, labels, inertia, n_iter, converged


def _starts(columns: FloatMatrix, n_clusters: int, n_init: int, seed: int, init: str) -> FloatMatrix:
    rng = np.random.default_rng(seed)
    n_features, n_samples = columns.shape
    starts = np.empty((n_init, n_clusters, n_features))
    if init == "random":
        for start in starts:
            start[:] = columns[:, rng.choice(n_samples, n_clusters, replace=False)].T
        return starts
    n_trials = 2 + int(math.log(n_clusters))
    if n_samples > SEEDING_ROWS:
        drawn = np.sort(rng.choice(n_samples, SEEDING_ROWS, replace=False))
        columns = np.ascontiguousarray(columns[:, drawn])
    lloyd.plus_plus_starts(columns, rng.random((n_init, n_clusters, n_trials)), starts)
    return starts


def means_of_labels(columns: FloatMatrix, labels: IntVector, n_clusters: int) -> FloatMatrix:
    """Return the mean of each label's rows, shape (n_clusters, n_features), from rows by column."""
    return np.stack([columns[:, labels == label].mean(axis=1) for label in range(n_clusters)])


def _settled(
    columns: FloatMatrix, centers: FloatMatrix, labels: IntVector
) -> tuple[FloatMatrix, IntVector, float, bool]:
    """Reach the rule's fixed point with clusters numbered by size: a tie may move when numbers do."""
    lloyd.nearest_labels(columns, centers, labels)
    inertia, converged = math.inf, False
    for _ in range(10):
        order = order_by_size(labels)
        missing = np.setdiff1d(np.arange(centers.shape[0]), order)
        centers = np.ascontiguousarray(centers[np.concatenate([order, missing])])
        _, converged, inertia = lloyd.settle(columns, centers, labels, MAX_ITERATIONS)
        if np.array_equal(order_by_size(labels), np.arange(centers.shape[0])):
            break
    return centers, labels, inertia, converged


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan one configuration for each K."""
    n_init = MANY_STARTS if geometry.n_samples <= PATIENT_ROWS else FEW_STARTS
    return tuple(
        Configuration("kmeans", {"n_clusters": k, "n_init": n_init, "init": request.init}, request.seed)
        for k in request.ks
    )


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every K; one outcome each, in order."""
    for done, configuration in enumerate(configurations):
        outcome = _fit(geometry, configuration)
        progress("K-Means", done + 1, len(configurations))
        yield outcome


def _fit(geometry: Geometry, configuration: Configuration, start: IntVector | None = None) -> Outcome:
    """Fit one configuration: from its own starts, or from one set of labels."""
    started = time.perf_counter()
    k = int(configuration.parameters["n_clusters"])
    if k > geometry.n_distinct:
        reason = sentence("families.too_many_clusters", k=k, distinct=geometry.n_distinct)
        return Failure(configuration, reason)
    centers, _, inertia, _, converged = fit_kmeans(
        geometry.X,
        k,
        n_init=int(configuration.parameters["n_init"]),
        seed=configuration.random_state,
        init=str(configuration.parameters["init"]),
        start=start,
    )
    assigner, labels = numbered_by_size(CentersAssigner(centers), geometry.X)
    found = n_clusters(labels)
    if found < k:
        return Failure(configuration, sentence("families.empty_clusters", k=k, found=found), found)
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        inertia=inertia,
        fitted_on=geometry.n_samples,
        warnings=() if converged else (sentence("families.not_converged", n=MAX_ITERATIONS),),
        seconds=time.perf_counter() - started,
    )


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: starts × iterations × rows × clusters × features."""
    work = sum(c.parameters["n_init"] * c.parameters["n_clusters"] for c in configurations)
    seconds = 0.001 * len(configurations) + work * n_samples * (n_features + 4) * 4e-9
    return Cost(seconds, 8.0 * n_samples * (2 * n_features + 8))


def thinned(configuration: Configuration, _part: Geometry, _share: float, _density: float) -> Configuration:
    """Return the configuration for a part of the rows: ten starts at most."""
    asked = configuration.parameters
    return replace(configuration, parameters={**asked, "n_init": min(FEW_STARTS, int(asked["n_init"]))})


KMEANS = Family(
    "kmeans",
    "K-Means",
    plan,
    sweep,
    forecast,
    frozenset({"centers"}),
    thinned=thinned,
    continued=_fit,
)
