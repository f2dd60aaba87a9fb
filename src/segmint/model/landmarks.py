"""What a later version of a segmentation is matched by: means that stand for its rows, and how surely it is found again."""

from __future__ import annotations

from dataclasses import dataclass

from segmint.types import FloatMatrix, FloatVector, IntVector


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Places of a segmentation that outlive its rows.

    Attributes
    ----------
    points
        Shape (n_landmarks, n_features): means of at least five near rows of one cluster, prepared.
    labels, counts
        Shape (n_landmarks,): the cluster of each, and how many rows it stands for.
    overlaps
        Shape (n_clusters,): mean best Jaccard overlap of each cluster in fits of half of the rows, 0 … 1,
        higher is surer; 0 where no fit succeeded.
    churn
        Shape (n_refits,): the share of rows that each of those fits put elsewhere, 0 … 1; empty where none
        succeeded.
    """

    points: FloatMatrix
    labels: IntVector
    counts: IntVector
    overlaps: FloatVector
    churn: FloatVector
