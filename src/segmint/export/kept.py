"""The points that the rules of trees and of densities keep, in one form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from segmint.model.cores import CoresAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.placement import Assigner
from segmint.types import FloatMatrix, FloatVector, IntVector


class Kept(NamedTuple):
    """What such a rule is made of.

    Attributes
    ----------
    points
        Shape (n_points, n_features).
    labels
        The cluster of each.
    caps
        Shape (n_clusters,): the largest distance at which a row still belongs; infinite for no limit.
    """

    points: FloatMatrix
    labels: IntVector
    caps: FloatVector

    @property
    def capped(self) -> bool:
        """Whether a row may be left without a cluster."""
        return bool(np.isfinite(self.caps).any())


def kept_points(rule: Assigner) -> Kept | None:
    """Return what a rule keeps; ``None`` for one that keeps centers."""
    if isinstance(rule, CoresAssigner):
        return Kept(rule.points, rule.point_labels, np.full(rule.n_clusters, rule.reach[0]))
    if isinstance(rule, ExemplarsAssigner):
        return Kept(rule.exemplars, rule.exemplar_labels, rule.caps)
    return None
