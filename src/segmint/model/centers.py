"""The rule of K-Means: the nearest center."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from segmint.model import stored
from segmint.model.distances import blocks, checked_rows, squared_distances, two_smallest
from segmint.model.placement import ConfidenceKind, Placement, margin
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence, sentence


@dataclass(frozen=True, eq=False)
class CentersAssigner:
    """A row belongs to the cluster whose center is nearest; ties go to the lowest label.

    The distance is Euclidean, √ Σⱼ (xⱼ − cⱼ)²; the confidence is the margin 1 − d₁/d₂ between the
    nearest and the second nearest center. No row is noise.

    Parameters
    ----------
    centers
        Shape (n_clusters, n_features), float64.

    Examples
    --------
    >>> rule = CentersAssigner(np.array([[0.0, 0.0], [4.0, 0.0]]))
    >>> placement = rule.place(np.array([[1.0, 0.0], [2.0, 0.0]]))
    >>> placement.labels.tolist(), placement.distance.tolist(), placement.runner_up.tolist()
    ([0, 0], [1.0, 2.0], [1, 1])
    """

    centers: FloatMatrix

    kind: ClassVar[str] = "centers"
    confidence_kind: ClassVar[ConfidenceKind] = "margin"

    @property
    def n_clusters(self) -> int:
        """The number of clusters."""
        return int(self.centers.shape[0])

    @property
    def n_features(self) -> int:
        """The number of prepared features it expects."""
        return int(self.centers.shape[1])

    def place(self, X: FloatMatrix) -> Placement:
        """Place rows of shape (n_samples, n_features)."""
        X = checked_rows(X, self.n_features)
        n_samples = X.shape[0]
        labels, runner_up = np.empty(n_samples, np.int64), np.empty(n_samples, np.int64)
        nearest, second = np.empty(n_samples), np.empty(n_samples)
        for part, columns in blocks(X):
            found = two_smallest(squared_distances(columns, self.centers))
            labels[part], nearest[part], runner_up[part], second[part] = found
        np.sqrt(nearest, out=nearest)
        np.sqrt(second, out=second)
        return Placement(labels, nearest, margin(nearest, second), runner_up, labels)

    def apart(self, x: FloatVector) -> tuple[FloatMatrix, FloatVector]:
        """Return how far one row is from each cluster, feature by feature (see ``Assigner.apart``)."""
        return (x - self.centers) ** 2, np.zeros(self.n_clusters)

    def relabeled(self, order: IntVector) -> CentersAssigner:
        """Return the same rule with cluster ``order[i]`` renamed to ``i``."""
        return CentersAssigner(np.ascontiguousarray(self.centers[order]))

    def rule(self) -> Sentence:
        """Say the rule in one sentence."""
        return sentence("model_assigners.centers", n=self.n_clusters)

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
        """Return the centers."""
        return {"centers": self.centers}

    def parameters(self) -> Mapping[str, Any]:
        """Return nothing: the centers say all."""
        return {}

    @classmethod
    def restore(
        cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]
    ) -> CentersAssigner:
        """Make the assigner again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If the centers are missing, not a float64 matrix, or not finite.
        """
        stored.only(arrays, parameters, {"centers"}, set())
        return cls(stored.floats(arrays, "centers", (None, None)))
