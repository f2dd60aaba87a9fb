"""Compiled expectation maximization for Gaussian mixtures: one blocked pass an iteration.

Rows are given as columns, shape (n_features, n_samples). A pass computes log(wₖ pₖ(x)) of a block, turns
it into responsibilities r, and adds the block's part to the statistics of the next step, taken about
the present means μ: n_k = Σ r, first_k = Σ r (x − μₖ), second_k = Σ r (x − μₖ)(x − μₖ)ᵀ. Blocks are added
in their order, so that the bits do not depend on threads.

References
----------
Dempster, Laird and Rubin (1977), doi:10.1111/j.2517-6161.1977.tb01600.x.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from segmint.kernels.jit import compiled
from segmint.types import FloatMatrix, FloatVector

Stack = npt.NDArray[np.float64]  # shape (n_components, n_features, n_features)

BLOCK = 256
NEGLIGIBLE = -50.0  # e⁻⁵⁰ is below the last bit of a sum of responsibilities
FULL, TIED, DIAG, SPHERICAL = 0, 1, 2, 3


@compiled
def weighted_sum(weights: FloatVector, x: FloatVector, count: int) -> float:
    """Return Σ wᵢ xᵢ over the first ``count``, in four interleaved sums."""
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    whole = count - count % 4
    for i in range(0, whole, 4):
        s0 += weights[i] * x[i]
        s1 += weights[i + 1] * x[i + 1]
        s2 += weights[i + 2] * x[i + 2]
        s3 += weights[i + 3] * x[i + 3]
    for i in range(whole, count):
        s0 += weights[i] * x[i]
    return (s0 + s1) + (s2 + s3)


@compiled
def to_responsibilities(log_joint: FloatMatrix, count: int) -> tuple[float, float]:
    """Turn log(wₖ pₖ) (INOUT, shape (n_components, block)) into responsibilities.

    Returns the block's log-likelihood and the entropy −Σ r log r of its responsibilities.
    """
    n_components = log_joint.shape[0]
    log_likelihood, entropy = 0.0, 0.0
    for i in range(count):
        largest = log_joint[0, i]
        for k in range(1, n_components):
            largest = max(largest, log_joint[k, i])
        total, spread = 0.0, 0.0
        for k in range(n_components):
            difference = log_joint[k, i] - largest
            if difference > NEGLIGIBLE:
                value = math.exp(difference)
                spread += value * difference
            else:
                value = 0.0
            log_joint[k, i] = value
            total += value
        inverse, log_total = 1.0 / total, math.log(total)
        for k in range(n_components):
            log_joint[k, i] *= inverse
        log_likelihood += largest + log_total
        entropy += log_total - spread * inverse
    return log_likelihood, entropy


@compiled
def inverse_factor(covariance: FloatMatrix, inverse: FloatMatrix) -> bool:
    """Write L⁻¹ (lower triangular) of Σ = L Lᵀ; return whether Σ is positive definite."""
    d = covariance.shape[0]
    factor = np.zeros((d, d))
    for j in range(d):
        for i in range(j, d):
            s = covariance[i, j]
            for m in range(j):
                s -= factor[i, m] * factor[j, m]
            if i == j:
                if not (s > 0.0 and s < np.inf):
                    return False
                factor[j, j] = math.sqrt(s)
            else:
                factor[i, j] = s / factor[j, j]
    inverse[:] = 0.0
    for j in range(d):
        inverse[j, j] = 1.0 / factor[j, j]
        for i in range(j + 1, d):
            s = 0.0
            for m in range(j, i):
                s -= factor[i, m] * inverse[m, j]
            inverse[i, j] = s / factor[i, i]
    return True


@compiled
def add_whitened(differences: FloatMatrix, factor: FloatMatrix, count: int, out: FloatVector) -> None:
    """Add ‖W (x − μ)‖² of each row of a block to ``out``; W is lower triangular."""
    d = factor.shape[0]
    coordinate = np.empty(count)
    for j in range(d):
        row, w = differences[0], factor[j, 0]
        for i in range(count):
            coordinate[i] = w * row[i]
        for m in range(1, j + 1):
            row, w = differences[m], factor[j, m]
            for i in range(count):
                coordinate[i] += w * row[i]
        for i in range(count):
            out[i] += coordinate[i] * coordinate[i]


@compiled
def subtract(columns: FloatMatrix, first: int, count: int, mean: FloatVector, out: FloatMatrix) -> None:
    """Write the rows ``first`` … of a block minus a mean into ``out`` (n_features, block)."""
    for j in range(columns.shape[0]):
        x, target, m = columns[j, first : first + count], out[j], mean[j]
        for i in range(count):
            target[i] = x[i] - m


@compiled
def block_log_joint(
    kind: int,
    columns: FloatMatrix,
    first: int,
    count: int,
    means: FloatMatrix,
    factors: Stack,
    constants: FloatVector,
    differences: FloatMatrix,
    log_joint: FloatMatrix,
) -> None:
    """Write constantₖ − ½ m²ₖ of a block into ``log_joint``; ``differences`` is scratch.

    ``factors`` are triangular (``FULL``, ``TIED``: equal for all k) or hold inverse deviations on the
    diagonal (``DIAG``, ``SPHERICAL``).
    """
    n_components, d = means.shape
    for k in range(n_components):
        subtract(columns, first, count, means[k], differences)
        out = log_joint[k]
        for i in range(count):
            out[i] = 0.0
        if kind <= TIED:
            add_whitened(differences, factors[k], count, out)
        else:
            for j in range(d):
                row, w = differences[j], factors[k, j, j]
                for i in range(count):
                    out[i] += (w * row[i]) * (w * row[i])
        constant = constants[k]
        for i in range(count):
            out[i] = constant - 0.5 * out[i]


@compiled
def add_statistics(
    kind: int,
    columns: FloatMatrix,
    start: int,
    count: int,
    means: FloatMatrix,
    responsibilities: FloatMatrix,
    scratch: FloatMatrix,
    counts: FloatVector,
    first: FloatMatrix,
    second: Stack,
) -> None:
    """Add a block's part to the statistics; of ``second`` the lower triangle, or the diagonal where it is enough."""
    n_components, d = means.shape
    weighted, ones = np.empty(count), np.ones(count)
    for k in range(n_components):
        r = responsibilities[k]
        counts[k] += weighted_sum(r, ones, count)
        subtract(columns, start, count, means[k], scratch)
        for a in range(d):
            row = scratch[a]
            for i in range(count):
                weighted[i] = r[i] * row[i]
            first[k, a] += weighted_sum(weighted, ones, count)
            if kind == FULL:
                for b in range(a + 1):
                    second[k, a, b] += weighted_sum(weighted, scratch[b], count)
            elif kind >= DIAG:
                second[k, a, a] += weighted_sum(weighted, row, count)


