"""Where an assigner puts rows, and the protocol of assigners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence

ConfidenceKind = Literal["posterior", "margin"]


@dataclass(frozen=True, eq=False)
class Placement:
    """The place of each row in one clustering.

    Attributes
    ----------
    labels
        Shape (n_samples,): 0 … n_clusters − 1, or ``labels.NOISE``.
    distance
        Shape (n_samples,), ≥ 0, in the assigner's own measure of distance to the *nearest* cluster
        (also for noise): what novelty is computed from.
    confidence
        Shape (n_samples,), 0 … 1: the posterior, or the margin 1 − d₁/d₂; NaN for noise.
    runner_up
        Shape (n_samples,): the second nearest cluster, or ``labels.NOISE`` when there is none.
    nearest
        Shape (n_samples,): the nearest cluster, also of noise.
    """

    labels: IntVector
    distance: FloatVector
    confidence: FloatVector
    runner_up: IntVector
    nearest: IntVector


@runtime_checkable
class Assigner(Protocol):
    """A written rule that gives new rows a cluster: arrays and a few numbers, nothing else.

    The rule works in float64, row by row and feature by feature in a fixed order and without BLAS,
    so that one row alone, a batch and a stream get the same bits.
    """

    kind: ClassVar[str]
    confidence_kind: ClassVar[ConfidenceKind]

    @property
    def n_clusters(self) -> int:
        """The number of clusters."""

    @property
    def n_features(self) -> int:
        """The number of prepared features it expects."""

    def place(self, X: FloatMatrix) -> Placement:
        """Place rows of shape (n_samples, n_features)."""

    def apart(self, x: FloatVector) -> tuple[FloatMatrix, FloatVector]:
        """Return how far one row is from each cluster, feature by feature.

        Parameters
        ----------
        x
            A prepared row, shape (n_features,).

        Returns
        -------
        tuple of FloatMatrix and FloatVector
            Terms of shape (n_clusters, n_features) and what no feature accounts for, shape (n_clusters,). The
            cluster whose terms and rest add up to the least is the nearest.
        """

    def relabeled(self, order: IntVector) -> Assigner:
        """Return the same rule with cluster ``order[i]`` renamed to ``i``."""

    def rule(self) -> Sentence:
        """Say the rule in one sentence."""

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
        """Return the arrays that a bundle keeps."""

    def parameters(self) -> Mapping[str, Any]:
        """Return the plain values that a bundle keeps."""

    @classmethod
    def restore(cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]) -> Assigner:
        """Make the assigner again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If shapes, types or values do not make a rule (checked before anything is built).
        """


def margin(nearest: FloatVector, second: FloatVector) -> FloatVector:
    """Return 1 − d₁/d₂, the confidence of distance rules: 0 on a border, 1 on a center.

    Two distances of zero (duplicated centers) give 0; an infinite second distance (one cluster) gives 1.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(second > 0, nearest / second, 1.0)
    return np.clip(1.0 - np.where(np.isinf(second), 0.0, ratio), 0.0, 1.0)
