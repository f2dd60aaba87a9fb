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
from scipy.cluster.hierarchy import linkage

from segmint.kernels.neighbors import smallest_of_rows
from segmint.kernels.valleys import border_gaps, deepest_valley, pair_distances, spanning_tree
from segmint.types import FloatMatrix, FloatVector, IntVector

NEIGHBORS = (8, 20)
"""Over how many neighbors a density is taken: fine and coarse."""
MOST_CLUSTERS = 10
"""Gaps are looked for between 2 … 10 centers."""

_WIDTH = 0.2  # of the window on the line between two centers, each way
_ROUNDS = 2  # of Lloyd, after Ward's merging
_PRICE = 0.1  # in clearness, of borders that are fuller than the places beside the centers


def statistics(X: FloatMatrix) -> FloatVector:
    """Return the valley at each of the scales, the gaps at K = 2 … 10, and the clearness.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features); n_samples ≥ 4, and since all pairs of rows are looked at, at
        most some thousands.

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
    square, condensed = np.empty((n, n)), np.empty(n * (n - 1) // 2)
    pair_distances(X, square, condensed)
    smallest = smallest_group(n)
    valleys = _valleys(square, X.shape[1], smallest)
    gaps, clearness = _gaps(X, condensed, smallest)
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


def _gaps(X: FloatMatrix, condensed: FloatVector, smallest: int) -> tuple[FloatVector, float]:
    """Return the gap at each K, and the clearness of the clearest partition, less the price of full borders."""
    n = len(X)
    gaps, clearness = [], 0.0
    for n_clusters, labels in _ward_cuts(condensed, n, min(MOST_CLUSTERS, n - 1)):
        gap, least_clear = border_gaps(X, labels, n_clusters, _ROUNDS, _WIDTH, smallest)
        gaps.append(gap)
        clearness = max(clearness, least_clear - _PRICE * max(-gap, 0.0))
    return np.array(gaps), clearness


def _ward_cuts(condensed: FloatVector, n: int, most: int) -> list[tuple[int, IntVector]]:
    """Return Ward's partitions into 2 … ``most`` clusters, from one tree."""
    tree = linkage(condensed, "ward")
    left, right = tree[:, 0].astype(np.int64), tree[:, 1].astype(np.int64)
    sizes = np.concatenate([np.ones(n, dtype=np.int64), tree[:, 3].astype(np.int64)])
    start = np.zeros(2 * n - 1, dtype=np.int64)
    for node in range(n - 2, -1, -1):  # children stand side by side, below their parent
        start[left[node]] = start[n + node]
        start[right[node]] = start[n + node] + sizes[left[node]]
    cuts, nodes = [], [2 * n - 2]
    for n_clusters in range(2, most + 1):
        split = max(nodes)
        nodes.remove(split)
        nodes += [int(left[split - n]), int(right[split - n])]
        places = np.empty(n, dtype=np.int64)
        for label, node in enumerate(nodes):
            places[start[node] : start[node] + sizes[node]] = label
        cuts.append((n_clusters, places[start[:n]]))
    return cuts
