"""Gaussian mixtures by expectation-maximisation, started from K-Means."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from segmint.families.em import Mixture, expect, maximize, n_parameters
from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.kmeans import fit_kmeans
from segmint.geometry.geometry import Geometry
from segmint.labels import canonical, order_by_size
from segmint.model.mixture import COVARIANCE_TYPES, MixtureAssigner
from segmint.types import FloatMatrix, IntVector, Progress
from segmint.words import Sentence, sentence

MAX_ITERATIONS = 200
TOLERANCE = 1e-3  # nats a row, as scikit-learn has it
REGULARIZATION = 1e-6  # of the mean variance of a column
COLLAPSED = 10.0  # a variance below so many regularisations has collapsed
STARTS = 5


@dataclass(frozen=True)
class FittedMixture:
    """A fitted mixture: its parameters, its total log-likelihood in nats, and how it came about."""

    mixture: Mixture
    log_likelihood: float
    entropy: float
    n_iter: int
    converged: bool
    reg_covar: float


def fit_mixture(
    X: FloatMatrix,
    n_components: int,
    *,
    covariance_type: str,
    seed: int,
    start: IntVector | None = None,
    reg_covar: float | None = None,
    max_iter: int = MAX_ITERATIONS,
) -> FittedMixture:
    """Fit a mixture of Gaussians from a K-Means start.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features), finite.
    n_components
        1 … number of distinct rows.
    covariance_type
        ``full``, ``tied``, ``diag`` or ``spherical``.
    seed
        Seed of the K-Means start.
    start
        Labels to start from instead, shape (n_samples,).
    reg_covar
        Added to the diagonals; by default a millionth of the columns' mean variance.
    max_iter
        The most iterations.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a covariance cannot be inverted in spite of the regularisation.

    References
    ----------
    Dempster, Laird and Rubin (1977), doi:10.1111/j.2517-6161.1977.tb01600.x.

    Examples
    --------
    >>> X = np.array([[0.0], [0.2], [0.4], [5.0], [5.2], [5.4]])
    >>> fit_mixture(X, 2, covariance_type="diag", seed=0).mixture.means.round(1).ravel().tolist()
    [0.2, 5.2]
    """
    if reg_covar is None:
        reg_covar = REGULARIZATION * float(np.var(X, axis=0).mean() or 1.0)
    if start is None:
        start = fit_kmeans(X, n_components, n_init=STARTS, seed=seed)[1]
    center = X.mean(axis=0)  # far from the origin X'X would lose the variances
    centered = X - center
    responsibilities = np.zeros((len(X), n_components))
    responsibilities[np.arange(len(X)), start] = 1.0
    mixture = maximize(centered, responsibilities, covariance_type, reg_covar)
    bound, converged, n_iter = -np.inf, False, 0
    for n_iter in range(1, max_iter + 1):
        likelihood, log_responsibilities = expect(centered, mixture)
        before, bound = bound, float(likelihood.mean())
        if abs(bound - before) < TOLERANCE:
            converged = True
            break
        mixture = maximize(centered, np.exp(log_responsibilities), covariance_type, reg_covar)
    likelihood, log_responsibilities = expect(centered, mixture)
    entropy = -float((np.exp(log_responsibilities) * log_responsibilities).sum())
    moved = Mixture(mixture.weights, mixture.means + center, mixture.covariances, covariance_type)
    return FittedMixture(moved, float(likelihood.sum()), entropy, n_iter, converged, reg_covar)


def plan(geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan each K with each type of covariance."""
    return tuple(
        Configuration("gaussian_mixture", {"n_components": k, "covariance_type": covariance}, request.seed)
        for covariance in COVARIANCE_TYPES
        for k in request.ks
    )


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Fit every K and covariance; one outcome each, in order. One K-Means start serves all types of a K."""
    starts: dict[int, IntVector] = {}
    singular = _is_singular(geometry)
    for done, configuration in enumerate(configurations):
        yield _fit(geometry, configuration, starts, singular)
        progress("Gaussian mixture", done + 1, len(configurations))


def _is_singular(geometry: Geometry) -> bool:
    """Return whether the columns depend on each other so much that some direction has no variance."""
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(geometry.X, rowvar=False)))
    return bool(values[0] <= 1e-6 * max(float(values.mean()), 1e-300))


def _fit(
    geometry: Geometry, configuration: Configuration, starts: dict[int, IntVector], singular: bool
) -> Outcome:
    started = time.perf_counter()
    X, k = geometry.X, int(configuration.parameters["n_components"])
    covariance_type = str(configuration.parameters["covariance_type"])
    if k > geometry.n_distinct:
        return Failure(configuration, sentence("families.too_many_clusters", k=k, distinct=geometry.n_distinct))
    if k not in starts:
        base = Configuration("gaussian_mixture", {"n_components": k}, configuration.seed)
        starts[k] = fit_kmeans(X, k, n_init=STARTS, seed=base.random_state)[1]
    try:
        fitted = fit_mixture(
            X, k, covariance_type=covariance_type, seed=configuration.random_state, start=starts[k]
        )
    except np.linalg.LinAlgError:
        return Failure(configuration, sentence("families.collapsed", n=geometry.n_features))
    lost = _collapsed_rows(fitted, geometry.n_samples, singular)
    if lost is not None:
        return Failure(configuration, sentence("families.collapsed", n=lost), seconds=time.perf_counter() - started)
    return _finished(geometry, configuration, fitted, singular, started)


def _finished(
    geometry: Geometry, configuration: Configuration, fitted: FittedMixture, singular: bool, started: float
) -> Outcome:
    m = fitted.mixture
    k = len(m.weights)
    assigner = MixtureAssigner(m.weights, m.means, m.covariances, m.covariance_type)
    labels = assigner.place(geometry.X).labels
    order = order_by_size(labels)
    if len(order) < k:
        return Failure(configuration, sentence("families.empty_clusters", k=k, found=len(order)), len(order))
    warnings: list[Sentence] = []
    if not fitted.converged:
        warnings.append(sentence("families.not_converged", n=fitted.n_iter))
    if singular:
        warnings.append(sentence("families.regularized", reg=fitted.reg_covar))
    return Fit(
        configuration,
        labels=canonical(labels),
        assigner=assigner.relabeled(order),
        log_likelihood=fitted.log_likelihood,
        n_parameters=n_parameters(k, geometry.n_features, m.covariance_type),
        entropy=fitted.entropy,
        fitted_on=geometry.n_samples,
        warnings=tuple(warnings),
        seconds=time.perf_counter() - started,
    )


def _collapsed_rows(fitted: FittedMixture, n_samples: int, singular: bool) -> int | None:
    """Return about how many rows a collapsed component holds, or ``None`` where none collapsed."""
    m = fitted.mixture
    if singular or len(m.weights) == 1:
        return None
    if m.covariance_type in ("full", "tied"):
        smallest = np.atleast_1d(np.linalg.eigvalsh(m.covariances)[..., 0])
    else:
        smallest = m.covariances.reshape(len(m.weights), -1).min(axis=1)
    lost = np.flatnonzero(smallest < COLLAPSED * fitted.reg_covar)
    if not len(lost):
        return None
    weight = float(m.weights[lost[0]]) if m.covariance_type != "tied" else 1.0
    return max(1, round(weight * n_samples))


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: iterations × rows × components × (features², or features)."""
    work = 0.0
    for configuration in configurations:
        full = configuration.parameters["covariance_type"] in ("full", "tied")
        per_row = n_features * (n_features if full else 2) + 20
        work += configuration.parameters["n_components"] * per_row
    seconds = 0.004 * len(configurations) + 35 * work * n_samples * 6e-10
    return Cost(seconds, 8.0 * n_samples * (4 * n_features + 40))


GAUSSIAN_MIXTURE = Family(
    "gaussian_mixture", "Gaussian mixture", plan, sweep, forecast, frozenset({"likelihood"})
)
