"""Gaussian mixtures: every K with every kind of covariance, the saved rule defining the labels."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.kmeans import fit_kmeans
from segmint.families.labeling import numbered_by_size
from segmint.families.mixing import (
    MAX_ITERATIONS,
    REGULARIZATION,
    Mixture,
    fit_mixture,
)
from segmint.geometry.geometry import Geometry
from segmint.labels import n_clusters
from segmint.model.mixture import COVARIANCE_TYPES, MixtureAssigner
from segmint.seeds import random_state
from segmint.types import FloatMatrix, IntVector, Progress
from segmint.words import Sentence, sentence

__all__ = ["GAUSSIAN_MIXTURE", "fit_mixture", "forecast", "plan", "sweep"]

STARTS = 10  # of the K-Means that a mixture starts from
COLLAPSED = 2.0  # variances of at most so many regularizations are none of the data's


def plan(_geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan each K with each kind of covariance."""
    return tuple(
        Configuration(
            "gaussian_mixture",
            {"n_components": k, "covariance_type": kind, "n_init": STARTS, "reg_covar": REGULARIZATION},
            request.seed,
        )
        for kind in COVARIANCE_TYPES
        for k in request.ks
    )


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every K and covariance; one outcome each, in order. One K-Means start serves all kinds of a K."""
    starts: dict[tuple[int, int, int], IntVector] = {}
    for done, configuration in enumerate(configurations):
        outcome = _fit(geometry, configuration, partial(_start, geometry, configuration, starts))
        progress("Gaussian mixture", done + 1, len(configurations))
        yield outcome


def continued(geometry: Geometry, configuration: Configuration, labels: IntVector) -> Outcome:
    """Fit one configuration from labels, each of 0 … n_components − 1 present."""
    return _fit(geometry, configuration, lambda: labels)


def _fit(geometry: Geometry, configuration: Configuration, start: Callable[[], IntVector]) -> Outcome:
    started = time.perf_counter()
    k = int(configuration.parameters["n_components"])
    if k > geometry.n_distinct:
        reason = sentence("families.too_many_clusters", k=k, distinct=geometry.n_distinct)
        return Failure(configuration, reason)
    mixture = fit_mixture(
        geometry.X,
        k,
        covariance_type=str(configuration.parameters["covariance_type"]),
        seed=configuration.random_state,
        reg_covar=float(configuration.parameters["reg_covar"]),
        start=start(),
    )
    collapsed = 0 if mixture is None else collapsed_components(mixture)
    if mixture is None or collapsed:
        reason = sentence("families.collapsed", n=max(collapsed, 1))
        return Failure(configuration, reason, seconds=time.perf_counter() - started)
    assigner, labels = numbered_by_size(mixture.assigner, geometry.X)
    found = n_clusters(labels)
    if found < k:
        reason = sentence("families.empty_clusters", k=k, found=found)
        return Failure(configuration, reason, found, seconds=time.perf_counter() - started)
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        log_likelihood=mixture.log_likelihood,
        n_parameters=mixture.n_parameters,
        entropy=mixture.entropy,
        fitted_on=geometry.n_samples,
        warnings=_warnings(mixture),
        seconds=time.perf_counter() - started,
    )


def _start(
    geometry: Geometry, configuration: Configuration, starts: dict[tuple[int, int, int], IntVector]
) -> IntVector:
    k, n_init = int(configuration.parameters["n_components"]), int(configuration.parameters["n_init"])
    key = (k, n_init, configuration.seed)
    if key not in starts:
        seed = random_state(configuration.seed, "gaussian_mixture", "start", k)
        starts[key] = fit_kmeans(geometry.X, k, n_init=n_init, seed=seed)[1]
    return starts[key]


def collapsed_components(mixture: Mixture) -> int:
    """Return how many components have no variance of their own left in any direction."""
    largest = _variances(mixture.assigner).max(axis=1)
    return int(np.count_nonzero(largest <= COLLAPSED * mixture.floor))


def _variances(assigner: MixtureAssigner) -> FloatMatrix:
    """Return each covariance's variances along its axes, ascending, shape (n, n_features)."""
    covariances = assigner.covariances
    if assigner.covariance_type == "full":
        return np.asarray(np.linalg.eigvalsh(covariances), dtype=np.float64)
    if assigner.covariance_type == "tied":
        return np.asarray(np.linalg.eigvalsh(covariances), dtype=np.float64)[None]
    return np.sort(covariances.reshape(covariances.shape[0], -1), axis=1)


def _warnings(mixture: Mixture) -> tuple[Sentence, ...]:
    said = []
    if not mixture.converged:
        said.append(sentence("families.not_converged", n=MAX_ITERATIONS))
    if (_variances(mixture.assigner)[:, 0] <= COLLAPSED * mixture.floor).any():
        said.append(sentence("families.regularized", reg=mixture.floor))
    return tuple(said)


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: iterations × rows × components × (features², or features)."""
    d, work = n_features, 0.0
    for configuration in configurations:
        per_row = {"full": 2.5 * d * d + 4 * d, "tied": d * d + 4 * d}.get(
            str(configuration.parameters["covariance_type"]), 6.0 * d
        )
        work += configuration.parameters["n_components"] * (per_row + 30)
    seconds = 0.001 * len(configurations) + 25 * work * n_samples * 4e-10
    return Cost(seconds, 8.0 * n_samples * (4 * d + 40))


GAUSSIAN_MIXTURE = Family(
    "gaussian_mixture",
    "Gaussian mixture",
    plan,
    sweep,
    forecast,
    frozenset({"likelihood"}),
    continued=continued,
)
