"""Two versions of a segmentation put side by side: each rule on the rows of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.lineage.edges import find_edges
from segmint.lineage.evidence import Evidence, Shape, shape_of, table
from segmint.lineage.reading import SUPPORTED, Found, Steadiness, heirs, read_events, supported_share
from segmint.model.landmarks import Landmarks
from segmint.model.placement import Assigner
from segmint.model.reference import ReferenceSnapshot
from segmint.types import FloatMatrix, FloatVector, IntVector


@dataclass(frozen=True, eq=False)
class Rows:
    """The same rows as each version prepares them, and how many customers each stands for."""

    before: FloatMatrix
    after: FloatMatrix
    weights: FloatVector | None = None


@dataclass(frozen=True, eq=False)
class Match:
    """How two versions hang together.

    Attributes
    ----------
    events
        What happened, between labels.
    heirs
        The old label whose identity each new label takes over; empty where it is not the same segmentation.
    supported
        The share of old rows in segments of which something is stated, 0 … 1.
    """

    events: tuple[Found, ...]
    heirs: dict[int, int]
    supported: float

    @property
    def same(self) -> bool:
        """Whether it is the same segmentation at all."""
        return self.supported >= SUPPORTED


def match(
    before: Assigner,
    after: Assigner,
    *,
    old: Rows,
    old_labels: IntVector,
    new: Rows,
    shape: Shape,
    steadiness: Steadiness,
    panel: FloatMatrix | None = None,
) -> Match:
    """Match the clusters of two versions.

    Parameters
    ----------
    before, after
        The rules of the old and of the new version.
    old
        The old version's rows, or its landmarks in their place.
    old_labels
        Their clusters in the old version, shape (n_old,).
    new
        The new rows.
    shape
        Where the old clusters lay, on all their rows.
    steadiness
        How surely each cluster is found again by fits of half of the rows.
    panel
        Customers by old cluster then and new one now, shape (n_before, n_after); ``None`` where unknown.
    """
    size = (before.n_clusters, after.n_clusters)
    new_before, new_after = before.place(new.before).nearest, after.place(new.after).nearest
    evidence = Evidence(
        on_old=table(old_labels, after.place(old.after).nearest, size, old.weights),
        on_new=table(new_before, new_after, size, new.weights),
        panel=panel,
        before=shape,
        after=shape_of(new.before, new_after, size[1]),
    )
    edges = find_edges(evidence)
    events = read_events(evidence, edges, steadiness)
    supported = supported_share(events, evidence.before.shares)
    found = heirs(evidence, edges, events) if supported >= SUPPORTED else {}
    return Match(events, found, supported)


def shape_of_training(reference: ReferenceSnapshot) -> Shape:
    """Return where the clusters of a version lay when it was trained."""
    variances = np.diagonal(reference.covariances, axis1=1, axis2=2)
    return Shape(reference.counts[:-1].astype(np.float64), reference.means, np.sqrt(variances))


def steadiness_of(before: Landmarks, after: Landmarks) -> Steadiness:
    """Return how surely the clusters of both versions are found again."""
    return Steadiness(np.asarray(before.overlaps), np.asarray(after.overlaps))
