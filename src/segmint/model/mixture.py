"""The rule of Gaussian mixtures: the component of highest posterior probability."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model import stored
from segmint.model.distances import blocks, checked_rows, two_smallest
from segmint.model.placement import ConfidenceKind, Placement
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence, sentence

COVARIANCE_TYPES = ("full", "tied", "diag", "spherical")


@dataclass(frozen=True, eq=False)
class MixtureAssigner:
    """A row belongs to the component with the highest posterior; ties go to the lowest label.

    log wₖ − ½ (d log 2π + log |Σₖ| + m²ₖ), with m²ₖ = (x − μₖ)ᵀ Σₖ⁻¹ (x − μₖ), is compared; the confidence
    is the posterior. The distance is the Mahalanobis distance m to the nearest component. No row is noise.

    Parameters
    ----------
    weights
        Shape (n_components,), positive, adding up to 1.
    means
        Shape (n_components, n_features).
    covariances
        ``full`` (n_components, n_features, n_features), ``tied`` (n_features, n_features), ``diag``
        (n_components, n_features), ``spherical`` (n_components,); positive definite.
    covariance_type
        One of these four words.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a covariance is not positive definite.

    Examples
    --------
    >>> rule = MixtureAssigner(np.array([0.5, 0.5]), np.array([[0.0], [4.0]]), np.array([1.0, 1.0]), "spherical")
    >>> placement = rule.place(np.array([[1.0]]))
    >>> placement.labels.tolist(), placement.distance.tolist(), placement.confidence.round(3).tolist()
    ([0], [1.0], [0.982])
    """

    weights: FloatVector
    means: FloatMatrix
    covariances: npt.NDArray[np.float64]
    covariance_type: str

    kind: ClassVar[str] = "mixture"
    confidence_kind: ClassVar[ConfidenceKind] = "posterior"

    def __post_init__(self) -> None:
        _ = self._whitening  # a covariance that is not positive definite is refused here

    @property
    def n_clusters(self) -> int:
        """The number of components."""
        return int(self.means.shape[0])

    @property
    def n_features(self) -> int:
        """The number of prepared features it expects."""
        return int(self.means.shape[1])

    @cached_property
    def _whitening(self) -> npt.NDArray[np.float64]:
        """Lower triangular inverses of the Cholesky factors, or inverse deviations, one a component."""
        covariances, K, d = self.covariances, self.n_clusters, self.n_features
        if self.covariance_type == "full":
            return np.stack([inverse_cholesky(covariance) for covariance in covariances])
        if self.covariance_type == "tied":
            return np.broadcast_to(inverse_cholesky(covariances), (K, d, d))
        if not (covariances > 0).all():
            raise np.linalg.LinAlgError("a variance is not positive")
        deviations = 1.0 / np.sqrt(covariances)
        return deviations if self.covariance_type == "diag" else np.repeat(deviations[:, None], d, axis=1)

    @cached_property
    def _constants(self) -> FloatVector:
        """What does not depend on the row: log wₖ − ½ (d log 2π + log |Σₖ|)."""
        rows = self._whitening
        constants = np.empty(self.n_clusters)
        for k in range(self.n_clusters):
            diagonal = np.diagonal(rows[k]) if rows.ndim == 3 else rows[k]
            log_scale = math.fsum(math.log(value) for value in diagonal)
            constants[k] = (
                math.log(self.weights[k]) - 0.5 * self.n_features * math.log(2 * math.pi) + log_scale
            )
        return constants

    def log_joint(self, X: FloatMatrix) -> FloatMatrix:
        """Return log(wₖ pₖ(x)) in nats of each component and row, shape (n_components, n_samples)."""
        X = checked_rows(X, self.n_features)
        result = np.empty((self.n_clusters, X.shape[0]))
        for part, columns in blocks(X):
            result[:, part] = self._log_joint(self._squared_mahalanobis(columns))
        return result

    def place(self, X: FloatMatrix) -> Placement:
        """Place rows of shape (n_samples, n_features)."""
        X = checked_rows(X, self.n_features)
        n_samples = X.shape[0]
        labels, runner_up = np.empty(n_samples, np.int64), np.empty(n_samples, np.int64)
        distance, confidence = np.empty(n_samples), np.empty(n_samples)
        for part, columns in blocks(X):
            squared = self._squared_mahalanobis(columns)
            log_joint = self._log_joint(squared)
            labels[part], best, runner_up[part], _ = two_smallest(-log_joint)
            distance[part] = np.sqrt(squared.min(axis=0))
            total = np.zeros(columns.shape[1])
            for row in log_joint:
                total += np.exp(row + best)
            confidence[part] = 1.0 / total
        return Placement(labels, distance, confidence, runner_up, labels)

    def _log_joint(self, squared: FloatMatrix) -> FloatMatrix:
        return self._constants[:, None] - 0.5 * squared

    def _squared_mahalanobis(self, columns: FloatMatrix) -> FloatMatrix:
        """Return m² of each component and row: Σⱼ (Σ_{i ≤ j} Wⱼᵢ (xᵢ − μᵢ))², added in the order of i, then j."""
        d, n_rows = columns.shape
        result = np.zeros((self.n_clusters, n_rows))
        term = np.empty(n_rows)
        for mean, rows, out in zip(self.means, self._whitening, result, strict=True):
            difference = columns - mean[:, None]
            for j in range(d):
                if rows.ndim == 1:
                    coordinate = difference[j] * rows[j]
                else:
                    coordinate = difference[0] * rows[j, 0]
                    for i in range(1, j + 1):
                        np.multiply(difference[i], rows[j, i], out=term)
                        np.add(coordinate, term, out=coordinate)
                np.multiply(coordinate, coordinate, out=coordinate)
                np.add(out, coordinate, out=out)
        return result

    def apart(self, x: FloatVector) -> tuple[FloatMatrix, FloatVector]:
        """Return how far one row is from each cluster, feature by feature (see ``Assigner.apart``)."""
        differences = x - self.means
        terms = np.empty(differences.shape)
        for k, (difference, rows) in enumerate(zip(differences, self._whitening, strict=True)):
            # with the inverse covariance WᵀW, Σᵢ dᵢ (WᵀW d)ᵢ is m²
            inverse = rows.T @ (rows @ difference) if rows.ndim == 2 else rows**2 * difference
            terms[k] = difference * inverse
        return terms, -2.0 * self._constants

    def relabeled(self, order: IntVector) -> MixtureAssigner:
        """Return the same rule with component ``order[i]`` renamed to ``i``."""
        covariances = self.covariances if self.covariance_type == "tied" else self.covariances[order]
        return MixtureAssigner(self.weights[order], self.means[order], covariances, self.covariance_type)

    def rule(self) -> Sentence:
        """Say the rule in one sentence."""
        return sentence("model_assigners.mixture", n=self.n_clusters, covariance=self.covariance_type)

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
        """Return weights, means and covariances."""
        return {"weights": self.weights, "means": self.means, "covariances": self.covariances}

    def parameters(self) -> Mapping[str, Any]:
        """Return the type of the covariances."""
        return {"covariance_type": self.covariance_type}

    @classmethod
    def restore(
        cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]
    ) -> MixtureAssigner:
        """Make the assigner again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If shapes or types do not fit, a value is not finite, weights do not add up to 1, or a
            covariance is not symmetric and positive definite.
        """
        stored.only(arrays, parameters, {"weights", "means", "covariances"}, {"covariance_type"})
        covariance_type = stored.choice(parameters, "covariance_type", COVARIANCE_TYPES)
        means = stored.floats(arrays, "means", (None, None))
        K, d = means.shape
        weights = stored.floats(arrays, "weights", (K,))
        stored.positive(weights, "weights")
        with np.errstate(over="ignore"):
            total = float(weights.sum())
        if abs(total - 1.0) > 1e-6:
            raise BundleError("model_assigners.weights", total=total)
        covariances = stored.floats(arrays, "covariances", _shape(covariance_type, K, d))
        if covariance_type in ("full", "tied") and not np.allclose(
            covariances, np.swapaxes(covariances, -1, -2)
        ):
            raise BundleError("model_assigners.covariance", array="covariances")
        try:
            return cls(weights, means, covariances, covariance_type)
        except np.linalg.LinAlgError as error:
            raise BundleError("model_assigners.covariance", array="covariances") from error


def _shape(covariance_type: str, K: int, d: int) -> tuple[int, ...]:
    return {"full": (K, d, d), "tied": (d, d), "diag": (K, d), "spherical": (K,)}[covariance_type]


def inverse_cholesky(covariance: FloatMatrix) -> FloatMatrix:
    """Return W = L⁻¹, lower triangular, where Σ = L Lᵀ; the whitened row is W (x − μ).

    Written out with elementwise operations: LAPACK's bits depend on the machine.

    Parameters
    ----------
    covariance
        Shape (n_features, n_features), symmetric.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is not positive definite.

    Examples
    --------
    >>> inverse_cholesky(np.array([[4.0, 0.0], [0.0, 25.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.2]]
    """
    d = covariance.shape[0]
    rest, inverse = np.array(covariance, dtype=np.float64), np.eye(d)
    for j in range(d):
        pivot = rest[j, j]
        if not (pivot > 0 and math.isfinite(pivot)):
            raise np.linalg.LinAlgError("the covariance is not positive definite")
        scale = 1.0 / math.sqrt(pivot)
        column = rest[j + 1 :, j] * scale
        inverse[j] *= scale
        rest[j + 1 :, j + 1 :] -= column[:, None] * column[None, :]
        inverse[j + 1 :] -= column[:, None] * inverse[j]
    return inverse
