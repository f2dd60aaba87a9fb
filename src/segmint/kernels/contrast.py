"""Compiled loops of one question: how do the gaps between clusters compare with the gaps inside them?"""

from __future__ import annotations

import numpy as np

from segmint.kernels.jit import compiled
from segmint.types import FloatMatrix, FloatVector, IntVector


@compiled
def gaps(
    distances: FloatMatrix, core: FloatVector, labels: IntVector, longest: FloatVector, nearest: FloatVector
) -> None:
    """Write each cluster's longest inner edge and its shortest way to another cluster.

    Both in mutual reachability max(distance, both cores); the inner edges are those of the cluster's own
    spanning tree (Prim). A cluster of one row has the longest inner edge 0.
    """
    n = labels.shape[0]
    longest[:] = 0.0
    nearest[:] = np.inf
    reach = np.full(n, np.inf)
    waiting = np.zeros(n, dtype=np.bool_)
    for cluster in range(longest.shape[0]):
        here, left = -1, 0
        for i in range(n):
            reach[i] = np.inf
            waiting[i] = labels[i] == cluster
            if waiting[i]:
                here = i
                left += 1
        while left > 0:
            waiting[here] = False
            left -= 1
            best, place = np.inf, -1
            for other in range(n):
                way = max(distances[here, other], core[here], core[other])
                if labels[other] != cluster:
                    nearest[cluster] = min(nearest[cluster], way)
                elif waiting[other]:
                    reach[other] = min(reach[other], way)
                    if reach[other] < best:
                        best, place = reach[other], other
            if left > 0:
                longest[cluster] = max(longest[cluster], best)
                here = place
