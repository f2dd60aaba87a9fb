"""Expectation maximization beside matrix formulas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from segmint.kernels import em


def test_the_inverse_factor_whitens() -> None:
    rng = np.random.default_rng(0)
    factor = rng.normal(size=(6, 6))
    covariance = factor @ factor.T + np.eye(6)
    inverse = np.empty((6, 6))
    assert em.inverse_factor(covariance, inverse)
    np.testing.assert_allclose(inverse @ covariance @ inverse.T, np.eye(6), atol=1e-12)
    assert np.array_equal(inverse, np.tril(inverse))


@pytest.mark.parametrize(
    "covariance", [np.zeros((2, 2)), np.array([[1.0, 2.0], [2.0, 1.0]]), np.full((2, 2), np.nan)]
)
def test_what_is_not_positive_definite_is_told(covariance: np.ndarray) -> None:  # type: ignore[type-arg]
    assert not em.inverse_factor(covariance, np.empty((2, 2)))


@pytest.mark.parametrize("n", [1, 255, 256, 700])
def test_a_pass_gives_the_likelihood_and_the_statistics(n: int) -> None:
    rng = np.random.default_rng(n)
    K, d = 3, 4
    X, means, weights = rng.normal(size=(n, d)), rng.normal(size=(K, d)), rng.dirichlet(np.ones(K))
    root = rng.normal(size=(K, d, d))
    covariances = root @ root.transpose(0, 2, 1) + 0.2 * np.eye(d)
    factors, constants = np.zeros((K, d, d)), np.empty(K)
    assert em.factorize(em.FULL, weights, covariances, factors, constants)
    counts, first, second = np.empty(K), np.empty((K, d)), np.empty((K, d, d))
    columns = np.ascontiguousarray(X.T)
    likelihood, entropy = em.one_pass(em.FULL, columns, means, factors, constants, counts, first, second)

    joint = np.stack(
        [
            np.log(w) + np.atleast_1d(multivariate_normal(m, c).logpdf(X))
            for w, m, c in zip(weights, means, covariances, strict=True)
        ]
    )
    total = logsumexp(joint, axis=0)
    log_r = joint - total
    r = np.exp(log_r)
    assert likelihood == pytest.approx(total.sum(), rel=1e-12)
    assert entropy == pytest.approx(-(r * log_r).sum(), rel=1e-9)
    np.testing.assert_allclose(counts, r.sum(axis=1), rtol=1e-11)
    for k in range(K):
        centered = X - means[k]
        np.testing.assert_allclose(first[k], r[k] @ centered, rtol=1e-9, atol=1e-12)
        expected = (r[k][:, None] * centered).T @ centered
        np.testing.assert_allclose(second[k], np.tril(expected), rtol=1e-9, atol=1e-12)


def test_rows_far_from_every_component_have_a_likelihood() -> None:
    log_joint = np.array([[-1e6, -1e300], [-2e6, -1e300]])
    likelihood, entropy = em.to_responsibilities(log_joint, 2)
    assert np.isfinite(likelihood)
    assert log_joint.tolist() == [[1.0, 0.5], [0.0, 0.5]]
    assert entropy == pytest.approx(np.log(2))
