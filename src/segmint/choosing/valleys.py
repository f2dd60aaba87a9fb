"""Three statistics of a table that grow with groups and not with skewness, tails or the number of columns.

*Valley*: on the way from one mode of the density to another, how deep does it fall? For any shape.
*Gap*: how much emptier is the border between two neighboring centers than the place beside the centers?
For convex groups, and where many columns leave the density of the whole space unknown.
*Clearness*: how much nearer the rows of the least clear cluster are to their center than to the next one
(a silhouette over centers), less a price where the borders are full. For several small convex groups, each
of which alone has too few rows for the other two.

Valley and gap are in units of their own chance: a density from k neighbors has a logarithm of variance 1/k
whatever the distribution, and the root of a count a variance of 1/4. A silhouette alone is high for
one skewed or heavy-tailed lump as well (its tail against its bulk): there the borders are full.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from segmint.kernels.neighbors import smallest_of_rows
from segmint.kernels.valleys import border_gaps, deepest_valley, pair_distances, spanning_tree
from segmint.kernels.ward import ward_tree
from segmint.types import FloatMatrix, FloatVector, IntVector

NEIGHBORS = (8, 20)
"""Over how many neighbors a density is taken: fine and coarse."""
MOST_CLUSTERS = 10
"""Gaps are looked for between 2 … 10 centers."""

_WIDTH = 0.2  # of the window on the line between two centers, each way
_ROUNDS = 2  # of Lloyd, after Ward's merging
_PRICE = 0.1  # in clearness, of borders that are fuller than the places beside the centers


def statistics(X: FloatMatrix, *, room: FloatMatrix | None = None) -> FloatVector:
    """Return the valley at each of the scales, the gaps at K = 2 … 10, and the clearness.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features); n_samples ≥ 4, and since all pairs of rows are looked at, at
        most some thousands.
    room
        Shape (n_samples, n_samples), overwritten: given by who asks for many tables, since fresh memory for
        each costs as much as the distances.

    Returns
    -------
    FloatVector
        In the order of :func:`names`; higher is deeper, emptier, clearer. In tables without groups valleys
        are around 2, gaps around −1, and the clearness 0 … .4.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one = rng.normal(size=(300, 2))
    >>> two = one + np.repeat([[0, 0], [8, 0]], 150, axis=0)
    >>> found = dict(zip(names(300), statistics(two) - statistics(one), strict=True))
    >>> bool(found["valley_8"] > 0 and found["gap_2"] > 0 and found["clearness"] > 0)
    True
    """
    n = len(X)
    X = np.ascontiguousarray(X, dtype=np.float64)
    distances = np.empty((n, n)) if room is None else room
    pair_distances(X, distances)
    smallest = smallest_group(n)
    valleys = _valleys(distances, X.shape[1], smallest)
    gaps, clearness = _gaps(X, smallest)
    return np.concatenate([valleys, gaps, [clearness]])


def smallest_group(n_samples: int) -> int:
    """Return how many rows make a group: one in a hundred, five at least (fewer below 25 rows)."""
    return max(min(5, n_samples // 5), n_samples // 100, 2)


def scales(n_samples: int) -> tuple[int, ...]:
    """Return the numbers of neighbors that a table of this size can bear."""
    return tuple(k for k in NEIGHBORS if k <= n_samples // 8) or (max(2, min(5, n_samples // 4)),)


def names(n_samples: int) -> tuple[str, ...]:
    """Return the name of each of the :func:`statistics`: ``valley_8``, …, ``gap_2``, …, ``clearness``."""
    ks = range(2, min(MOST_CLUSTERS, n_samples - 1) + 1)
    return (*(f"valley_{k}" for k in scales(n_samples)), *(f"gap_{k}" for k in ks), "clearness")


def _valleys(distances: FloatMatrix, n_features: int, smallest: int) -> FloatVector:
    n = len(distances)
    ks = scales(n)
    nearest = np.empty((n, min(n, max(NEIGHBORS) + 1)))
    smallest_of_rows(distances, nearest, np.empty(nearest.shape, dtype=np.int64))
    dimension = min(intrinsic_dimension(nearest[:, 1:]), float(n_features))
    floor = 1e-3 * float(np.median(nearest[:, min(8, n - 1)])) + 1e-12
    first, second = np.empty(n - 1, dtype=np.int64), np.empty(n - 1, dtype=np.int64)
    lengths = np.empty(n - 1)
    found = []
    for k in ks:
        core = np.maximum(nearest[:, k], floor)
        spanning_tree(distances, core, first, second, lengths)
        order = np.argsort(lengths, kind="stable")
        depth = deepest_valley(first[order], second[order], lengths[order], core, smallest)
        found.append(np.sqrt(k) * dimension * depth)
    return np.array(found)


def intrinsic_dimension(nearest: FloatMatrix) -> float:
    """Return the maximum-likelihood dimension. Levina, Bickel (2004), with MacKay's averaging."""
    logs = np.log(np.maximum(nearest, 1e-300))
    inverse = float(np.mean(logs[:, -1:] - logs[:, :-1])) if nearest.shape[1] > 1 else 1.0
    return 1.0 / max(inverse, 1e-9)


def _gaps(X: FloatMatrix, smallest: int) -> tuple[FloatVector, float]:
    """Return the gap at each K, and the clearness of the clearest partition, less the price of full borders."""
    gaps, clearness = [], 0.0
    for n_clusters, labels in _ward_cuts(X, min(MOST_CLUSTERS, len(X) - 1)):
        gap, least_clear = border_gaps(X, labels.copy(), n_clusters, _ROUNDS, _WIDTH, smallest)
        gaps.append(gap)
        clearness = max(clearness, least_clear - _PRICE * max(-gap, 0.0))
    return np.array(gaps[::-1]), clearness


def _ward_cuts(X: FloatMatrix, most: int) -> list[tuple[int, IntVector]]:
    """Return Ward's partitions into ``most`` … 2 clusters, from one tree."""
    n = len(X)
    one, other, heights = ward_tree(np.array(X.T, order="C"))  # a copy: the tree uses it up
    order = np.argsort(heights, kind="stable")
    low = order[: n - most]
    joints = coo_matrix((np.ones(len(low), dtype=np.int8), (one[low], other[low])), shape=(n, n))
    labels = connected_components(joints, directed=False)[1].astype(np.int64)
    cuts = [(most, labels)]
    for n_clusters in range(most - 1, 1, -1):
        joint = order[n - n_clusters - 1]
        kept, gone = sorted((labels[one[joint]], labels[other[joint]]))
        labels = np.where(labels == gone, kept, labels)
        labels = np.where(labels == n_clusters, gone, labels)  # the last number fills the gap
        cuts.append((n_clusters, labels))
    return cuts
