"""Expectation and maximisation of a mixture of Gaussians, each in one pass of matrix products."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.special import logsumexp

from segmint.types import FloatMatrix, FloatVector

Covariances = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mixture:
    """Parameters of a mixture; shapes as in :class:`segmint.model.mixture.MixtureAssigner`."""

    weights: FloatVector
    means: FloatMatrix
    covariances: Covariances
    covariance_type: str


def maximize(X: FloatMatrix, responsibilities: FloatMatrix, covariance_type: str, reg_covar: float) -> Mixture:
    """Return weights, means and covariances for given responsibilities (the M-step).

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features).
    responsibilities
        Shape (n_samples, n_components), rows adding up to 1.
    covariance_type
        ``full``, ``tied``, ``diag`` or ``spherical``.
    reg_covar
        Added to the diagonals.
    """
    counts = responsibilities.sum(axis=0) + 10 * np.finfo(float).eps
    means = responsibilities.T @ X / counts[:, None]
    n, d = X.shape
    if covariance_type in ("diag", "spherical"):
        variances = responsibilities.T @ np.square(X) / counts[:, None] - np.square(means)
        variances = np.maximum(variances, 0.0) + reg_covar
        covariances = variances if covariance_type == "diag" else variances.mean(axis=1)
    elif covariance_type == "tied":
        covariances = (X.T @ X - (counts * means.T) @ means) / n + reg_covar * np.eye(d)
        covariances = (covariances + covariances.T) / 2
    else:
        covariances = np.empty((len(counts), d, d))
        for k, mean in enumerate(means):
            difference = X - mean
            product = (difference * responsibilities[:, k : k + 1]).T @ difference / counts[k]
            covariances[k] = (product + product.T) / 2 + reg_covar * np.eye(d)
    return Mixture(counts / counts.sum(), means, covariances, covariance_type)


def expect(X: FloatMatrix, mixture: Mixture) -> tuple[FloatVector, FloatMatrix]:
    """Return the log-likelihood of each row in nats and the log responsibilities (the E-step).

    Raises
    ------
    numpy.linalg.LinAlgError
        If a covariance is not positive definite.
    """
    joint = _log_joint(X, mixture)
    likelihood = logsumexp(joint, axis=1)
    return likelihood, joint - likelihood[:, None]


def _log_joint(X: FloatMatrix, mixture: Mixture) -> FloatMatrix:
    n, d = X.shape
    joint = np.empty((n, len(mixture.weights)))
    covariances = mixture.covariances
    shared = np.linalg.cholesky(covariances) if mixture.covariance_type == "tied" else None
    for k, mean in enumerate(mixture.means):
        difference = X - mean
        if mixture.covariance_type in ("diag", "spherical"):
            variance = np.broadcast_to(covariances[k], (d,))
            squared = np.square(difference) @ (1.0 / variance)
            log_scale = 0.5 * float(np.log(variance).sum())
        else:
            factor = np.linalg.cholesky(covariances[k]) if shared is None else shared
            inverse = solve_triangular(factor, np.eye(d), lower=True)
            whitened = difference @ inverse.T
            squared = np.einsum("ij,ij->i", whitened, whitened)
            log_scale = float(np.log(np.diagonal(factor)).sum())
        joint[:, k] = math.log(mixture.weights[k]) - 0.5 * (d * math.log(2 * math.pi) + squared) - log_scale
    return joint


def n_parameters(n_components: int, n_features: int, covariance_type: str) -> int:
    """Return the number of free parameters: weights, means, covariances.

    Examples
    --------
    >>> n_parameters(3, 2, "full")
    17
    """
    K, d = n_components, n_features
    covariances = {
        "full": K * d * (d + 1) // 2,
        "tied": d * (d + 1) // 2,
        "diag": K * d,
        "spherical": K,
    }[covariance_type]
    return K - 1 + K * d + covariances
