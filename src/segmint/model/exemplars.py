"""The rule of HDBSCAN and of Ward's tree: the nearest exemplar, within a cap for each cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.labels import NOISE
from segmint.model import stored
from segmint.model.distances import checked_rows
from segmint.model.nearest import KeptPoints
from segmint.model.placement import ConfidenceKind, Placement, margin
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence, sentence


@dataclass(frozen=True, eq=False)
class ExemplarsAssigner:
    """A row belongs to the cluster of the nearest exemplar, within that cluster's cap; else it is noise.

    Exemplars are means of at least five near rows of a cluster; with ``exact`` they are the rows
    themselves. An infinite cap lets no row be noise: the cut
    of a tree. The confidence is the margin 1 − d₁/d₂ between the nearest and the second nearest
    cluster, NaN for noise.

    Parameters
    ----------
    exemplars
        Shape (n_exemplars, n_features).
    exemplar_labels
        The cluster of each, shape (n_exemplars,), 0 … n_clusters − 1.
    caps
        Shape (n_clusters,), ≥ 0 or infinite: the largest distance at which a row still belongs.
    exact
        Whether the exemplars are rows of the training data.

    Examples
    --------
    >>> rule = ExemplarsAssigner(np.array([[0.0], [5.0]]), np.array([0, 1]), np.array([1.0, 3.0]), exact=False)
    >>> rule.place(np.array([[2.0], [3.0]])).labels.tolist()
    [-1, 1]
    """

    exemplars: FloatMatrix
    exemplar_labels: IntVector
    caps: FloatVector
    exact: bool

    kind: ClassVar[str] = "exemplars"
    confidence_kind: ClassVar[ConfidenceKind] = "margin"

    @cached_property
    def _kept(self) -> KeptPoints:
        return KeptPoints(self.exemplars, self.exemplar_labels)

    @property
    def n_clusters(self) -> int:
        """The number of clusters."""
        return int(self.caps.shape[0])

    @property
    def n_features(self) -> int:
        """The number of prepared features it expects."""
        return int(self.exemplars.shape[1])

    def place(self, X: FloatMatrix) -> Placement:
        """Place rows of shape (n_samples, n_features)."""
        first, near, second, far = self._kept.two_nearest(checked_rows(X, self.n_features))
        inside = near <= self.caps[first]
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

    def relabeled(self, order: IntVector) -> ExemplarsAssigner:
        """Return the same rule with cluster ``order[i]`` renamed to ``i``."""
        labels = np.argsort(order)[self.exemplar_labels]
        return ExemplarsAssigner(self.exemplars, labels, self.caps[order], self.exact)

    def rule(self) -> Sentence:
        """Say the rule in one sentence."""
        capped = bool(np.isfinite(self.caps).any())
        exact = "_exact" if self.exact else ""
        return sentence(
            f"model_assigners.exemplars{'' if capped else '_uncapped'}{exact}", n=len(self.exemplars)
        )

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
        """Return the exemplars with their clusters, and the caps."""
        return {"exemplars": self.exemplars, "exemplar_labels": self.exemplar_labels, "caps": self.caps}

    def parameters(self) -> Mapping[str, Any]:
        """Return whether the exemplars are rows of customers."""
        return {"exact": self.exact}

    @classmethod
    def restore(
        cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]
    ) -> ExemplarsAssigner:
        """Make the assigner again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If shapes or types do not fit, a value is not finite (caps may be infinite), a cluster has no
            exemplar, or a cap is negative.
        """
        stored.only(arrays, parameters, {"exemplars", "exemplar_labels", "caps"}, {"exact"})
        exemplars = stored.floats(arrays, "exemplars", (None, None))
        labels = stored.integers(arrays, "exemplar_labels", (exemplars.shape[0],))
        n_clusters = stored.whole_labels(labels, "exemplar_labels")
        caps = stored.numbers(arrays, "caps", (n_clusters,))
        if np.isnan(caps).any():
            raise BundleError("model_assigners.not_finite", array="caps")
        stored.not_negative(caps, "caps")
        return cls(exemplars, labels, caps, stored.flag(parameters, "exact"))