@compiled
def factorize(
    kind: int, weights: FloatVector, covariances: Stack, factors: Stack, constants: FloatVector
) -> bool:
    """Write the factors and constants of the E-step; return whether every covariance is positive definite."""
    n_components, d = factors.shape[0], factors.shape[1]
    for k in range(n_components):
        if not weights[k] > 0.0:
            return False
        if kind == TIED and k > 0:
            factors[k] = factors[0]
        elif kind <= TIED:
            if not inverse_factor(covariances[k], factors[k]):
                return False
        else:
            for j in range(d):
                variance = covariances[k, j, j]
                if not (variance > 0.0 and variance < np.inf):
                    return False
                factors[k, j, j] = 1.0 / math.sqrt(variance)
        constants[k] = math.log(weights[k]) - 0.5 * d * math.log(2 * math.pi)
        for j in range(d):
            constants[k] += math.log(factors[k, j, j])
    return True


@compiled
def maximize(
    kind: int,
    n_samples: int,
    counts: FloatVector,
    first: FloatMatrix,
    second: Stack,
    total: FloatMatrix,
    regularization: float,
    weights: FloatVector,
    means: FloatMatrix,
    covariances: Stack,
) -> None:
    """Set weights, means and covariances (INOUT) to what the statistics say.

    ``total`` is the scatter of all rows about 0, over n (the rows are centered), used by ``TIED``:
    Σ = total − Σₖ wₖ μₖ μₖᵀ.
    """
    n_components, d = means.shape
    for k in range(n_components):
        weights[k] = counts[k] / n_samples
        for a in range(d):
            shift = first[k, a] / counts[k] if counts[k] > 0.0 else 0.0
            first[k, a] = shift
            means[k, a] += shift
    for k in range(n_components):
        if kind == TIED or not counts[k] > 0.0:
            continue
        mean_variance = 0.0
        for a in range(d):
            for b in range(a + 1 if kind == FULL else 0):
                value = second[k, a, b] / counts[k] - first[k, a] * first[k, b]
                covariances[k, a, b] = value
                covariances[k, b, a] = value
            if kind >= DIAG:
                covariances[k, a, a] = second[k, a, a] / counts[k] - first[k, a] * first[k, a]
            mean_variance += covariances[k, a, a] / d
        for a in range(d):
            if kind == SPHERICAL:
                covariances[k, a, a] = mean_variance
            covariances[k, a, a] += regularization
    if kind == TIED:
        for a in range(d):
            for b in range(a + 1):
                value = total[a, b]
                for k in range(n_components):
                    value -= weights[k] * means[k, a] * means[k, b]
                if a == b:
                    value += regularization
                for k in range(n_components):
                    covariances[k, a, b] = value
                    covariances[k, b, a] = value


