"""One Gaussian mixture: from K-Means to the fixed point of expectation maximization."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmint.families.kmeans import fit_kmeans
from segmint.kernels import em
from segmint.model.mixture import COVARIANCE_TYPES, MixtureAssigner
from segmint.types import FloatMatrix, FloatVector, IntVector

MAX_ITERATIONS = 200
TOLERANCE = 1e-4  # gain of the mean log-likelihood, nats a row
REGULARIZATION = 1e-6


@dataclass(frozen=True)
class Mixture:
    """A fitted mixture.

    Attributes
    ----------
    assigner
        The rule, with weights, means and covariances.
    log_likelihood
        Total over the rows, in nats.
    entropy
        Of the responsibilities, summed over the rows, in nats.
    n_parameters
        Free parameters of the likelihood.
    n_iter, converged
        Iterations of expectation maximization, and whether they stopped by themselves.
    floor
        The variance that was added to every covariance's diagonal.
    """

    assigner: MixtureAssigner
    log_likelihood: float
    entropy: float
    n_parameters: int
    n_iter: int
    converged: bool
    floor: float


def fit_mixture(
    X: FloatMatrix,
    n_components: int,
    *,
    covariance_type: str,
    seed: int,
    reg_covar: float = REGULARIZATION,
    n_init: int = 10,
    start: IntVector | None = None,
    tolerance: float = TOLERANCE,
    max_iter: int = MAX_ITERATIONS,
) -> Mixture | None:
    """Fit a Gaussian mixture by expectation maximization, starting from K-Means.

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
    reg_covar
        Added to the diagonal of every covariance, as a share of the mean variance of a feature.
    n_init
        Starts of the K-Means that gives the start.
    start
        Labels to start from instead, shape (n_samples,), each of 0 … n_components − 1 present.
    tolerance
        Stop when the mean log-likelihood changes by no more than this.
    max_iter
        Iterations at most.

    Returns
    -------
    Mixture or None
        ``None`` when a component lost all its weight or a covariance is not positive definite.

    References
    ----------
    Dempster, Laird and Rubin (1977), doi:10.1111/j.2517-6161.1977.tb01600.x.

    Examples
    --------
    >>> X = np.concatenate([np.linspace(-1, 1, 50), np.linspace(9, 11, 30)]).reshape(-1, 1)
    >>> mixture = fit_mixture(X, 2, covariance_type="full", seed=0)
    >>> mixture.assigner.weights.round(3).tolist(), mixture.n_parameters
    ([0.625, 0.375], 5)
    """
    X = np.asarray(X, dtype=np.float64)
    if start is None:
        _, start, _, _, _ = fit_kmeans(X, n_components, n_init=n_init, seed=seed)
    center = X.mean(axis=0)
    columns = np.ascontiguousarray((X - center).T)
    total = columns @ columns.T / columns.shape[1]
    floor = reg_covar * float(np.trace(total)) / columns.shape[0]
    if not floor > 0:
        return None
    kind = COVARIANCE_TYPES.index(covariance_type)
    weights, means, covariances = _from_labels(columns, start, n_components, kind, total, floor)
    log_likelihood, entropy, n_iter, state = em.expectation_maximization(
        kind, columns, total, weights, means, covariances, floor, tolerance, max_iter
    )
    if state < 0:
        return None
    try:
        assigner = MixtureAssigner(
            weights, means + center, _compact(covariances, covariance_type), covariance_type
        )
    except np.linalg.LinAlgError:
        return None
    free = n_parameters(n_components, X.shape[1], covariance_type)
    return Mixture(assigner, log_likelihood, entropy, free, n_iter, state == 1, floor)


def n_parameters(n_components: int, n_features: int, covariance_type: str) -> int:
    """Return the free parameters of a mixture: weights, means, and covariances.

    Examples
    --------
    >>> [n_parameters(3, 2, kind) for kind in ("full", "tied", "diag", "spherical")]
    [17, 11, 14, 11]
    """
    triangle = n_features * (n_features + 1) // 2
    spread = {
        "full": n_components * triangle,
        "tied": triangle,
        "diag": n_components * n_features,
        "spherical": n_components,
    }
    return n_components - 1 + n_components * n_features + spread[covariance_type]


def _from_labels(
    columns: FloatMatrix, labels: IntVector, n_components: int, kind: int, total: FloatMatrix, floor: float
) -> tuple[FloatVector, FloatMatrix, npt.NDArray[np.float64]]:
    """Return weights, means and covariances of a partition, as one M-step from it."""
    d, n_samples = columns.shape
    weights, means = np.empty(n_components), np.empty((n_components, d))
    second = np.empty((n_components, d, d))
    for k in range(n_components):
        own = columns[:, labels == k]
        means[k] = own.mean(axis=1)
        weights[k] = own.shape[1]
        centered = own - means[k][:, None]
        second[k] = centered @ centered.T
    covariances = np.zeros((n_components, d, d))
    em.maximize(
        kind, n_samples, weights.copy(), np.zeros((n_components, d)), second, total, floor, weights, means,
        covariances,
    )  # fmt: skip
    return weights, means, covariances


def _compact(covariances: npt.NDArray[np.float64], covariance_type: str) -> npt.NDArray[np.float64]:
    """Return what a covariance type really holds of (n_components, n_features, n_features)."""
    if covariance_type == "full":
        return covariances
    if covariance_type == "tied":
        return np.array(covariances[0])
    diagonal = np.ascontiguousarray(np.diagonal(covariances, axis1=1, axis2=2))
    return diagonal if covariance_type == "diag" else np.array(diagonal[:, 0])
