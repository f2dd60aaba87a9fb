"""The rule of DBSCAN: the nearest kept core point, within reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from segmint.labels import NOISE
from segmint.model import stored
from segmint.model.distances import checked_rows
from segmint.model.nearest import KeptPoints
from segmint.model.placement import ConfidenceKind, Placement, margin
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence, sentence


@dataclass(frozen=True, eq=False)
class CoresAssigner:
    """A row belongs to the cluster of the nearest kept core point within ``reach``; else it is noise.

    Kept are means of at least five near core points; with ``exact`` the core points themselves, and
    then ``reach`` is DBSCAN's eps and the rule is DBSCAN's own. The confidence is the margin 1 − d₁/d₂
    between the nearest and the second nearest cluster, NaN for noise.

    Parameters
    ----------
    points
        Kept points, shape (n_points, n_features).
    point_labels
        The cluster of each, shape (n_points,), 0 … n_clusters − 1.
    reach
        Shape (1,): the largest distance at which a row still belongs, > 0.
    exact
        Whether ``points`` are rows of the training data.

    Examples
    --------
    >>> rule = CoresAssigner(np.array([[0.0], [5.0]]), np.array([0, 1]), np.array([1.0]), exact=False)
    >>> rule.place(np.array([[0.5], [2.5], [5.0]])).labels.tolist()
    [0, -1, 1]
    """

    points: FloatMatrix
    point_labels: IntVector
    reach: FloatVector
    exact: bool

    kind: ClassVar[str] = "cores"
    confidence_kind: ClassVar[ConfidenceKind] = "margin"

    @cached_property
    def _kept(self) -> KeptPoints:
        return KeptPoints(self.points, self.point_labels)

    @property
    def n_clusters(self) -> int:
        """The number of clusters."""
        return self._kept.n_clusters

    @property
    def n_features(self) -> int:
        """The number of prepared features it expects."""
        return int(self.points.shape[1])

    def place(self, X: FloatMatrix) -> Placement:
        """Place rows of shape (n_samples, n_features)."""
        first, near, second, far = self._kept.two_nearest(checked_rows(X, self.n_features))
        inside = near <= self.reach[0]
        return Placement(
            labels=np.where(inside, first, NOISE),
            distance=near,
            confidence=np.where(inside, margin(near, far), np.nan),
            runner_up=second,
            nearest=first,
        )

    def apart(self, x: FloatVector) -> tuple[FloatMatrix, FloatVector]:
        """Return how far one row is from each cluster, feature by feature (see ``Assigner.apart``)."""
        return self._kept.apart(x), np.zeros(self.n_clusters)

    def relabeled(self, order: IntVector) -> CoresAssigner:
        """Return the same rule with cluster ``order[i]`` renamed to ``i``."""
        return CoresAssigner(self.points, np.argsort(order)[self.point_labels], self.reach, self.exact)

    def rule(self) -> Sentence:
        """Say the rule in one sentence."""
        key = "model_assigners.cores_exact" if self.exact else "model_assigners.cores"
        return sentence(key, n=len(self.points), reach=float(self.reach[0]))

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
        """Return the kept points with their clusters, and the reach."""
        return {"points": self.points, "point_labels": self.point_labels, "reach": self.reach}

    def parameters(self) -> Mapping[str, Any]:
        """Return whether the points are rows of customers."""
        return {"exact": self.exact}

    @classmethod
    def restore(cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]) -> CoresAssigner:
        """Make the assigner again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If shapes or types do not fit, a value is not finite, a cluster has no point, or the reach
            is not above zero.
        """
        stored.only(arrays, parameters, {"points", "point_labels", "reach"}, {"exact"})
        points = stored.floats(arrays, "points", (None, None))
        labels = stored.integers(arrays, "point_labels", (points.shape[0],))
        stored.whole_labels(labels, "point_labels")
        reach = stored.floats(arrays, "reach", (1,))
        stored.positive(reach, "reach")
        return cls(points, labels, reach, stored.flag(parameters, "exact"))
