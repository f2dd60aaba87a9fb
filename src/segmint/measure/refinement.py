"""The common refinement of many labelings: the coarsest partition that tells apart what any of them does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from segmint.labels import NOISE
from segmint.types import FloatMatrix, IntVector

_GROUP = 10
"""Labelings folded together first: neighbors in a sweep are alike, so their own cells are few."""


@dataclass(frozen=True, eq=False)
class Refinement:
    """Cells, and how they make up the clusters of each labeling; see ``kernels.silhouette``.

    Attributes
    ----------
    order
        Shape (n_samples,): row numbers sorted by cell.
    cells
        Shape (n_samples,): the cell of each row.
    starts
        Shape (n_cells + 1,): where each cell begins in ``order``.
    group_cells, group_sizes, group_starts
        Each cell's cell in each group of labelings, the groups' sizes, and where their labelings begin.
    slots
        Shape (n_labelings, largest group size): the cluster of each group cell; noise is n_clusters.
    counts, n_clusters
        Rows of each cluster of each labeling (noise last), and how many clusters there are.
    """

    order: IntVector
    cells: IntVector
    starts: IntVector
    group_cells: IntVector
    group_sizes: IntVector
    group_starts: IntVector
    slots: IntVector
    counts: FloatMatrix
    n_clusters: IntVector

    @property
    def n_cells(self) -> int:
        """The number of cells."""
        return len(self.starts) - 1


def numbered(labels: IntVector) -> IntVector:
    """Number clusters 0 … n_clusters − 1 in the order of their labels; noise stays ``labels.NOISE``."""
    found, numbers = np.unique(labels, return_inverse=True)
    places = np.where(found == NOISE, NOISE, np.cumsum(found != NOISE) - 1)
    return np.asarray(places[numbers], dtype=np.int64)


def common_refinement(labelings: Sequence[IntVector]) -> Refinement:
    """Return the cells of labelings, each numbered 0 … n_clusters − 1 with ``labels.NOISE``.

    Parameters
    ----------
    labelings
        At least one vector of shape (n_samples,).

    Examples
    --------
    >>> made = common_refinement([np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])])
    >>> made.cells.tolist(), made.n_cells
    ([0, 1, 2, 2], 3)
    """
    n_clusters = np.array([int(labels.max(initial=NOISE)) + 1 for labels in labelings])
    slotted = [np.where(labels == NOISE, k, labels) for labels, k in zip(labelings, n_clusters, strict=True)]
    group_starts = np.array([*range(0, len(slotted), _GROUP), len(slotted)])
    groups = [_fold(slotted[a:b]) for a, b in pairwise(group_starts)]
    cells = _fold(groups)
    first = _first_rows(cells)
    group_sizes = np.array([int(group.max()) + 1 for group in groups])
    slots = np.zeros((len(slotted), int(group_sizes.max())), dtype=np.int64)
    counts = np.zeros((len(slotted), int(n_clusters.max()) + 1))
    for number, labels in enumerate(slotted):
        group = groups[number // _GROUP]
        rows = _first_rows(group)
        slots[number, : len(rows)] = labels[rows]
        counts[number, : n_clusters[number] + 1] = np.bincount(labels, minlength=n_clusters[number] + 1)
    return Refinement(
        order=np.argsort(cells, kind="stable"),
        cells=cells,
        starts=np.concatenate([[0], np.cumsum(np.bincount(cells))]).astype(np.int64),
        group_cells=np.stack([group[first] for group in groups]),
        group_sizes=group_sizes,
        group_starts=group_starts,
        slots=slots,
        counts=counts,
        n_clusters=n_clusters,
    )


def _fold(labelings: Sequence[IntVector]) -> IntVector:
    """Number the rows' combinations of labels, without a gap: mixed radix, packed after each step."""
    packed = _pack(labelings[0])
    for labels in labelings[1:]:
        packed = _pack(packed * (int(labels.max()) + 1) + labels)
    return packed


def _pack(codes: IntVector) -> IntVector:
    """Renumber codes ≥ 0 without gaps, keeping their order."""
    top = int(codes.max()) + 1
    if top > 16 * len(codes) + 1024:
        return np.unique(codes, return_inverse=True)[1].astype(np.int64)
    used = np.zeros(top, dtype=np.bool_)
    used[codes] = True
    return np.asarray(np.cumsum(used, dtype=np.int64)[codes] - 1)


def _first_rows(cells: IntVector) -> IntVector:
    """Return a row of each cell."""
    rows = np.empty(int(cells.max()) + 1, dtype=np.int64)
    rows[cells] = np.arange(len(cells))
    return rows