@compiled
def one_pass(
    kind: int,
    columns: FloatMatrix,
    means: FloatMatrix,
    factors: Stack,
    constants: FloatVector,
    counts: FloatVector,
    first: FloatMatrix,
    second: Stack,
) -> tuple[float, float]:
    """Write the statistics of one pass over the rows; return log-likelihood and entropy."""
    n_components, d = means.shape
    scratch, log_joint = np.empty((d, BLOCK)), np.empty((n_components, BLOCK))
    counts[:] = 0.0
    first[:] = 0.0
    second[:] = 0.0
    log_likelihood, entropy = 0.0, 0.0
    for start in range(0, columns.shape[1], BLOCK):
        count = min(BLOCK, columns.shape[1] - start)
        block_log_joint(kind, columns, start, count, means, factors, constants, scratch, log_joint)
        part, part_entropy = to_responsibilities(log_joint, count)
        log_likelihood += part
        entropy += part_entropy
        add_statistics(kind, columns, start, count, means, log_joint, scratch, counts, first, second)
    return log_likelihood, entropy


@compiled
def expectation_maximization(
    kind: int,
    columns: FloatMatrix,
    total: FloatMatrix,
    weights: FloatVector,
    means: FloatMatrix,
    covariances: Stack,
    regularization: float,
    tolerance: float,
    max_iter: int,
) -> tuple[float, float, int, int]:
    """Iterate from weights, means and covariances (INOUT) until the mean log-likelihood gains too little.

    ``columns`` are centered rows; ``covariances`` has shape (n_components, n_features, n_features) for
    every kind. Returns the log-likelihood and entropy of what is returned, the number of iterations,
    and 1 when converged, 0 when not, −1 when a covariance is not positive definite or a weight is 0.
    """
    n_samples = columns.shape[1]
    n_components, d = means.shape
    factors, constants = np.zeros((n_components, d, d)), np.empty(n_components)
    counts, first, second = (
        np.empty(n_components),
        np.empty((n_components, d)),
        np.empty((n_components, d, d)),
    )
    previous, state, iterations = -np.inf, 0, 0
    while True:
        if not factorize(kind, weights, covariances, factors, constants):
            return np.nan, np.nan, iterations, -1
        log_likelihood, entropy = one_pass(kind, columns, means, factors, constants, counts, first, second)
        if math.isnan(log_likelihood):
            return np.nan, np.nan, iterations, -1
        if abs(log_likelihood - previous) <= tolerance * n_samples:
            state = 1
        if state == 1 or iterations == max_iter:
            return log_likelihood, entropy, iterations, state
        previous = log_likelihood
        maximize(kind, n_samples, counts, first, second, total, regularization, weights, means, covariances)
        iterations += 1
