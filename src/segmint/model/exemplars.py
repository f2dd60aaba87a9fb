"""The rule of HDBSCAN: the nearest exemplar within a cap for each cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from segmint.model import stored
from segmint.model.nearest import place_by_points, sorted_by_label
from segmint.model.placement import ConfidenceKind, Placement
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence, sentence


@dataclass(frozen=True, eq=False)
class ExemplarsAssigner:
    """A row belongs to the cluster of the nearest exemplar, if that lies within the cluster's cap; else noise.

    Exemplars are means of at least five neighboring rows of a cluster (the rows themselves only when asked),
    so that the shape of a cluster is kept and no customer. Each cap is fitted so that the rule agrees
    with the fit on as many training rows as possible.

    Parameters
    ----------
    points
        Exemplars, shape (n_points, n_features), ordered by cluster.
    point_labels
        Their clusters, shape (n_points,), ascending.
    caps
        The largest distance at which each cluster takes a row, shape (n_clusters,), ≥ 0.
    exact
        Whether ``points`` are rows themselves.

    Examples
    --------
    >>> rule = ExemplarsAssigner(np.array([[0.0], [5.0]]), np.array([0, 1]), np.array([1.0, 3.0]), True)
    >>> rule.place(np.array([[1.5], [2.5], [5.0]])).labels.tolist()
    [-1, 1, 1]
    """

    points: FloatMatrix
    point_labels: IntVector
    caps: FloatVector
    exact: bool

    kind: ClassVar[str] = "exemplars"
    confidence_kind: ClassVar[ConfidenceKind] = "margin"

    @property
    def n_clusters(self) -> int:
        """The number of clusters."""
        return int(self.caps.shape[0])

    @property
    def n_features(self) -> int:
        """The number of prepared features it expects."""
        return int(self.points.shape[1])

    def place(self, X: FloatMatrix) -> Placement:
        """Place rows of shape (n_samples, n_features)."""
        return place_by_points(X, self.points, self.point_labels, self.caps)

    def relabeled(self, order: IntVector) -> ExemplarsAssigner:
        """Return the same rule with cluster ``order[i]`` renamed to ``i``."""
        points, labels = sorted_by_label(self.points, np.argsort(order)[self.point_labels])
        return ExemplarsAssigner(points, labels, self.caps[order], self.exact)

    def rule(self) -> Sentence:
        """Say the rule in one sentence."""
        name = "exemplars_exact" if self.exact else "exemplars"
        return sentence(f"model_assigners.{name}", n=len(self.points))

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
        """Return the exemplars, their clusters, and the caps."""
        return {"points": self.points, "point_labels": self.point_labels, "caps": self.caps}

    def parameters(self) -> Mapping[str, Any]:
        """Return whether the points are exact."""
        return {"exact": self.exact}

    @classmethod
    def restore(cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]) -> ExemplarsAssigner:
        """Make the assigner again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If an array is missing or does not fit the others, or a value is not finite.
        """
        stored.only(arrays, parameters, {"points", "point_labels", "caps"}, {"exact"})
        points = stored.floats(arrays, "points", (None, None))
        labels = stored.integers(arrays, "point_labels", (points.shape[0],))
        n_clusters = stored.ascending(labels, "point_labels")
        caps = stored.floats(arrays, "caps", (n_clusters,))
        stored.not_negative(caps, "caps")
        return cls(points, labels, caps, stored.flag(parameters, "exact"))
