"""The rule of DBSCAN: the nearest kept core point within a reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from segmint.model import stored
from segmint.model.nearest import place_by_points, sorted_by_label
from segmint.model.placement import ConfidenceKind, Placement
from segmint.types import FloatMatrix, IntVector
from segmint.words import Sentence, sentence


@dataclass(frozen=True, eq=False)
class CoresAssigner:
    """A row belongs to the cluster of the nearest kept core point, if that lies within ``reach``; else noise.

    Where the core points themselves are kept, ``reach`` is eps and this is DBSCAN's own rule. By default
    means of at least five neighboring core points stand for them (no row of a customer is kept), and
    ``reach`` is fitted so that the rule agrees with the fit on as many training rows as possible.

    Parameters
    ----------
    points
        Kept core points or means of some, shape (n_points, n_features), ordered by cluster.
    point_labels
        Their clusters, shape (n_points,), ascending.
    reach
        The largest distance, above 0.
    exact
        Whether ``points`` are the core points themselves.

    Examples
    --------
    >>> rule = CoresAssigner(np.array([[0.0], [5.0]]), np.array([0, 1]), 1.0, True)
    >>> rule.place(np.array([[0.5], [2.5], [5.0]])).labels.tolist()
    [0, -1, 1]
    """

    points: FloatMatrix
    point_labels: IntVector
    reach: float
    exact: bool

    kind: ClassVar[str] = "cores"
    confidence_kind: ClassVar[ConfidenceKind] = "margin"

    @property
    def n_clusters(self) -> int:
        """The number of clusters."""
        return int(self.point_labels[-1]) + 1

    @property
    def n_features(self) -> int:
        """The number of prepared features it expects."""
        return int(self.points.shape[1])

    def place(self, X: FloatMatrix) -> Placement:
        """Place rows of shape (n_samples, n_features)."""
        caps = np.full(self.n_clusters, self.reach)
        return place_by_points(X, self.points, self.point_labels, caps)

    def relabeled(self, order: IntVector) -> CoresAssigner:
        """Return the same rule with cluster ``order[i]`` renamed to ``i``."""
        points, labels = sorted_by_label(self.points, np.argsort(order)[self.point_labels])
        return CoresAssigner(points, labels, self.reach, self.exact)

    def rule(self) -> Sentence:
        """Say the rule in one sentence."""
        name = "cores_exact" if self.exact else "cores"
        return sentence(f"model_assigners.{name}", n=len(self.points), reach=self.reach)

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
        """Return the points and their clusters."""
        return {"points": self.points, "point_labels": self.point_labels, "reach": np.array([self.reach])}

    def parameters(self) -> Mapping[str, Any]:
        """Return whether the points are exact."""
        return {"exact": self.exact}

    @classmethod
    def restore(cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]) -> CoresAssigner:
        """Make the assigner again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If an array is missing or does not fit the others, or a value is not finite.
        """
        stored.only(arrays, parameters, {"points", "point_labels", "reach"}, {"exact"})
        points = stored.floats(arrays, "points", (None, None))
        labels = stored.integers(arrays, "point_labels", (points.shape[0],))
        reach = stored.floats(arrays, "reach", (1,))
        stored.positive(reach, "reach")
        stored.ascending(labels, "point_labels")
        return cls(points, labels, float(reach[0]), stored.flag(parameters, "exact"))
